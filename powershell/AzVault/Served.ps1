# Which contexts Az has by way of an endpoint. It belongs to the process, as the endpoint does: it outlives
# the module, and every runspace sees it.

class AzVaultServed {
    # Grant: the id of what the endpoint may ask for. Names: the contexts. Ids: names of accounts that it, or
    # one before it, served. Before: variables as they were before there was one.
    static [hashtable] State() {
        $lock = [string]::Intern('AzVault.Served')
        [Threading.Monitor]::Enter($lock)
        try {
            $state = [AppDomain]::CurrentDomain.GetData('AzVault.Served')
            if ($null -eq $state) {
                $state = [hashtable]::Synchronized(@{
                        Grant = $null; Names = [Collections.Generic.List[string]]::new(); Before = [Collections.Hashtable]::new()
                        Ids = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
                    })
                [AppDomain]::CurrentDomain.SetData('AzVault.Served', $state)
            }
            return $state
        } finally {
            [Threading.Monitor]::Exit($lock)
        }
        return $null
    }

    # Puts the variables of an endpoint into the environment. Gives what stood there.
    static [Collections.IDictionary] Replace([object] $Opened) {
        # Not of PowerShell's own kind: two names differ in case alone.
        $before = [Collections.Hashtable]::new()
        $first = [AzVaultServed]::State().Before
        $names = @(foreach ($one in $Opened.variables) { $one.name }) + @($Opened.foreign)
        foreach ($name in $names) {
            $before[$name] = [Environment]::GetEnvironmentVariable($name)
            if (-not $first.Contains($name)) { $first[$name] = $before[$name] }
        }
        foreach ($name in $Opened.foreign) { [AzVaultServed]::Set($name, $null) }
        foreach ($one in $Opened.variables) { [Environment]::SetEnvironmentVariable($one.name, [AzVaultAnswer]::Reveal($one.value)) }
        return $before
    }

    static [void] Restore([Collections.IDictionary] $Variables) {
        foreach ($name in $Variables.Keys) { [AzVaultServed]::Set($name, $Variables[$name]) }
    }

    # PowerShell makes an empty text of $null, and .NET an empty variable of that.
    hidden static [void] Set([string] $Name, [object] $Value) {
        if ($null -eq $Value) { [Environment]::SetEnvironmentVariable($Name, [NullString]::Value) }
        else { [Environment]::SetEnvironmentVariable($Name, $Value) }
    }

    # There is no endpoint any more.
    static [void] Forget() {
        $state = [AzVaultServed]::State()
        [AzVaultServed]::Restore($state.Before)
        $state.Before.Clear()
        $state.Names.Clear()
        $state.Ids.Clear()
        $state.Grant = $null
    }

    # Whether a context of Az asks an endpoint of azvault, also by way of Set-AzContext.
    static [bool] Has([object] $Context) {
        if ([AzVaultGiven]::Member($Context, 'Account.Type') -ne 'ManagedService') { return $false }
        $id = [AzVaultGiven]::Member($Context, 'Account.Id')
        return $id -and [AzVaultServed]::State().Ids.Contains($id)
    }

    # Whether a context of Az must go before these come: one of a name of theirs, and one of the same account,
    # tenant and subscription, with which Az would merge.
    static [bool] InTheWay([object] $Old, [object[]] $Coming) {
        foreach ($one in $Coming) {
            if ($Old.Name -eq $one.name) { return $true }
            $id = [AzVaultGiven]::Member($Old, 'Account.Id')
            if ($id -ne $one.account -and $id -ne $one.client_id) { continue }
            $cloud = [AzVaultGiven]::Member($Old, 'Environment.Name')
            if ($null -eq $cloud) { $cloud = [AzVaultGiven]::Member($Old, 'Environment') }
            if ($cloud -and $one.environment -and "$cloud" -ne $one.environment) { continue }
            $isOfTenant = [AzVaultGiven]::Member($Old, 'Tenant.Id') -eq $one.tenant
            if ($isOfTenant -and "$([AzVaultGiven]::Member($Old, 'Subscription.Id'))" -eq "$($one.subscription)") { return $true }
        }
        return $false
    }
}
