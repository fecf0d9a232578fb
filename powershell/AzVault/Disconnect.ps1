function Disconnect-AzVault {
    <#
    .SYNOPSIS
    Takes from Az what Connect-AzVault gave it in this process.
    .DESCRIPTION
    Every context of Az that has a token of azvault is removed, also those that Set-AzContext made from
    one, and also after the module was imported again. Where Set-AzContext -Scope CurrentUser has written
    one into Az's file it is removed there too. Contexts that Az has from elsewhere stay, and the vault
    stays as it is. Autosave of Az stays off in this process.
    .PARAMETER Name
    The context's name, in the vault or in Az; without one, all.
    .EXAMPLE
    Disconnect-AzVault
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Name
    )
    begin {
        Use-CallerPreference $PSCmdlet
        Assert-AzAccounts $PSCmdlet
    }
    process {
        $given = [AzVaultGiven]::All()
        $found = @()
        $file = Get-AzFile
        $written = @(if ($file) { [AzVaultGiven]::InFile($file) })
        foreach ($az in @(Get-AzList)) {
            if (-not [AzVaultGiven]::Has($az)) { continue }
            $digest = [AzVaultGiven]::DigestIn($az)
            if ($Name -and $az.Name -notin $Name -and $given[$digest] -notin $Name) { continue }
            $found += $az.Name, $given[$digest]
            if (Confirm-Change $PSCmdlet (Format-Visible $az.Name) 'Take the access token from Az') {
                # Of the user's scope Az removes it from the process and from the file.
                $scope = if ($az.Name -in $written) { 'CurrentUser' } else { 'Process' }
                $gone = Invoke-Az { Az.Accounts\Remove-AzContext -Name $az.Name -Scope $scope -Force -Confirm:$false }
                if ($gone.Failed) { Write-AzError $PSCmdlet $az.Name $gone.Failed }
            }
        }
        # Az knows only contexts by name that it has in this process.
        foreach ($left in $written) {
            if ($left -in $found -or ($Name -and $left -notin $Name)) { continue }
            $PSCmdlet.WriteWarning((Format-Visible "$file has a token of azvault in the context $left, which this process does not know; in a new PowerShell: Remove-AzContext -Name '$left' -Scope CurrentUser"))
        }
        foreach ($one in $Name) {
            if ($one -in $found -or $given.ContainsValue($one)) { continue }
            $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $one -Said @(
                        "Az has no context $(Format-Visible $one) from azvault", 'hint: Get-AzContext -ListAvailable')))
        }
    }
}
