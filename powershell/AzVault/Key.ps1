function Get-AzVaultKey {
    <#
    .SYNOPSIS
    Lists the ways to unlock the vault.
    .EXAMPLE
    Get-AzVaultKey
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Key')]
    param()
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $list = Invoke-AzVault $PSCmdlet 'key list'
        if ($null -eq $list) { return }
        foreach ($key in $list.keys) { ConvertTo-AzVaultObject 'AzVault.Key' $key }
    }
}

function Add-AzVaultKey {
    <#
    .SYNOPSIS
    Adds a way to unlock the vault.
    .DESCRIPTION
    New passphrases and recovery codes are typed and shown on the terminal, or are in files: PowerShell
    never has them.
    .PARAMETER Kind
    Passphrase, KeyFile (a passphrase that opens together with a file), Recovery, Raw (a file that opens
    alone), Keyring or Age (a TPM, a YubiKey, an SSH key: docs/hardware.md).
    .PARAMETER Path
    The file of KeyFile and Raw; where Recovery writes its code.
    .PARAMETER Recipient
    Age recipients, of which each opens the vault.
    .PARAMETER NewIdentityFile
    An age identity file that decrypts for one of them: it is tried, and its place is kept.
    .PARAMETER AndPassphrase
    With Age: a new passphrase is needed as well.
    .PARAMETER NewPassphraseFile
    Reads the new passphrase from the first line of this file.
    .PARAMETER Label
    What to call it in lists.
    .EXAMPLE
    Add-AzVaultKey Raw ./ci.key -Label ci
    .EXAMPLE
    Add-AzVaultKey Recovery
    .EXAMPLE
    Add-AzVaultKey Age -Recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Key')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateSet('Passphrase', 'KeyFile', 'Recovery', 'Raw', 'Keyring', 'Age')]
        [string] $Kind,

        [Parameter(Position = 1)]
        [Alias('RecoveryFile')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Recipient,

        [ValidateNotNullOrEmpty()]
        [string] $NewIdentityFile,

        [switch] $AndPassphrase,

        [ValidateNotNullOrEmpty()]
        [string] $NewPassphraseFile,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Label
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $file = Get-FullPath $PSCmdlet $Path
        $option = @{ 'label' = $Label; 'new-passphrase-file' = (Get-FullPath $PSCmdlet $NewPassphraseFile) }
        if ($NewIdentityFile) { $option['new-identity'] = Get-FullPath $PSCmdlet $NewIdentityFile }
        if ($AndPassphrase) { $option['and'] = 'passphrase' }
        if ($Kind -eq 'Recovery') { $option['recovery-file'] = $file; $file = $null }
        if (Confirm-Change $PSCmdlet 'the vault' "Add a way to unlock: $Kind") {
            $added = Invoke-AzVault $PSCmdlet "key add $($KeyWords[$Kind])" -Operand @(if ($file) { $file }; if ($Recipient) { $Recipient }) -Option $option -MayAsk:(Test-Terminal)
            if ($null -ne $added) { ConvertTo-AzVaultObject 'AzVault.Key' $added }
        }
    }
}

function Remove-AzVaultKey {
    <#
    .SYNOPSIS
    Removes a way to unlock the vault; the last one stays.
    .PARAMETER Id
    Its number, from Get-AzVaultKey.
    .EXAMPLE
    Get-AzVaultKey | Where-Object Label -eq ci | Remove-AzVaultKey
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet (Format-Visible "slot $Id") 'Remove a way to unlock') {
            $null = Invoke-AzVault $PSCmdlet 'key remove' -Operand $Id -Option @{ 'yes' = $true }
        }
    }
}

function Set-AzVaultPassphrase {
    <#
    .SYNOPSIS
    Changes the passphrase of a slot, or what a guess at it costs.
    .PARAMETER Id
    Number of the slot; without one, the slot that the passphrase opens.
    .PARAMETER NewPassphraseFile
    Reads the new passphrase from the first line of this file.
    .PARAMETER Kdf
    How much work a guess costs: interactive, default or paranoid.
    .PARAMETER KdfMemory
    Memory of the key derivation, in MiB.
    .PARAMETER KdfPasses
    Passes of the key derivation over that memory.
    .EXAMPLE
    Set-AzVaultPassphrase -Kdf paranoid
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id,

        [ValidateNotNullOrEmpty()]
        [string] $NewPassphraseFile,

        [ValidateSet('interactive', 'default', 'paranoid')]
        [string] $Kdf,

        [ValidateRange(1, 1048576)]
        [int] $KdfMemory,

        [ValidateRange(1, 1000)]
        [int] $KdfPasses
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'the vault' 'Change the passphrase') {
            $null = Invoke-AzVault $PSCmdlet 'key passphrase' -MayAsk:(Test-Terminal) -Operand @(if ($Id) { $Id }) `
                -Option @{
                'new-passphrase-file' = (Get-FullPath $PSCmdlet $NewPassphraseFile)
                'kdf'                 = $Kdf
                'kdf-memory'          = $(if ($KdfMemory) { "$KdfMemory" })
                'kdf-passes'          = $(if ($KdfPasses) { "$KdfPasses" })
            }
        }
    }
}

function Update-AzVaultKey {
    <#
    .SYNOPSIS
    Draws new keys and seals everything again, as azvault key rotate does.
    .PARAMETER Also
    Files with the secrets of other slots that are to stay.
    .PARAMETER KeepOrFail
    Does nothing if a slot would have to go.
    .PARAMETER RecoveryFile
    Writes the new recovery code to this new file.
    .PARAMETER NoRecovery
    Makes no new recovery code.
    .EXAMPLE
    Update-AzVaultKey -KeepOrFail
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [ValidateNotNullOrEmpty()]
        [string[]] $Also,

        [switch] $KeepOrFail,

        [ValidateNotNullOrEmpty()]
        [string] $RecoveryFile,

        [switch] $NoRecovery
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $files = @(foreach ($one in $Also) { Get-FullPath $PSCmdlet $one })
        if (Confirm-Change $PSCmdlet 'the vault' 'Draw new keys and seal everything again') {
            $null = Invoke-AzVault $PSCmdlet 'key rotate' -MayAsk:(Test-Terminal) -Option @{
                'also'          = $files
                'keep-or-fail'  = $KeepOrFail
                'recovery-file' = (Get-FullPath $PSCmdlet $RecoveryFile)
                'no-recovery'   = $NoRecovery
                'yes'           = $true
            }
        }
    }
}
