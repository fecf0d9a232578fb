function Connect-AzVault {
    <#
    .SYNOPSIS
    Gives Az the access token of a context, for this process alone.
    .DESCRIPTION
    Az.Accounts signs in with an access token that azvault gets, in the scope Process, and autosave
    of Az is off in this process from then on. Then Az is asked which account, tenant, subscription and
    token it uses: if those are not the context's, it is an error, and Az has what it had before.

    Contexts of the same account or name that Az has from elsewhere are removed in this process first,
    for Az merges contexts of one account and would keep the old token. Az's files stay as they are.

    Az cannot renew such a token: when it ends, run Connect-AzVault again. The token is on no disk, unless
    you have Az write it there: Set-AzContext, Select-AzContext and others with -Scope CurrentUser, and
    Save-AzContext, write a context with its token. Use Set-AzContext -Scope Process.
    .PARAMETER Name
    The contexts' names, in any case; without one, the active context. Of several the last one is active
    in Az.
    .PARAMETER All
    Every context of the vault; the active one is active in Az too.
    .PARAMETER Include
    Further tokens that Az shall have: Graph (Azure AD Graph), KeyVault, MicrosoftGraph.
    .PARAMETER Tenant
    Another tenant than the context's, by its id. Az's context is then called by both.
    .PARAMETER Subscription
    Another subscription than the context's, by its id or name.
    .PARAMETER PassThru
    Gives what Az has got, and when the token ends.
    .EXAMPLE
    Connect-AzVault prod
    .EXAMPLE
    Get-AzVaultContext | Where-Object SubscriptionName -eq 'Contoso Prod' | Connect-AzVault -Include KeyVault -PassThru
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess)]
    [OutputType('AzVault.Connection')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Name,

        [Parameter(ParameterSetName = 'All', Mandatory)]
        [switch] $All,

        [ValidateSet('Graph', 'KeyVault', 'MicrosoftGraph')]
        [string[]] $Include = @(),

        [Alias('TenantId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Tenant,

        [Alias('SubscriptionId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Subscription,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
        Assert-AzAccounts $PSCmdlet
        # PowerShell's default says nothing about what the caller wants, and the time when the token
        # ends should be seen.
        if (-not $PSBoundParameters.ContainsKey('InformationAction') -and $InformationPreference -eq 'SilentlyContinue') {
            $InformationPreference = 'Continue'
        }
    }
    process {
        $names = @(if ($Name) { $Name } elseif ($All) { (Get-AzVaultContext | Microsoft.PowerShell.Utility\Sort-Object IsActive).Name } else { '' })
        foreach ($one in $names) {
            $made = Connect-Context $PSCmdlet $one @{ Include = $Include; Tenant = $Tenant; Subscription = $Subscription }
            if ($null -eq $made) { continue }
            Microsoft.PowerShell.Utility\Write-Information -Tags AzVault -MessageData (
                'Az has {0} until {1:yyyy-MM-dd HH:mm zzz}; then Connect-AzVault again.' -f (Format-Visible $made.Name), $made.ExpiresOn)
            if ($PassThru) { $made }
        }
    }
}

# Gives Az one context, the active one where none is named, and says what Az has got; nothing where that
# failed or was not wanted.
function Connect-Context {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Name, [hashtable] $Other)

    $document = Invoke-InSession $Caller 'context show' -Operand @(if ($Name) { $Name })
    if ($null -eq $document) { return }
    $context = ConvertTo-AzVaultObject 'AzVault.Context' $document
    if (Confirm-Change $Caller (Format-Visible $context.Name) 'Give Az an access token') {
        Assert-NothingRecorded $Caller
        $token = Get-TokenDocument $Caller $context.Name 'arm' $Other.Tenant
        if ($null -eq $token) { return }
        $isOther = $Other.Tenant -and $token.tenant -ne $context.TenantId
        $connection = [pscustomobject][ordered]@{
            Name         = if ($isOther) { "$($context.Name) ($($token.tenant))" } else { $context.Name }
            AccountId    = $context.AccountId
            TenantId     = $token.tenant
            # A subscription belongs to its tenant.
            Subscription = if ($Other.Subscription -or $Other.Tenant) { $Other.Subscription } else { $context.SubscriptionId }
            Environment  = $context.Environment
            Include      = $Other.Include
            ExpiresOn    = [AzVaultAnswer]::Moment($token.expires_on)
        }
        $connection.PSObject.TypeNames.Insert(0, 'AzVault.Connection')
        $tokens = @{ AccessToken = $token.accessToken }
        foreach ($further in $Other.Include) {
            $token = Get-TokenDocument $Caller $context.Name $FurtherTokens[$further].Resource $Other.Tenant
            if ($null -eq $token) { return }
            $tokens[$FurtherTokens[$further].Parameter] = $token.accessToken
            $ends = [AzVaultAnswer]::Moment($token.expires_on)
            if ($ends -lt $connection.ExpiresOn) { $connection.ExpiresOn = $ends }
        }
        if (Set-AzConnection $Caller $connection $tokens) { $connection }
    }
}

# Connects Az and makes sure that it acts as the context, or leaves it as it was. Gives whether it does.
# The tokens are SecureStrings; Az takes text alone.
function Set-AzConnection {
    param([Management.Automation.PSCmdlet] $Caller, $Connection, [hashtable] $Tokens)

    $before = @(Get-AzList)
    $current = @(Get-AzCurrent)
    $digest = [AzVaultGiven]::Digest($Tokens.AccessToken)
    $was = [AzVaultGiven]::All()[$digest]
    $parameters = @{
        AccountId             = $Connection.AccountId
        Tenant                = $Connection.TenantId
        ContextName           = $Connection.Name
        Scope                 = 'Process'
        SkipContextPopulation = $true
        Force                 = $true
        Confirm               = $false
    }
    if ($Connection.Environment) { $parameters.Environment = $Connection.Environment }
    if ($Connection.Subscription) { $parameters.Subscription = $Connection.Subscription }
    foreach ($name in $Tokens.Keys) { $parameters[$name] = [AzVaultAnswer]::Reveal($Tokens[$name]) }
    $removed = [Collections.Generic.List[string]]::new()
    $tried = Invoke-Az {
        # With autosave on, the next change of a context in Az would write this one into its file.
        Az.Accounts\Disable-AzContextAutosave -Scope Process -Confirm:$false
        if ($null -ne (Find-AzCommand 'Get-AzContextAutosaveSetting')) {
            $mode = (Az.Accounts\Get-AzContextAutosaveSetting -Scope Process).Mode
            if ($mode -and $mode -ne 'Process') { throw "Az still saves contexts by itself: autosave is $mode" }
        }
        foreach ($old in $before) {
            if (-not [AzVaultGiven]::InTheWay($old, $Connection)) { continue }
            $removed.Add($old.Name)
            Az.Accounts\Remove-AzContext -Name $old.Name -Scope Process -Force -Confirm:$false
        }
        [AzVaultGiven]::All()[$digest] = $Connection.Name
        Az.Accounts\Connect-AzAccount @parameters
    }
    $parameters.Clear()
    $wrong = @(if ($tried.Failed) { $tried.Failed } else { Compare-AzConnection $Connection $digest })
    if ($wrong.Count -eq 0) { return $true }

    $names = @(foreach ($old in $before) { $old.Name })
    $undone = Invoke-Az {
        foreach ($made in @(Get-AzList)) {
            $isNew = $made.Name -notin $names -or $made.Name -in $removed
            if (-not $isNew -and [AzVaultGiven]::DigestIn($made) -ne $digest) { continue }
            Az.Accounts\Remove-AzContext -Name $made.Name -Scope Process -Force -Confirm:$false
        }
        $left = @(foreach ($context in Get-AzList) { $context.Name })
        foreach ($old in $before) {
            if ($old.Name -in $left) { continue }
            Az.Accounts\Set-AzContext -Context $old -Name $old.Name -Scope Process -Force -Confirm:$false
        }
        foreach ($one in $current) { Az.Accounts\Select-AzContext -Name $one.Name -Scope Process -Confirm:$false }
    }
    # Where Az has the token still, Disconnect-AzVault must know it.
    if ($undone.Failed) { $wrong += "Az could not be put back as it was: $($undone.Failed)" }
    elseif ($null -eq $was) { [AzVaultGiven]::All().Remove($digest) }
    Write-AzError $Caller $Connection.Name $wrong
    return $false
}

# In which points Az does not act as the context: a sentence for each.
function Compare-AzConnection {
    param($Connection, [string] $Digest)

    $az = Get-AzCurrent
    if ($null -eq $az) { return 'Az has no active context after Connect-AzAccount' }
    foreach ($member in 'Account.Id', 'Tenant.Id') {
        $found = [AzVaultGiven]::Member($az, $member)
        $right = if ($member -eq 'Account.Id') { $Connection.AccountId } else { $Connection.TenantId }
        if ($found -ne $right) { "Az acts with the $(($member -split '\.')[0].ToLowerInvariant()) '$found', not '$right'" }
    }
    if (-not [AzVaultGiven]::IsSubscription($az, $Connection.Subscription) -and $Connection.Subscription) {
        "Az acts on the subscription '$([AzVaultGiven]::Member($az, 'Subscription.Id'))', not '$($Connection.Subscription)'"
    }
    $type = [AzVaultGiven]::Member($az, 'Account.Type')
    if ($null -ne $type -and $type -ne 'AccessToken') { "Az signs in as $type by itself, not with azvault's token" }
    if ((Get-AzTokenDigest) -ne $Digest) { "Az uses another token than azvault's" }
}
