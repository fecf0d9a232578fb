@{
    RootModule           = 'AzVault.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '3f0c7d5e-6a52-4c1b-9d3e-58a1c0b7e942'
    Author               = 'The azvault authors'
    Description          = 'Azure sign-ins from azvault: contexts, tokens, and Az without a secret on disk.'
    PowerShellVersion    = '7.2'
    CompatiblePSEditions = @('Core')
    TypesToProcess       = @('AzVault.Types.ps1xml')
    FormatsToProcess     = @('AzVault.Format.ps1xml')
    FunctionsToExport    = @(
        'Connect-AzVault'
        'Disconnect-AzVault'
        'Get-AzVaultContext'
        'Get-AzVaultSecret'
        'Get-AzVaultStatus'
        'Get-AzVaultToken'
        'Invoke-AzVaultCommand'
        'Lock-AzVault'
        'Remove-AzVaultContext'
        'Rename-AzVaultContext'
        'Select-AzVaultContext'
        'Unlock-AzVault'
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
