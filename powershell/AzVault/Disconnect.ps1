function Disconnect-AzVault {
    <#
    .SYNOPSIS
    Takes from Az what Connect-AzVault gave it in this process.
    .DESCRIPTION
    Every context of Az that asks azvault's endpoint or has a token of azvault is removed, also those that
    Set-AzContext made from one, and also after the module was imported again. With the last one the endpoint is
    closed, and the variables in the environment are what they were before. While the vault is locked it
    cannot be closed: it ends with this process, and hands out nothing without its variables. Where Set-AzContext -Scope CurrentUser has written
    one into Az's file it is removed there too. Contexts that Az has from elsewhere stay, and the vault
    stays as it is. Autosave of Az stays off in this process.
    .PARAMETER Name
    The context's name, in the vault or in Az; without one, all. An account of which a context is left is
    served as before.
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
        $served = [AzVaultServed]::State()
        $gone = [Collections.Generic.List[string]]::new()
        $found = @()
        $file = Get-AzFile
        $written = @(if ($file) { [AzVaultGiven]::InFile($file, $served.Ids) })
        foreach ($az in @(Get-AzList)) {
            $isServed = [AzVaultServed]::Has($az)
            if (-not $isServed -and -not [AzVaultGiven]::Has($az)) { continue }
            $digest = [AzVaultGiven]::DigestIn($az)
            if ($Name -and $az.Name -notin $Name -and $given[$digest] -notin $Name) { continue }
            $found += $az.Name, $given[$digest]
            $action = if ($isServed) { 'Take the context from Az' } else { 'Take the access token from Az' }
            if (Confirm-Change $PSCmdlet (Format-Visible $az.Name) $action) {
                # Of the user's scope Az removes it from the process and from the file.
                $scope = if ($az.Name -in $written) { 'CurrentUser' } else { 'Process' }
                $tried = Invoke-Az { Az.Accounts\Remove-AzContext -Name $az.Name -Scope $scope -Force -Confirm:$false }
                if ($tried.Failed) { Write-AzError $PSCmdlet $az.Name $tried.Failed }
                elseif ($isServed) { $gone.Add($az.Name) }
            }
        }
        # Az knows only contexts by name that it has in this process.
        foreach ($left in $written) {
            if ($left -in $found -or ($Name -and $left -notin $Name)) { continue }
            $PSCmdlet.WriteWarning((Format-Visible "$file has what is azvault's in the context $left, which this process does not know; in a new PowerShell: Remove-AzContext -Name '$left' -Scope CurrentUser"))
        }
        foreach ($one in $Name) {
            if ($one -in $found -or $given.ContainsValue($one) -or $one -in $served.Names) { continue }
            $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $one -Said @(
                        "Az has no context $(Format-Visible $one) from azvault", 'hint: Get-AzContext -ListAvailable')))
        }
        if ($WhatIfPreference) { return }
        # What Az has not any more, also because Clear-AzContext took it.
        $held = @(foreach ($az in Get-AzList) { if ([AzVaultServed]::Has($az)) { $az.Name } })
        if ($served.Grant -and $held.Count -eq 0) {
            Close-Endpoint $PSCmdlet $served.Grant
            [AzVaultServed]::Forget()
        } elseif ($served.Grant) {
            Limit-Endpoint $PSCmdlet @(foreach ($one in $served.Names) { if ($one -notin $gone) { $one } })
        }
    }
}

# Serves those of the contexts alone that are left, by another endpoint.
function Limit-Endpoint {
    param([Management.Automation.PSCmdlet] $Caller, [string[]] $Name)

    $served = [AzVaultServed]::State()
    if ($Name.Count -eq 0 -or $Name.Count -eq $served.Names.Count) { return }
    $opened = Invoke-AzVault $Caller 'endpoint' -Option @{ 'for-process' = $PID } -Operand $Name -Quiet
    if ($null -eq $opened) { return }
    [IO.File]::Delete($opened.az_profile)
    $null = [AzVaultServed]::Replace($opened)
    Close-Endpoint $Caller $served.Grant
    $served.Grant = $opened.grant
    $served.Names.Clear()
    foreach ($context in $opened.contexts) { $served.Names.Add($context.name) }
}
