# In place of Az.Accounts: its cmdlets with the parameters that the module uses and what the real 4.0.2
# does with them. Its contexts are in $global:Az, for a test to look at and to spoil.

function Reset-AzStandIn {
    $global:Az = @{
        Contexts = [ordered]@{}; Environments = [Collections.Generic.HashSet[string]]::new(); Imported = ''; Current = $null; Autosave = 'CurrentUser'; Calls = [Collections.Generic.List[string]]::new()
        # What goes wrong: Refuse, Merge, OtherTenant, OtherToken, KeepAutosave, ForgetSubscription.
        Fault = ''
        # Az's file of the scope CurrentUser.
        Folder = [IO.Path]::Combine([IO.Path]::GetTempPath(), "az-stand-in-$PID"); File = 'AzureRmContext.json'
    }
    Remove-Item -Recurse -Force $global:Az.Folder -ErrorAction Ignore
}

# Writes the contexts of those names, with their tokens, as Az does in the scope CurrentUser.
function Write-AzStandIn {
    param([string[]] $Name)

    $contexts = [ordered]@{}
    foreach ($one in $Name) { $contexts[$one] = $global:Az.Contexts[$one] }
    $null = New-Item -ItemType Directory -Force $global:Az.Folder
    @{ DefaultContextKey = 'Default'; Contexts = $contexts } | ConvertTo-Json -Depth 9 |
        Set-Content (Join-Path $global:Az.Folder $global:Az.File)
}

function Add-AzStandIn {
    param([string] $Name, [string] $Account, [string] $Tenant, [string] $Subscription, [string] $Type = 'User', [string] $Token)

    $more = [Collections.Generic.Dictionary[string, string]]::new()
    if ($Token) { $more['AccessToken'] = $Token }
    $global:Az.Contexts[$Name] = [pscustomobject]@{
        Name         = $Name
        Account      = [pscustomobject]@{ Id = $Account; Type = $Type; AccessToken = $Token; ExtendedProperties = $more }
        Tenant       = [pscustomobject]@{ Id = $Tenant }
        Subscription = [pscustomobject]@{ Id = $Subscription; Name = 'Sub' }
        Environment  = [pscustomobject]@{ Name = 'Test' }
    }
    $global:Az.Current = $Name
}

function Connect-AzAccount {
    [CmdletBinding(DefaultParameterSetName = 'UserWithSubscriptionId', SupportsShouldProcess)]
    param(
        [string] $Environment, [string] $Tenant, [string] $Subscription, [string] $ContextName,
        [Parameter(ParameterSetName = 'AccessTokenWithSubscriptionId', Mandatory)] [string] $AccessToken,
        [Parameter(ParameterSetName = 'AccessTokenWithSubscriptionId')] [string] $GraphAccessToken,
        [Parameter(ParameterSetName = 'AccessTokenWithSubscriptionId')] [string] $KeyVaultAccessToken,
        [Parameter(ParameterSetName = 'AccessTokenWithSubscriptionId')] [string] $MicrosoftGraphAccessToken,
        [Parameter(ParameterSetName = 'AccessTokenWithSubscriptionId', Mandatory)] [string] $AccountId,
        [switch] $SkipContextPopulation, [switch] $Force,
        [ValidateSet('Process', 'CurrentUser')] [string] $Scope
    )
    $global:Az.Calls.Add("connect $ContextName $Scope $($PSBoundParameters.Keys.Where({ $_ -like '*Token' }) | Sort-Object)")
    if ($global:Az.Fault -eq 'Refuse') { throw 'Az refuses' }
    if ($global:Az.Fault -eq 'OtherTenant') { $Tenant = 'another.example' }
    if ($global:Az.Fault -eq 'OtherToken') { $AccessToken = 'another token' }
    if ($global:Az.Fault -eq 'ForgetSubscription') { $Subscription = $null }
    foreach ($old in @($global:Az.Contexts.Values)) {
        if ($old.Account.Id -ne $AccountId -or $old.Tenant.Id -ne $Tenant -or $old.Subscription.Id -ne $Subscription) { continue }
        # The new context becomes the old one, with its type and its token.
        $global:Az.Contexts.Remove($old.Name)
        $old.Name = $ContextName
        $global:Az.Contexts[$ContextName] = $old
        $global:Az.Current = $ContextName
        return
    }
    Add-AzStandIn $ContextName $AccountId $Tenant $Subscription AccessToken $AccessToken
}

# As the real one: what the file has is added or takes the place of what has its name, clouds included, and
# its default becomes the current one.
function Import-AzContext {
    [CmdletBinding(DefaultParameterSetName = 'ProfileFromDisk', SupportsShouldProcess)]
    param(
        [Parameter(ParameterSetName = 'InMemoryProfile', Mandatory)] [object] $AzureContext,
        [Parameter(ParameterSetName = 'ProfileFromDisk', Mandatory)] [string] $Path,
        [ValidateSet('Process', 'CurrentUser')] [string] $Scope
    )
    $global:Az.Calls.Add("import $Scope")
    $global:Az.Imported = [IO.File]::ReadAllText($Path)
    if ($global:Az.Fault -eq 'Refuse') { throw 'Az refuses' }
    $file = $global:Az.Imported | Microsoft.PowerShell.Utility\ConvertFrom-Json -AsHashtable
    foreach ($name in $file.EnvironmentTable.Keys) { $null = $global:Az.Environments.Add($name) }
    foreach ($name in $file.Contexts.Keys) {
        $own = $file.Contexts[$name]
        $tenant = if ($global:Az.Fault -eq 'OtherTenant') { 'another.example' } else { $own.Tenant.Id }
        $subscription = if ($global:Az.Fault -eq 'ForgetSubscription') { $null } else { $own.Subscription.Id }
        $type = if ($global:Az.Fault -eq 'OtherToken') { 'User' } else { $own.Account.Type }
        $global:Az.Contexts.Remove($name)
        Add-AzStandIn $name $own.Account.Id $tenant $subscription $type
    }
    $global:Az.Current = $file.DefaultContextKey
}

