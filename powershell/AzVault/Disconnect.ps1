function Disconnect-AzVault {
    <#
    .SYNOPSIS
    Takes from Az what Connect-AzVault gave it in this process.
    .DESCRIPTION
    Every context of Az that has a token of azvault is removed, also those that Set-AzContext made from
    one, and also after the module was imported again. Contexts that Az has from elsewhere stay, and
    the vault stays as it is. Autosave of Az stays off in this process.
    .PARAMETER Name
    The context's name, in the vault or in Az; without one, all.
    .EXAMPLE
    Disconnect-AzVault
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name
    )
    begin {
        Use-CallerPreference $PSCmdlet
        Assert-AzAccounts $PSCmdlet
    }
    process {
        $given = [AzVaultGiven]::All()
        $found = @()
        foreach ($az in @(Get-AzList)) {
            if (-not [AzVaultGiven]::Has($az)) { continue }
            $digest = [AzVaultGiven]::DigestIn($az)
            if ($Name -and $az.Name -notin $Name -and $given[$digest] -notin $Name) { continue }
            $found += $az.Name, $given[$digest]
            if (Confirm-Change $PSCmdlet (Format-Visible $az.Name) 'Take the access token from Az') {
                $gone = Invoke-Az { Remove-AzContext -Name $az.Name -Scope Process -Force -Confirm:$false }
                if ($gone.Failed) { Write-AzError $PSCmdlet $az.Name $gone.Failed }
            }
        }
        foreach ($one in $Name) {
            if ($one -in $found -or $given.ContainsValue($one)) { continue }
            $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $one -Said @(
                        "Az has no context $(Format-Visible $one) from azvault", 'hint: Get-AzContext -ListAvailable')))
        }
    }
}
