# What the module knows of azvault, as data. The contract test reads these tables and asks the real binary.

# The published exit codes: identifier and category of the error that each becomes.
$ExitCodes = @{
    1   = @{ Id = 'Other'; Category = 'NotSpecified' }
    2   = @{ Id = 'Usage'; Category = 'InvalidArgument' }
    3   = @{ Id = 'Aborted'; Category = 'OperationStopped' }
    4   = @{ Id = 'SignInNeeded'; Category = 'AuthenticationError' }
    5   = @{ Id = 'NotFound'; Category = 'ObjectNotFound' }
    6   = @{ Id = 'Locked'; Category = 'SecurityError' }
    7   = @{ Id = 'Refused'; Category = 'PermissionDenied' }
    8   = @{ Id = 'Integrity'; Category = 'InvalidData' }
    9   = @{ Id = 'Exists'; Category = 'ResourceExists' }
    10  = @{ Id = 'Findings'; Category = 'InvalidResult' }
    11  = @{ Id = 'Busy'; Category = 'ResourceBusy' }
    12  = @{ Id = 'Network'; Category = 'ConnectionError' }
    13  = @{ Id = 'Unsupported'; Category = 'NotImplemented' }
    14  = @{ Id = 'NeedsTerminal'; Category = 'InvalidOperation' }
    126 = @{ Id = 'ChildNotRun'; Category = 'ResourceUnavailable' }
    127 = @{ Id = 'ChildNotFound'; Category = 'NotInstalled' }
}

# The objects: each property, and the member of azvault's JSON that it comes from.
$Shapes = @{
    'AzVault.Context' = [ordered]@{
        Name              = 'name'
        AccountId         = 'account.id'
        AccountType       = 'account.type'
        TenantId          = 'tenant.id'
        TenantName        = 'tenant.name'
        SubscriptionId    = 'subscription.id'
        SubscriptionName  = 'subscription.name'
        SubscriptionState = 'subscription.state'
        Environment       = 'environment'
        StoredIn          = 'scope'
        IsDefault         = 'default'
        IsActive          = 'active'
    }
    'AzVault.Token'   = [ordered]@{
        Token     = 'accessToken'
        ExpiresOn = 'expires_on'
        TenantId  = 'tenant'
        Type      = 'tokenType'
    }
    'AzVault.Secret'  = [ordered]@{
        Id          = 'id'
        Kind        = 'kind'
        AccountId   = 'account'
        TenantId    = 'tenant'
        ClientId    = 'client_id'
        Environment = 'environment'
        Target      = 'target'
        ExpiresOn   = 'expires_on'
        StoredIn    = 'scope'
        Created     = 'created'
    }
    'AzVault.Status'  = [ordered]@{
        Vault          = 'vault'
        State          = 'state'
        Active         = 'active'
        ActiveBecause  = 'active_because'
        Default        = 'default'
        Autosave       = 'autosave.mode'
        Contexts       = 'contexts'
        Secrets        = 'secrets'
        IdleTime       = 'agent.idle_s'
        RemainingTime  = 'agent.expires_s'
        Reach          = 'agent.reach'
        Anchor         = 'anchor'
    }
    'AzVault.WideSecret' = [ordered]@{
        Id        = 'id'
        Kind      = 'kind'
        AccountId = 'account'
        Rank      = 'blast_radius.rank'
        Opens     = 'blast_radius.opens'
        Revoke    = 'blast_radius.revoke'
        Remark    = 'blast_radius.remark'
    }
    'AzVault.Account' = [ordered]@{
        AccountId   = 'id'
        AccountType = 'type'
        Environment = 'environment'
        Contexts    = 'contexts'
    }
    'AzVault.Autosave' = [ordered]@{
        Mode    = 'mode'
        Because = 'because'
        Session = 'session'
        User    = 'user'
    }
    'AzVault.Subscription' = [ordered]@{
        SubscriptionName = 'name'
        SubscriptionId   = 'id'
        State            = 'state'
        TenantId         = 'tenant.id'
        TenantName       = 'tenant.name'
        Environment      = 'environment'
        Contexts         = 'contexts'
    }
    'AzVault.Leftover' = [ordered]@{
        Path       = 'path'
        Product    = 'product'
        Format     = 'format'
        Severity   = 'severity'
        ReadableBy = 'readable_by'
        Mode       = 'mode'
        Size       = 'size'
        Modified   = 'modified'
        Outcome    = 'outcome'
        Notes      = 'notes'
    }
    'AzVault.MigrationPlan' = [ordered]@{
        Sources  = 'sources'
        Contexts = 'contexts'
        Secrets  = 'secrets'
        Default  = 'default'
        Autosave = 'autosave'
        Remarks  = 'remarks'
    }
    'AzVault.Imported' = [ordered]@{
        Id       = 'migration'
        Changed  = 'changed'
        Contexts = 'contexts'
        Secrets  = 'secrets'
        Rejected = 'rejected'
        Default  = 'default'
        Remarks  = 'remarks'
    }
    'AzVault.Migration' = [ordered]@{
        Id      = 'id'
        Created = 'created'
        Files   = 'files'
        Sealed  = 'sealed'
        Removed = 'removed'
    }
    'AzVault.MigratedFile' = [ordered]@{
        Path    = 'path'
        Product = 'product'
        Format  = 'format'
        Outcome = 'outcome'
        Sealed  = 'sealed'
        Removed = 'removed'
    }
    'AzVault.Comparison' = [ordered]@{
        Id          = 'migration'
        Equal       = 'equal'
        Contexts    = 'contexts'
        Secrets     = 'secrets'
        Accounts    = 'accounts'
        Differences = 'differences'
        Since       = 'since'
        Gone        = 'gone'
        LeftOut     = 'left_out'
    }
    'AzVault.Cleaned' = [ordered]@{
        Id      = 'migration'
        Removed = 'removed'
        Kept    = 'kept'
        Revoke  = 'rotate'
        Then    = 'then'
    }
    'AzVault.Vault' = [ordered]@{
        Vault       = 'vault'
        Id          = 'id'
        Fingerprint = 'fingerprint'
    }
    'AzVault.Check' = [ordered]@{
        Name   = 'name'
        State  = 'state'
        What   = 'what'
        Advice = 'advice'
    }
    'AzVault.Integrity' = [ordered]@{
        IsWhole      = 'ok'
        Depth        = 'depth'
        Generation   = 'generation'
        Fingerprint  = 'fingerprint'
        Records      = 'records'
        Secrets      = 'secrets'
        AuditEntries = 'audit_entries'
    }
    'AzVault.AuditEntry' = [ordered]@{
        Number     = 'seq'
        Time       = 'time'
        Verb       = 'verb'
        Subjects   = 'subjects'
        ProcessId  = 'actor.pid'
        ParentName = 'actor.parent'
        Generation = 'generation'
    }
    'AzVault.Backup' = [ordered]@{
        Path       = 'backup'
        Generation = 'generation'
        Contexts   = 'contexts'
        Secrets    = 'secrets'
        Size       = 'size'
    }
    'AzVault.BackupFile' = [ordered]@{
        Path       = 'path'
        Modified   = 'modified'
        State      = 'state'
        Why        = 'why'
        Generation = 'generation'
        Contexts   = 'contexts'
        Secrets    = 'secrets'
        Size       = 'size'
    }
    'AzVault.Key' = [ordered]@{
        Id    = 'id'
        Kind  = 'kind'
        Label = 'label'
    }
    'AzVault.PolicyMember' = [ordered]@{
        Key   = 'key'
        Value = 'value'
        File  = 'file'
        Line  = 'line'
    }
    'AzVault.PolicyFinding' = [ordered]@{
        File   = 'file'
        Line   = 'line'
        What   = 'what'
        Advice = 'next'
    }
}

