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
        IdleSeconds    = 'agent.idle_s'
        SecondsTheMost = 'agent.expires_s'
    }
}

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
