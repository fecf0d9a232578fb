function Get-AzVaultPolicy {
    <#
    .SYNOPSIS
    Shows what is forbidden here, and which line of which file says so.
    .EXAMPLE
    Get-AzVaultPolicy
    #>
    [CmdletBinding()]
    [OutputType('AzVault.PolicyMember')]
    param()
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $policy = Invoke-AzVault $PSCmdlet 'policy show'
        if ($null -eq $policy) { return }
        foreach ($member in $policy.members) {
            $object = ConvertTo-AzVaultObject 'AzVault.PolicyMember' $member
            # What is called value elsewhere is a secret; a policy has none.
            if ($object.Value -is [securestring]) { $object.Value = [AzVaultAnswer]::Reveal($object.Value) }
            $object
        }
    }
}

function Test-AzVaultPolicy {
    <#
    .SYNOPSIS
    Checks a policy file, or both files and this vault against them: what it finds, with what to do.
    .PARAMETER Path
    The file: one that does not hold yet.
    .EXAMPLE
    Test-AzVaultPolicy ./policy.toml
    #>
    [CmdletBinding()]
    [OutputType('AzVault.PolicyFinding')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $file = Get-FullPath $PSCmdlet $Path
        $checked = Invoke-AzVault $PSCmdlet 'policy check' -Operand @(if ($file) { $file })
        if ($null -eq $checked) { return }
        foreach ($finding in $checked.findings) { ConvertTo-AzVaultObject 'AzVault.PolicyFinding' $finding }
    }
}
