@{
    RootModule           = 'AzVault.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '3f0c7d5e-6a52-4c1b-9d3e-58a1c0b7e942'
    Author               = 'The azvault authors'
    Copyright            = '(c) The azvault authors. MIT or Apache-2.0.'
    Description          = 'Azure sign-ins from azvault: contexts, tokens, and Az without a secret on disk.'
    PowerShellVersion    = '7.2'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('AzVault.Types.ps1xml')
    FormatsToProcess     = @('AzVault.Format.ps1xml')
    FunctionsToExport    = @(
        'Add-AzVaultKey'
        'Clear-AzVaultContext'
        'Complete-AzVaultMigration'
        'Connect-AzVault'
        'Connect-AzVaultAccount'
        'Disable-AzVaultAutosave'
        'Disconnect-AzVault'
        'Disconnect-AzVaultAccount'
        'Enable-AzVaultAutosave'
        'Find-AzVaultLeftover'
        'Get-AzVaultAudit'
        'Get-AzVaultAutosave'
        'Get-AzVaultBackup'
        'Get-AzVaultContext'
        'Get-AzVaultKey'
        'Get-AzVaultMigration'
        'Get-AzVaultMigrationPlan'
        'Get-AzVaultPolicy'
        'Get-AzVaultSecret'
        'Get-AzVaultStatus'
        'Get-AzVaultSubscription'
        'Get-AzVaultToken'
        'Import-AzVaultContext'
        'Invoke-AzVaultCommand'
        'Lock-AzVault'
        'New-AzVault'
        'New-AzVaultBackup'
        'Open-AzVaultPortal'
        'Remove-AzVaultContext'
        'Remove-AzVaultKey'
        'Remove-AzVaultMigration'
        'Rename-AzVaultContext'
        'Restore-AzVaultBackup'
        'Save-AzVaultContext'
        'Select-AzVaultContext'
        'Set-AzVaultContext'
        'Set-AzVaultContextMark'
        'Set-AzVaultPassphrase'
        'Start-AzVaultMigration'
        'Test-AzVault'
        'Test-AzVaultAudit'
        'Test-AzVaultMigration'
        'Test-AzVaultPolicy'
        'Undo-AzVaultMigration'
        'Unlock-AzVault'
        'Update-AzVaultKey'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags = @('Azure', 'Az', 'Credentials', 'Security', 'Token')
        }
    }
}
