function New-AzVaultBackup {
    <#
    .SYNOPSIS
    Makes a backup: a copy of the vault, encrypted as it is, opened and verified before it counts.
    .PARAMETER Path
    The new file; without one, it lies beside the vault, named by date and generation.
    .PARAMETER Force
    Replaces the file if it is there.
    .EXAMPLE
    New-AzVaultBackup /mnt/usb/vault.db
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Backup')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $file = Get-FullPath $PSCmdlet $Path
        $target = if ($file) { $file } else { 'the folder of backups' }
        if (Confirm-Change $PSCmdlet (Format-Visible $target) 'Make a backup') {
            $made = Invoke-AzVault $PSCmdlet 'backup create' -Operand @(if ($file) { $file }) -Option @{ 'force' = $Force }
            if ($null -ne $made) { ConvertTo-AzVaultObject 'AzVault.Backup' $made }
        }
    }
}

function Get-AzVaultBackup {
    <#
    .SYNOPSIS
    Lists backups, and whether each can be opened; a warning says so when one is damaged.
    .PARAMETER Path
    The folder where they lie; without one, the folder beside the vault.
    .EXAMPLE
    Get-AzVaultBackup | Sort-Object Modified | Select-Object -Last 1
    #>
    [CmdletBinding()]
    [OutputType('AzVault.BackupFile')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $folder = Get-FullPath $PSCmdlet $Path
        $list = Invoke-AzVault $PSCmdlet 'backup list' -Operand @(if ($folder) { $folder })
        if ($null -eq $list) { return }
        foreach ($backup in $list.backups) { ConvertTo-AzVaultObject 'AzVault.BackupFile' $backup }
    }
}

function Restore-AzVaultBackup {
    <#
    .SYNOPSIS
    Puts a backup in the vault's place, after it was opened and verified.
    .PARAMETER Path
    The backup.
    .PARAMETER Force
    Replaces the vault that is there; it is kept among the backups.
    .PARAMETER AcceptOlder
    Restores the backup although it is older than what this machine has seen: its generation.
    .EXAMPLE
    Get-AzVaultBackup | Select-Object -Last 1 | Restore-AzVaultBackup -Force
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'PSPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [switch] $Force,

        [ValidateRange(1, [long]::MaxValue)]
        [long] $AcceptOlder
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $file = Get-FullPath $PSCmdlet $Path
        if (Confirm-Change $PSCmdlet (Format-Visible $file) 'Restore the vault from this backup') {
            $older = if ($AcceptOlder) { "$AcceptOlder" }
            $null = Invoke-AzVault $PSCmdlet 'backup restore' -MayAsk:(Test-Terminal) -Operand $file `
                -Option @{ 'force' = $Force; 'accept-older' = $older }
        }
    }
}