# Properties that are moments and spans of time, in any shape.
$Moments = 'ExpiresOn', 'Created', 'Modified', 'Time'
$Spans = 'IdleTime', 'RemainingTime'


# The tokens that Connect-AzAccount takes beside that of Azure Resource Manager: its parameter for
# each, and azvault's word for the resource.
$FurtherTokens = @{
    Graph          = @{ Parameter = 'GraphAccessToken'; Resource = 'aad-graph' }
    KeyVault       = @{ Parameter = 'KeyVaultAccessToken'; Resource = 'keyvault' }
    MicrosoftGraph = @{ Parameter = 'MicrosoftGraphAccessToken'; Resource = 'graph' }
}

# The common parameters whose preference a caller may have set, and the variable of each.
$Preferences = @{
    WhatIf            = 'WhatIfPreference'
    Confirm           = 'ConfirmPreference'
    ErrorAction       = 'ErrorActionPreference'
    WarningAction     = 'WarningPreference'
    InformationAction = 'InformationPreference'
    Verbose           = 'VerbosePreference'
    Debug             = 'DebugPreference'
    ProgressAction    = 'ProgressPreference'
}

# Scopes, in azvault's words.
$ScopeWords = @{ Process = 'process'; User = 'user'; CurrentUser = 'user' }