function Get-AzContext {
    [CmdletBinding(DefaultParameterSetName = 'GetSingleContext')]
    param(
        [Parameter(ParameterSetName = 'GetSingleContext', Position = 0)] [string] $Name,
        [Parameter(ParameterSetName = 'ListAllContexts', Mandatory)] [switch] $ListAvailable
    )
    if ($ListAvailable) { return @($global:Az.Contexts.Values) }
    if (-not $Name) { $Name = $global:Az.Current }
    if ($Name) { $global:Az.Contexts[$Name] }
}

function Remove-AzContext {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Name, [ValidateSet('Process', 'CurrentUser')] [string] $Scope, [switch] $Force, [switch] $PassThru)
    if (-not $global:Az.Contexts.Contains($Name)) { throw "there is no context $Name" }
    $global:Az.Calls.Add("remove $Name $Scope")
    if ($Scope -eq 'CurrentUser') { Write-AzStandIn }
    $global:Az.Contexts.Remove($Name)
    if ($global:Az.Current -eq $Name) { $global:Az.Current = @($global:Az.Contexts.Keys)[0] }
}

function Set-AzContext {
    [CmdletBinding(DefaultParameterSetName = 'Subscription', SupportsShouldProcess)]
    param(
        [Parameter(ParameterSetName = 'Context', Mandatory)] [object] $Context,
        [Parameter(ParameterSetName = 'Subscription', Mandatory)] [string] $Subscription,
        [string] $Name, [ValidateSet('Process', 'CurrentUser')] [string] $Scope, [switch] $Force
    )
    if ($Context) {
        $global:Az.Contexts[$Name] = $Context
        $global:Az.Current = $Name
        return
    }
    $of = $global:Az.Contexts[$global:Az.Current]
    Add-AzStandIn $(if ($Name) { $Name } else { "of $Subscription" }) $of.Account.Id $of.Tenant.Id $Subscription $of.Account.Type $of.Account.AccessToken
    if ($Scope -eq 'CurrentUser') { Write-AzStandIn $Name }
}

function Select-AzContext {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Name, [ValidateSet('Process', 'CurrentUser')] [string] $Scope)
    $global:Az.Current = $Name
}

function Clear-AzContext {
    [CmdletBinding(SupportsShouldProcess)]
    param([ValidateSet('Process', 'CurrentUser')] [string] $Scope, [switch] $Force)
    $global:Az.Contexts.Clear()
    $global:Az.Current = $null
}

function Disable-AzContextAutosave {
    [CmdletBinding(SupportsShouldProcess)]
    param([ValidateSet('Process', 'CurrentUser')] [string] $Scope)
    $global:Az.Calls.Add("autosave $Scope")
    if ($global:Az.Fault -ne 'KeepAutosave') { $global:Az.Autosave = 'Process' }
}

function Get-AzContextAutosaveSetting {
    [CmdletBinding()]
    param([ValidateSet('Process', 'CurrentUser')] [string] $Scope)
    if ($Scope -eq 'Process') { return [pscustomobject]@{ Mode = $global:Az.Autosave; ContextDirectory = 'None'; ContextFile = 'None' } }
    [pscustomobject]@{ Mode = 'CurrentUser'; ContextDirectory = $global:Az.Folder; ContextFile = $global:Az.File }
}

function Get-AzAccessToken {
    [CmdletBinding(DefaultParameterSetName = 'KnownResourceTypeName')]
    param(
        [Parameter(ParameterSetName = 'KnownResourceTypeName')] [string] $ResourceTypeName,
        [Parameter(ParameterSetName = 'ResourceUrl', Mandatory)] [string] $ResourceUrl,
        [string] $TenantId, [switch] $AsSecureString
    )
    $account = $global:Az.Contexts[$global:Az.Current].Account
    $token = $account.AccessToken
    if ($account.Type -eq 'ManagedService') {
        # ManagedIdentityCredential of Azure.Identity, source AppService.
        $resource = if ($ResourceUrl) { $ResourceUrl } elseif ($ResourceTypeName -eq 'KeyVault') { 'https://vault.azure.net' } else { 'https://management.core.windows.net/' }
        $uri = "${env:IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=$([uri]::EscapeDataString($resource))&client_id=$([uri]::EscapeDataString($account.Id))"
        $reply = Invoke-WebRequest -NoProxy -Uri $uri -Headers @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER } -SkipHttpErrorCheck
        $reply = $reply.Content | Microsoft.PowerShell.Utility\ConvertFrom-Json
        if (-not $reply.access_token) { throw $reply.message }
        $token = $reply.access_token
    }
    [pscustomobject]@{ Token = if ($AsSecureString) { [Net.NetworkCredential]::new('', $token).SecurePassword } else { $token } }
}

Reset-AzStandIn
