function Set-AzVaultContextMark {
    <#
    .SYNOPSIS
    Marks contexts as production, or takes the mark away, as azvault context mark does.
    .DESCRIPTION
    Every name of the same subscription and account is marked. What is marked is red in lists and prompts, and
    azvault asks before anything removes or replaces it.
    .PARAMETER Name
    Their names, in any case.
    .PARAMETER Production
    They are production.
    .PARAMETER NoProduction
    They are not, or no longer.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER PassThru
    Gives the contexts whose mark has changed.
    .EXAMPLE
    Set-AzVaultContextMark prod -Production -WhatIf
    .EXAMPLE
    Get-AzVaultContext 'old-*' | Set-AzVaultContextMark -NoProduction -Scope User
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Name,

        [Parameter(Mandatory, ParameterSetName = 'Production')]
        [switch] $Production,

        [Parameter(Mandatory, ParameterSetName = 'NoProduction')]
        [switch] $NoProduction,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $what = if ($Production) { 'Mark context as production' } else { 'Take the mark away' }
        foreach ($one in $Name) {
            if (-not (Confirm-Change $PSCmdlet (Format-Visible $one) $what)) { continue }
            $done = Invoke-InSession $PSCmdlet 'context mark' -Changes:($Scope -notin 'User', 'CurrentUser') -Operand $one -Option @{
                'production'    = $Production
                'no-production' = $NoProduction
                'scope'         = $ScopeWords[$Scope]
            }
            if ($null -eq $done -or -not $PassThru) { continue }
            foreach ($context in $done.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $context }
        }
    }
}
