function Get-AzVaultContext {
    <#
    .SYNOPSIS
    Lists the contexts, as azvault context list does.
    .DESCRIPTION
    Without a name all of them. What comes out goes on by the pipeline into Select-AzVaultContext,
    Remove-AzVaultContext, Get-AzVaultToken, Invoke-AzVaultCommand and Connect-AzVault.
    .PARAMETER Name
    Names, in any case; wildcards are allowed.
    .PARAMETER Active
    The active context alone.
    .EXAMPLE
    Get-AzVaultContext | Where-Object Environment -eq AzureUSGovernment
    .EXAMPLE
    Get-AzVaultContext -Name 'prod*' | Connect-AzVault
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [SupportsWildcards()]
        [string[]] $Name = @('*'),

        [Parameter(ParameterSetName = 'Active', Mandatory)]
        [switch] $Active
    )
    process {
        $list = Invoke-AzVault $PSCmdlet 'context list'
        if ($null -eq $list) { return }
        $contexts = @(foreach ($context in $list.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $context })
        if ($Active) { return $contexts | Where-Object IsActive }
        foreach ($pattern in $Name) {
            # Names hold brackets often: one that is a name is not read as a pattern.
            $found = @($contexts | Where-Object Name -eq $pattern)
            if ($found.Count -eq 0) { $found = @($contexts | Where-Object Name -like $pattern) }
            $found
            if ($found.Count -eq 0 -and -not [Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)) {
                $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $pattern -Said @(
                            "there is no context $(Format-Visible $pattern)", 'try: Get-AzVaultContext')))
            }
        }
    }
}

function Select-AzVaultContext {
    <#
    .SYNOPSIS
    Makes another context the active one, as azvault context select does.
    .DESCRIPTION
    With the scope User it becomes the default of all your shells, with Process it is active in this
    PowerShell alone, for which a session is started if there is none.
    .PARAMETER Name
    Its name, in any case.
    .PARAMETER Scope
    Process or User. Without it autosave decides, as in Azure PowerShell.
    .PARAMETER PassThru
    Gives the context that is active now.
    .EXAMPLE
    Select-AzVaultContext prod -Scope Process
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [string] $Name,

        [ValidateSet('Process', 'User')]
        [string] $Scope,

        [switch] $PassThru
    )
    process {
        if (-not $PSCmdlet.ShouldProcess((Format-Visible $Name), 'Select context')) { return }
        Start-Session $PSCmdlet
        $changed = Invoke-AzVault $PSCmdlet 'context select' -Option @{ scope = $Scope.ToLowerInvariant() } -Operand $Name
        if ($PassThru -and $null -ne $changed) { Get-AzVaultContext -Active }
    }
}

function Rename-AzVaultContext {
    <#
    .SYNOPSIS
    Renames a context, as azvault context rename does.
    .PARAMETER Name
    Its name, in any case.
    .PARAMETER NewName
    Its new name.
    .PARAMETER Scope
    Process or User. Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Replaces a context that has the new name already.
    .PARAMETER PassThru
    Gives the context under its new name.
    .EXAMPLE
    Rename-AzVaultContext -Name 'Contoso Prod (5b000000-0000-4000-8000-000000000002)' -NewName prod
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
        [string] $NewName,

        [ValidateSet('Process', 'User')]
        [string] $Scope,

        [switch] $Force,

        [switch] $PassThru
    )
    process {
        $what = 'Rename context to {0}' -f (Format-Visible $NewName)
        if (-not $PSCmdlet.ShouldProcess((Format-Visible $Name), $what)) { return }
        Start-Session $PSCmdlet
        $changed = Invoke-AzVault $PSCmdlet 'context rename' -Option @{ scope = $Scope.ToLowerInvariant(); force = $Force } -Operand $Name, $NewName
        if ($PassThru -and $null -ne $changed) { Get-AzVaultContext -Name $NewName }
    }
}

function Remove-AzVaultContext {
    <#
    .SYNOPSIS
    Removes contexts, as azvault context remove does.
    .DESCRIPTION
    When the last context of a user goes, the user's tokens go too. Asks for each unless
    -Confirm:$false is given.
    .PARAMETER Name
    Its name, in any case.
    .PARAMETER Scope
    Process or User. Without it autosave decides, as in Azure PowerShell.
    .EXAMPLE
    Get-AzVaultContext 'old-*' | Remove-AzVaultContext -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [string[]] $Name,

        [ValidateSet('Process', 'User')]
        [string] $Scope
    )
    process {
        foreach ($one in $Name) {
            if (-not $PSCmdlet.ShouldProcess((Format-Visible $one), 'Remove context')) { continue }
            Start-Session $PSCmdlet
            $null = Invoke-AzVault $PSCmdlet 'context remove' -Option @{ scope = $Scope.ToLowerInvariant(); yes = $true } -Operand $one
        }
    }
}

# The session in which changes of process scope live, as azvault shell-init starts it. One that came
# along from another shell's environment is that shell's, and this one shares it as its child.
function Start-Session {
    param([Management.Automation.PSCmdlet] $Caller)

    if ($env:AZVAULT_SESSION) { return }
    $started = Invoke-AzVault $Caller 'session start' -Quiet -Option @{ leader = $PID }
    if ($null -ne $started) { $env:AZVAULT_SESSION = $started.value }
}
