# The way for releases of Az that do not ask App Service's endpoint, and for who wants it: an access token.

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
        Disable-AzAutosave
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
