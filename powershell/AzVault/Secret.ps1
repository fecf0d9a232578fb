function Get-AzVaultSecret {
    <#
    .SYNOPSIS
    Lists the secrets: what they are, whose, until when.
    .DESCRIPTION
    A value is given only by id and with -Reveal, as a SecureString; azvault's audit log names each.
    .PARAMETER Id
    Its id, from the list.
    .PARAMETER Wide
    Says too what each opens, by rank (1 is worst), and what revokes it.
    .PARAMETER Reveal
    Gives the value too, in the property Value.
    .EXAMPLE
    Get-AzVaultSecret | Where-Object Kind -eq client_secret
    .EXAMPLE
    Get-AzVaultSecret -Id 492098fa87524830 -Reveal
    #>
    [CmdletBinding(DefaultParameterSetName = 'List')]
    [OutputType('AzVault.Secret')]
    param(
        [Parameter(ParameterSetName = 'Id', Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id,

        [Parameter(ParameterSetName = 'List')]
        [switch] $Wide,

        [Parameter(ParameterSetName = 'Id')]
        [switch] $Reveal
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if ($PSCmdlet.ParameterSetName -eq 'List') {
            $list = Invoke-InSession $PSCmdlet 'secret list' -Option @{ wide = $Wide }
            if ($null -eq $list) { return }
            foreach ($secret in $list.secrets) { ConvertTo-AzVaultObject $(if ($Wide) { 'AzVault.WideSecret' } else { 'AzVault.Secret' }) $secret }
            return
        }
        $document = Invoke-InSession $PSCmdlet 'secret show' -Option @{ reveal = $Reveal } -Operand $Id
        if ($null -eq $document) { return }
        $secret = ConvertTo-AzVaultObject 'AzVault.Secret' $document
        if ($Reveal) {
            $secret.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('Value', $document.value))
        }
        $secret
    }
}
