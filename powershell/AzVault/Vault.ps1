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
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $status = Invoke-InSession $PSCmdlet 'status'
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
        [ValidateNotNullOrEmpty()]
        [string] $For,

        [ValidateNotNullOrEmpty()]
        [string] $Idle,

        [ValidateNotNullOrEmpty()]
        [string] $PassphraseFile
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'the vault' 'Unlock') {
            if ($PassphraseFile) {
                # The folder of PowerShell is not that of its process.
                $PassphraseFile = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($PassphraseFile)
            }
            # Where there is somebody to ask, azvault says on the terminal what is wrong.
            $mayAsk = -not $PassphraseFile -and (Test-Terminal)
            $null = Invoke-AzVault $PSCmdlet 'unlock' -MayAsk:$mayAsk `
                -Option @{ 'for' = $For; idle = $Idle; 'passphrase-file' = $PassphraseFile }
        }
    }
}

# Whether somebody at a terminal can be prompted.
function Test-Terminal {
    if ([Console]::IsInputRedirected -or [Console]::IsErrorRedirected) { return $false }
    -not [Environment]::GetCommandLineArgs().Where({ $_ -match '^(-|--|/)noni' })
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
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'the vault' 'Lock') { $null = Invoke-AzVault $PSCmdlet 'lock' }
    }
}
