# What Az has from azvault. Az's contexts of process scope belong to the process, and so does this:
# it outlives the module, and every runspace sees it.

class AzVaultGiven {
    # For each token that Az was given its digest, never the token, and the name that it went under.
    static [hashtable] All() {
        $lock = [string]::Intern('AzVault.Given')
        [Threading.Monitor]::Enter($lock)
        try {
            $all = [AppDomain]::CurrentDomain.GetData('AzVault.Given')
            if ($null -eq $all) {
                $all = [hashtable]::Synchronized(@{})
                [AppDomain]::CurrentDomain.SetData('AzVault.Given', $all)
            }
            return $all
        } finally {
            [Threading.Monitor]::Exit($lock)
        }
        return $null
    }

    # Of a token as text or as a SecureString; empty where there is none.
    static [string] Digest([object] $Token) {
        if ($Token -is [securestring]) { return [AzVaultGiven]::Digest([AzVaultAnswer]::Reveal($Token)) }
        if ([string]::IsNullOrEmpty($Token)) { return '' }
        $sha = [Security.Cryptography.SHA256]::Create()
        try { return [Convert]::ToHexString($sha.ComputeHash([Text.Encoding]::UTF8.GetBytes($Token))) } finally { $sha.Dispose() }
        return ''
    }

    # Of the token that a context of Az holds.
    static [string] DigestIn([object] $Context) {
        $token = [AzVaultGiven]::Member($Context, 'Account.AccessToken')
        if ([string]::IsNullOrEmpty($token)) {
            $more = [AzVaultGiven]::Member($Context, 'Account.ExtendedProperties')
            if ($more -is [Collections.IDictionary] -and $more.Keys -contains 'AccessToken') { $token = $more['AccessToken'] }
        }
        return [AzVaultGiven]::Digest($token)
    }

    # Whether a context of Az came from azvault, also by way of Set-AzContext, which copies the token.
    static [bool] Has([object] $Context) {
        $digest = [AzVaultGiven]::DigestIn($Context)
        return $digest -ne '' -and [AzVaultGiven]::All().ContainsKey($digest)
    }

    # The contexts in a file of Az with a token of azvault, or of accounts that its endpoint serves, by name;
    # none where it cannot be read.
    static [string[]] InFile([string] $Path, [Collections.Generic.HashSet[string]] $Ids) {
        $names = [Collections.Generic.List[string]]::new()
        $file = [IO.FileInfo]::new($Path)
        if (-not $file.Exists -or $file.Length -eq 0) { return $names }
        try {
            $document = [Text.Json.JsonDocument]::Parse([IO.MemoryStream]::new([IO.File]::ReadAllBytes($Path)), [Text.Json.JsonDocumentOptions]::new())
        } catch {
            return $names
        }
        try {
            foreach ($context in $document.RootElement.GetProperty('Contexts').EnumerateObject()) {
                $account = [AzVaultGiven]::Below($context.Value, 'Account')
                $id = [AzVaultGiven]::Below($account, 'Id')
                if ("$([AzVaultGiven]::Below($account, 'Type'))" -eq 'ManagedService' -and $Ids.Contains("$id")) {
                    $names.Add($context.Name)
                    continue
                }
                $at = $context.Value
                foreach ($name in 'Account', 'ExtendedProperties', 'AccessToken') { $at = [AzVaultGiven]::Below($at, $name) }
                if ("$($at.ValueKind)" -ne 'String') { continue }
                if ([AzVaultGiven]::All().ContainsKey([AzVaultGiven]::Digest($at.GetString()))) { $names.Add($context.Name) }
            }
        } catch {
            return $names
        } finally {
            $document.Dispose()
        }
        return $names
    }

    # A member of an object of a document; of no kind where there is none.
    hidden static [object] Below([object] $Element, [string] $Name) {
        if ("$($Element.ValueKind)" -eq 'Object') {
            foreach ($member in $Element.EnumerateObject()) { if ($member.Name -ceq $Name) { return $member.Value } }
        }
        return [Text.Json.JsonElement]::new()
    }

    # Whether a context of Az must go before Connect-AzAccount: one of that name, one of that account
    # that is not from azvault, and one that Az would merge with.
    static [bool] InTheWay([object] $Context, [object] $Connection) {
        if ($Context.Name -eq $Connection.Name) { return $true }
        $cloud = [AzVaultGiven]::Member($Context, 'Environment.Name')
        if ($null -eq $cloud) { $cloud = [AzVaultGiven]::Member($Context, 'Environment') }
        if ([AzVaultGiven]::Member($Context, 'Account.Id') -ne $Connection.AccountId) { return $false }
        if ($cloud -and $Connection.Environment -and "$cloud" -ne $Connection.Environment) { return $false }
        if (-not [AzVaultGiven]::Has($Context)) { return $true }
        return [AzVaultGiven]::Member($Context, 'Tenant.Id') -eq $Connection.TenantId -and
            [AzVaultGiven]::IsSubscription($Context, $Connection.Subscription)
    }

    # Whether a context is of a subscription that is named by id or name; none is named by an empty text.
    static [bool] IsSubscription([object] $Context, [string] $Named) {
        $id = [AzVaultGiven]::Member($Context, 'Subscription.Id')
        if (-not $Named) { return -not $id }
        return $Named -eq $id -or $Named -eq [AzVaultGiven]::Member($Context, 'Subscription.Name')
    }

    # A member of an object by its path; $null where there is none.
    static [object] Member([object] $Of, [string] $Path) {
        foreach ($name in $Path.Split('.')) {
            if ($null -eq $Of) { return $null }
            $found = $Of.PSObject.Properties[$name]
            $Of = if ($null -ne $found) { $found.Value } else { $null }
        }
        return $Of
    }
}
