function Open-AzVaultPortal {
    <#
    .SYNOPSIS
    Opens the Azure portal in the tenant and subscription of a context, as azvault open does.
    .DESCRIPTION
    In your browser; where none can be started the address comes out, as with -Print. The portal signs you in
    itself: it gets no token.
    .PARAMETER Name
    Another context than the active one, in any case.
    .PARAMETER Print
    Gives the address, and opens nothing.
    .EXAMPLE
    Open-AzVaultPortal -Print
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [switch] $Print
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $shown = Invoke-InSession $PSCmdlet 'open' -Operand @(if ($Name) { $Name }) -Option @{ 'print' = $Print }
        if ($null -ne $shown -and -not $shown.opened) { $shown.address }
    }
}
