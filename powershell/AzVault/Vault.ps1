function Get-AzVaultStatus {
    <#
    .SYNOPSIS
    Shows where the vault is, whether it is locked, which context acts and why.
    .DESCRIPTION
    Asks nothing: contexts and counts are empty while the vault is locked.
    .EXAMPLE
    if ((Get-AzVaultStatus).State -eq 'locked') { Unlock-AzVault }
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Status')]
    param()
    process {
        $status = Invoke-AzVault $PSCmdlet 'status'
        if ($null -ne $status) { ConvertTo-AzVaultObject 'AzVault.Status' $status }
    }
}

function Unlock-AzVault {
    <#
    .SYNOPSIS
    Unlocks the vault for a while: azvault's agent holds its keys.
    .DESCRIPTION
    The passphrase is asked for on the terminal, by azvault itself: PowerShell never has it.
    .PARAMETER For
    Holds the keys for so long, used or not: 8h, 45m, 1h30m.
    .PARAMETER Idle
    Locks after so long without use.
    .PARAMETER PassphraseFile
    Reads the passphrase from the first line of this file and asks nothing.
    .EXAMPLE
    Unlock-AzVault -For 8h
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [string] $For,

        [string] $Idle,

        [string] $PassphraseFile
    )
    process {
        if (-not $PSCmdlet.ShouldProcess('the vault', 'Unlock')) { return }
        if ($PassphraseFile) {
            # The folder of PowerShell is not that of its process.
            $PassphraseFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($PassphraseFile)
        }
        $null = Invoke-AzVault $PSCmdlet 'unlock' -MayAsk -Option @{ 'for' = $For; idle = $Idle; 'passphrase-file' = $PassphraseFile }
    }
}

function Lock-AzVault {
    <#
    .SYNOPSIS
    Has the agent wipe the keys of the vault.
    .DESCRIPTION
    What Connect-AzVault gave to Az stays with Az until it expires: Disconnect-AzVault.
    .EXAMPLE
    Lock-AzVault
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param()
    process {
        if (-not $PSCmdlet.ShouldProcess('the vault', 'Lock')) { return }
        $null = Invoke-AzVault $PSCmdlet 'lock'
    }
}
