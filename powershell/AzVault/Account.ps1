function Connect-AzVaultAccount {
    <#
    .SYNOPSIS
    Signs in and keeps the sign-in in the vault, as azvault connect does (Connect-AzAccount).
    .DESCRIPTION
    A person signs in with the browser of this machine, or with a code that is typed on any device. A
    service principal has a secret, a certificate or a federated token. Contexts are made of what the
    account sees. Nothing is stored unless the sign-in succeeds. To give contexts to Az afterwards:
    Connect-AzVault.
    .PARAMETER UseDeviceAuthentication
    Signs in with a code that is typed on any device.
    .PARAMETER UseBrowser
    Signs in with the browser of this machine.
    .PARAMETER LoginHint
    The user who is to sign in.
    .PARAMETER ClaimsChallenge
    Answers this claims challenge: JSON, its Base64, or @ and a file with either. One that azvault keeps is
    answered without this.
    .PARAMETER ServicePrincipal
    Signs in as an application. Without one of the next parameters its secret is asked for.
    .PARAMETER Application
    The application's id; of -Credential it is the user name.
    .PARAMETER Credential
    The application's id and its secret, as from Get-Credential.
    .PARAMETER SecretFile
    The application's secret is what is in this file.
    .PARAMETER CertificatePath
    The application's certificate with its key, PEM or PFX; the vault keeps a copy.
    .PARAMETER CertificatePasswordFile
    The password of the certificate is what is in this file.
    .PARAMETER SendCertificateChain
    Sends the certificate and its issuers.
    .PARAMETER Key
    The application's key on a PKCS#11 token, by its URI: pkcs11:token=LABEL;object=LABEL.
    .PARAMETER Pkcs11ModulePath
    The PKCS#11 module of the token.
    .PARAMETER Pkcs11FolderPath
    Files or folders that the module reads and writes.
    .PARAMETER PinFile
    The PIN of the token is what is in this file; without one it is asked for.
    .PARAMETER FederatedTokenFile
    The application's federated token, which another issuer signed.
    .PARAMETER Identity
    Signs in as the identity of this machine in Azure.
    .PARAMETER ClientId
    One that was assigned to the machine, by its client id.
    .PARAMETER ObjectId
    The same, by its object id.
    .PARAMETER ResourceId
    The same, by its id in Resource Manager.
    .PARAMETER AccessToken
    Uses this access token until it expires.
    .PARAMETER AccessTokenFile
    Uses the access token in this file until it expires.
    .PARAMETER Account
    Whose access token it is; alone, an account whose sign-in is stored: there is no new sign-in.
    .PARAMETER Tenant
    Id or domain of the tenant; without one all tenants of a person are asked.
    .PARAMETER Subscription
    Id or name of the subscription that becomes active.
    .PARAMETER Environment
    The cloud.
    .PARAMETER TrustHost
    Agrees that a cloud that a file defined has this host, https://HOST, which gets credentials and tokens.
    .PARAMETER ContextName
    The name of the context that becomes active.
    .PARAMETER MaxContexts
    Makes so many contexts at most.
    .PARAMETER SkipContextPopulation
    Makes no context but the active one.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Replaces another context of that name.
    .EXAMPLE
    Connect-AzVaultAccount -UseDeviceAuthentication -Tenant contoso.example
    .EXAMPLE
    Connect-AzVaultAccount -ServicePrincipal -Credential (Get-Credential) -Tenant contoso.example
    .EXAMPLE
    Connect-AzVaultAccount -Identity | Connect-AzVault
    #>
    [CmdletBinding(DefaultParameterSetName = 'User', SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(ParameterSetName = 'User')]
        [Alias('DeviceCode', 'DeviceAuth', 'Device')]
        [switch] $UseDeviceAuthentication,

        [Parameter(ParameterSetName = 'User')]
        [Alias('Browser')]
        [switch] $UseBrowser,

        [Parameter(ParameterSetName = 'User')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $LoginHint,

        [Parameter(ParameterSetName = 'User')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $ClaimsChallenge,

        [Parameter(ParameterSetName = 'ServicePrincipal', Mandatory)]
        [switch] $ServicePrincipal,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [Alias('ApplicationId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Application,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [pscredential] $Credential,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [string] $SecretFile,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [Alias('Certificate')]
        [ValidateNotNullOrEmpty()]
        [string] $CertificatePath,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [string] $CertificatePasswordFile,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [switch] $SendCertificateChain,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Key,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [string] $Pkcs11ModulePath,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Pkcs11FolderPath,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [string] $PinFile,

        [Parameter(ParameterSetName = 'ServicePrincipal')]
        [ValidateNotNullOrEmpty()]
        [string] $FederatedTokenFile,

        [Parameter(ParameterSetName = 'Identity', Mandatory)]
        [Alias('MSI', 'ManagedService')]
        [switch] $Identity,

        [Parameter(ParameterSetName = 'Identity')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $ClientId,

        [Parameter(ParameterSetName = 'Identity')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $ObjectId,

        [Parameter(ParameterSetName = 'Identity')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $ResourceId,

        [Parameter(ParameterSetName = 'AccessToken')]
        [securestring] $AccessToken,

        [Parameter(ParameterSetName = 'AccessToken')]
        [ValidateNotNullOrEmpty()]
        [string] $AccessTokenFile,

        [Parameter(ParameterSetName = 'AccessToken', Mandatory)]
        [Alias('AccountId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Account,

        [Alias('TenantId', 'Domain')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Tenant,

        [Alias('SubscriptionId', 'SubscriptionName')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Subscription,

        [Alias('EnvironmentName')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Environment,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $TrustHost,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $ContextName,

        [Alias('MaxContextPopulation')]
        [ValidateRange(0, 2147483647)]
        [int] $MaxContexts,

        [Alias('NoContexts')]
        [switch] $SkipContextPopulation,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
        # A code that has to be typed must be seen.
        if (-not $PSBoundParameters.ContainsKey('InformationAction') -and $InformationPreference -eq 'SilentlyContinue') {
            $InformationPreference = 'Continue'
        }
    }
    process {
        $secret = $AccessToken
        if ($null -ne $Credential) {
            $secret = $Credential.Password
            if (-not $Application) { $Application = $Credential.UserName }
        }
        $most = if ($PSBoundParameters.ContainsKey('MaxContexts')) { "$MaxContexts" }
        $whose = @($Application, $Account, $LoginHint, $Environment).Where({ $_ }, 'First')
        if (Confirm-Change $PSCmdlet (Format-Visible "$whose") 'Sign in') {
            # Where a secret comes in the standard input, nothing can be asked.
            $how = @{ MayAsk = $null -eq $secret -and (Test-Terminal); Secret = $secret; Told = $true }
            $done = Invoke-InSession $PSCmdlet 'connect' -Changes:($Scope -notin 'User', 'CurrentUser') -How $how -Option @{
                'device-code'               = $UseDeviceAuthentication
                'browser'                   = $UseBrowser
                'login-hint'                = $LoginHint
                'claims-challenge'          = $ClaimsChallenge
                'service-principal'         = $ServicePrincipal
                'application'               = $Application
                'secret-fd'                 = $(if ($null -ne $Credential) { '0' })
                'secret-file'               = (Get-FullPath $PSCmdlet $SecretFile)
                'certificate'               = (Get-FullPath $PSCmdlet $CertificatePath)
                'certificate-password-file' = (Get-FullPath $PSCmdlet $CertificatePasswordFile)
                'send-certificate-chain'    = $SendCertificateChain
                'key'                       = $Key
                'pkcs11-module'             = (Get-FullPath $PSCmdlet $Pkcs11ModulePath)
                'pkcs11-folder'             = @($Pkcs11FolderPath | Where-Object { $_ } | ForEach-Object { Get-FullPath $PSCmdlet $_ })
                'pin-file'                  = (Get-FullPath $PSCmdlet $PinFile)
                'federated-token-file'      = (Get-FullPath $PSCmdlet $FederatedTokenFile)
                'identity'                  = $Identity
                'client-id'                 = $ClientId
                'object-id'                 = $ObjectId
                'resource-id'               = $ResourceId
                'access-token-fd'           = $(if ($null -ne $AccessToken) { '0' })
                'access-token-file'         = (Get-FullPath $PSCmdlet $AccessTokenFile)
                'account'                   = $Account
                'tenant'                    = $Tenant
                'subscription'              = $Subscription
                'environment'               = $Environment
                'confirm'                   = $TrustHost
                'context-name'              = $ContextName
                'max-contexts'              = $most
                'no-contexts'               = $SkipContextPopulation
                'scope'                     = $ScopeWords[$Scope]
                'force'                     = $Force
            }
            if ($null -eq $done) { return }
            foreach ($context in $done.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $context }
        }
    }
}

function Disconnect-AzVaultAccount {
    <#
    .SYNOPSIS
    Signs an account out of the vault, as azvault disconnect does (Disconnect-AzAccount).
    .DESCRIPTION
    Its secrets and all its contexts are removed, in every tenant. The question names the account and
    the contexts. Without a parameter it is the account that acts. Azure is not told: what it issued
    is valid until it expires.
    .PARAMETER Account
    User name, home account id, application id or identity.
    .PARAMETER ContextName
    The account of this context.
    .PARAMETER All
    Every account.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Does not ask.
    .PARAMETER PassThru
    Gives the accounts that were signed out.
    .EXAMPLE
    Disconnect-AzVaultAccount -ContextName prod -WhatIf
    .EXAMPLE
    Get-AzVaultContext 'old-*' | Disconnect-AzVaultAccount -Force
    #>
    [CmdletBinding(DefaultParameterSetName = 'Acting', SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('AzVault.Account')]
    param(
        [Parameter(ParameterSetName = 'Account', Mandatory, Position = 0)]
        [Alias('Username', 'ApplicationId', 'AccountId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Account,

        [Parameter(ParameterSetName = 'Context', Mandatory, ValueFromPipelineByPropertyName)]
        [Alias('Name')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $ContextName,

        [Parameter(ParameterSetName = 'All', Mandatory)]
        [switch] $All,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
        if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }
    }
    process {
        $named = @{ 'account' = $Account; 'context-name' = $ContextName; 'all' = $All; 'scope' = $ScopeWords[$Scope] }
        $changes = $Scope -notin 'User', 'CurrentUser'
        $would = Invoke-InSession $PSCmdlet 'disconnect' -Changes:$changes -Option ($named + @{ 'dry-run' = $true })
        if ($null -eq $would) { return }
        if (Confirm-Change $PSCmdlet (Format-Visible (Get-RemovalText $would)) 'Sign out') {
            $done = Invoke-InSession $PSCmdlet 'disconnect' -Changes:$changes -Option ($named + @{ 'yes' = $true })
            if (-not $PassThru -or $null -eq $done) { return }
            foreach ($one in $done.accounts) { ConvertTo-AzVaultObject 'AzVault.Account' $one }
        }
    }
}

# What a removal takes away, in a line.
function Get-RemovalText {
    param($Would)

    $whose = @(foreach ($account in $Would.accounts) { $account.id }) -join ', '
    '{0} (contexts {1}; {2} secrets)' -f $whose, ($Would.removed -join ', '), $Would.secrets_removed
}
