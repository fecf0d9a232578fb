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

function New-AzVault {
    <#
    .SYNOPSIS
    Creates a vault, as azvault init does.
    .DESCRIPTION
    The passphrase is asked for on the terminal, or is in a file: PowerShell never has it. A recovery
    code is printed once, on the terminal; without one -RecoveryFile or -NoRecovery is needed.
    .PARAMETER Kdf
    How much work a guess at the passphrase costs: interactive, default or paranoid.
    .PARAMETER KdfMemory
    Memory of the key derivation, in MiB.
    .PARAMETER KdfPasses
    Passes of the key derivation over that memory.
    .PARAMETER PassphraseFile
    Reads the passphrase from the first line of this file and asks nothing.
    .PARAMETER RecoveryFile
    Writes the recovery code to this new file in place of the terminal.
    .PARAMETER NoRecovery
    Makes no recovery code: without the passphrase the vault is lost.
    .PARAMETER RawKeyFile
    Also writes a raw key to this new file, which opens the vault alone.
    .EXAMPLE
    New-AzVault
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Vault')]
    param(
        [ValidateSet('interactive', 'default', 'paranoid')]
        [string] $Kdf,

        [ValidateRange(1, 1048576)]
        [int] $KdfMemory,

        [ValidateRange(1, 1000)]
        [int] $KdfPasses,

        [ValidateNotNullOrEmpty()]
        [string] $PassphraseFile,

        [ValidateNotNullOrEmpty()]
        [string] $RecoveryFile,

        [switch] $NoRecovery,

        [ValidateNotNullOrEmpty()]
        [string] $RawKeyFile
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'the vault' 'Create') {
            $made = Invoke-AzVault $PSCmdlet 'init' -MayAsk:(Test-Terminal) -Option @{
                'kdf'             = $Kdf
                'kdf-memory'      = $(if ($KdfMemory) { "$KdfMemory" })
                'kdf-passes'      = $(if ($KdfPasses) { "$KdfPasses" })
                'passphrase-file' = (Get-FullPath $PSCmdlet $PassphraseFile)
                'recovery-file'   = (Get-FullPath $PSCmdlet $RecoveryFile)
                'no-recovery'     = $NoRecovery
                'raw-key-file'    = (Get-FullPath $PSCmdlet $RawKeyFile)
            }
            if ($null -ne $made) { ConvertTo-AzVaultObject 'AzVault.Vault' $made }
        }
    }
}

function Test-AzVault {
    <#
    .SYNOPSIS
    Looks at the vault's surroundings, as azvault doctor does, or at the vault itself.
    .DESCRIPTION
    A line for each check; Advice is the line to type where something should be changed. A warning says
    that there are such.
    .PARAMETER Integrity
    Checks that the vault is whole, as azvault verify does: every box is opened.
    .PARAMETER Quick
    With -Integrity: looks at the whole only.
    .EXAMPLE
    Test-AzVault | Where-Object State -eq finding
    .EXAMPLE
    Test-AzVault -Integrity
    #>
    [CmdletBinding(DefaultParameterSetName = 'Surroundings')]
    [OutputType('AzVault.Check', ParameterSetName = 'Surroundings')]
    [OutputType('AzVault.Integrity', ParameterSetName = 'Integrity')]
    param(
        [Parameter(ParameterSetName = 'Integrity', Mandatory)]
        [switch] $Integrity,

        [Parameter(ParameterSetName = 'Integrity')]
        [switch] $Quick
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if ($Integrity) {
            $verified = Invoke-AzVault $PSCmdlet 'verify' -Option @{ 'quick' = $Quick }
            if ($null -ne $verified) { ConvertTo-AzVaultObject 'AzVault.Integrity' $verified }
            return
        }
        $looked = Invoke-InSession $PSCmdlet 'doctor'
        if ($null -eq $looked) { return }
        foreach ($check in $looked.checks) {
            $object = ConvertTo-AzVaultObject 'AzVault.Check' $check
            if ($object.Advice) { $object.Advice = ConvertTo-CmdletText $object.Advice }
            $object
        }
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
    .PARAMETER Reach
    Which programs the agent answers: all of yours (user), or those of terminals in which the vault was unlocked.
    .PARAMETER PassphraseFile
    Reads the passphrase from the first line of this file and asks nothing.
    .PARAMETER AcceptRollback
    Goes on with a vault that is older than what this machine has seen; asks on the terminal.
    .EXAMPLE
    Unlock-AzVault -For 8h
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $For,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Idle,

        [ValidateSet('User', 'Terminal')]
        [string] $Reach,

        [ValidateNotNullOrEmpty()]
        [string] $PassphraseFile,

        [switch] $AcceptRollback
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'the vault' 'Unlock') {
            if ($PassphraseFile) {
                $PassphraseFile = Get-FullPath $PSCmdlet $PassphraseFile
            }
            # Where there is somebody to ask, azvault says on the terminal what is wrong.
            $mayAsk = -not $PassphraseFile -and (Test-Terminal)
            $null = Invoke-AzVault $PSCmdlet 'unlock' -MayAsk:$mayAsk `
                -Option @{ 'for' = $For; idle = $Idle; reach = $Reach.ToLowerInvariant(); 'passphrase-file' = $PassphraseFile; 'accept-rollback' = $AcceptRollback }
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
    .PARAMETER Panic
    For when the machine or an account may be in other hands: ends every agent, endpoint and renewal of
    yours, of all vaults, and gives what to revoke, worst first.
    .EXAMPLE
    Lock-AzVault
    .EXAMPLE
    Lock-AzVault -Panic | Format-List Opens, Revoke
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.WideSecret')]
    param(
        [switch] $Panic
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if ($Panic) {
            if (Confirm-Change $PSCmdlet 'every vault' 'Lock at once') {
                $locked = Invoke-AzVault $PSCmdlet 'panic'
                if ($null -eq $locked) { return }
                foreach ($secret in $locked.credentials) { ConvertTo-AzVaultObject 'AzVault.WideSecret' $secret }
            }
        } elseif (Confirm-Change $PSCmdlet 'the vault' 'Lock') { $null = Invoke-AzVault $PSCmdlet 'lock' }
    }
}