# What Get-AzVaultToken offers as resources.
$ResourceWords = @(
    'arm', 'graph', 'aad-graph', 'keyvault', 'managedhsm', 'oss-rdbms', 'batch', 'datalake', 'media'
    'loganalytics', 'analysis-services', 'service-management', 'arm-endpoint', 'synapse', 'storage', 'sql'
    'devops', 'openai', 'ai', 'search', 'cosmos', 'servicebus', 'eventhubs', 'appconfig', 'acr', 'aks'
    'databricks', 'kusto', 'powerbi', 'fabric', 'ml', 'purview', 'monitor', 'applicationinsights', 'redis'
    'signalr', 'webpubsub', 'communication', 'maps', 'digitaltwins', 'iothub', 'attestation'
)

# Az's words for resources.
$ResourceTypes = @{
    Arm             = 'arm'
    AadGraph        = 'aad-graph'
    KeyVault        = 'keyvault'
    MSGraph         = 'graph'
    ResourceManager = 'arm'
    Storage         = 'storage'
}

# Formats of saved files, and ways to unlock, in azvault's words.
$FormatWords = @{ Sealed = 'sealed'; AzurePowerShell = 'azure-powershell' }
$KeyWords = @{ Passphrase = 'passphrase'; KeyFile = 'key-file'; Recovery = 'recovery'; Raw = 'raw'; Keyring = 'keyring'; Age = 'age' }

# The cmdlet for each command of azvault.
$Cmdlets = @{
    'audit log'         = 'Get-AzVaultAudit'
    'audit verify'      = 'Test-AzVaultAudit'
    'autosave disable'  = 'Disable-AzVaultAutosave'
    'autosave enable'   = 'Enable-AzVaultAutosave'
    'autosave show'     = 'Get-AzVaultAutosave'
    'backup create'     = 'New-AzVaultBackup'
    'backup list'       = 'Get-AzVaultBackup'
    'backup restore'    = 'Restore-AzVaultBackup'
    'connect'           = 'Connect-AzVaultAccount'
    'context clear'     = 'Clear-AzVaultContext'
    'context import'    = 'Import-AzVaultContext'
    'context list'      = 'Get-AzVaultContext'
    'context mark'      = 'Set-AzVaultContextMark'
    'context remove'    = 'Remove-AzVaultContext'
    'context rename'    = 'Rename-AzVaultContext'
    'context save'      = 'Save-AzVaultContext'
    'context select'    = 'Select-AzVaultContext'
    'context set'       = 'Set-AzVaultContext'
    'context show'      = 'Get-AzVaultContext'
    'disconnect'        = 'Disconnect-AzVaultAccount'
    'doctor'            = 'Test-AzVault'
    'exec'              = 'Invoke-AzVaultCommand'
    'init'              = 'New-AzVault'
    'key add'           = 'Add-AzVaultKey'
    'key list'          = 'Get-AzVaultKey'
    'key passphrase'    = 'Set-AzVaultPassphrase'
    'key remove'        = 'Remove-AzVaultKey'
    'key rotate'        = 'Update-AzVaultKey'
    'lock'              = 'Lock-AzVault'
    'migrate'           = 'Start-AzVaultMigration'
    'migrate clean'     = 'Complete-AzVaultMigration'
    'migrate forget'    = 'Remove-AzVaultMigration'
    'migrate list'      = 'Get-AzVaultMigration'
    'migrate plan'      = 'Get-AzVaultMigrationPlan'
    'migrate rollback'  = 'Undo-AzVaultMigration'
    'migrate run'       = 'Start-AzVaultMigration'
    'migrate show'      = 'Get-AzVaultMigration'
    'migrate verify'    = 'Test-AzVaultMigration'
    'open'              = 'Open-AzVaultPortal'
    'panic'             = 'Lock-AzVault -Panic'
    'policy check'      = 'Test-AzVaultPolicy'
    'policy show'       = 'Get-AzVaultPolicy'
    'scan'              = 'Find-AzVaultLeftover'
    'secret list'       = 'Get-AzVaultSecret'
    'secret show'       = 'Get-AzVaultSecret -Id'
    'status'            = 'Get-AzVaultStatus'
    'subscription list' = 'Get-AzVaultSubscription'
    'token'             = 'Get-AzVaultToken'
    'unlock'            = 'Unlock-AzVault'
    'use'               = 'Select-AzVaultContext -Scope Process'
    'verify'            = 'Test-AzVault -Integrity'
}

# Parameters that are not called as the option is.
$ParameterWords = @{
    Certificate = 'CertificatePath'
    Confirm     = 'TrustHost'
    Context     = 'Name'
    DeviceCode  = 'UseDeviceAuthentication'
    For         = 'For'
    Home        = 'HomeFolder'
    Limit       = 'Newest'
    NoContexts  = 'SkipContextPopulation'
    Pkcs11Folder = 'Pkcs11FolderPath'
    Pkcs11Module = 'Pkcs11ModulePath'
    Property    = 'ExtendedProperty'
}
