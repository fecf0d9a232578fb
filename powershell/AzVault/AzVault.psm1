# The module follows its own strictness, whatever the session has set.
Set-StrictMode -Version 3.0

. "$PSScriptRoot/Tables.ps1"
. "$PSScriptRoot/Binary.ps1"
. "$PSScriptRoot/Context.ps1"
. "$PSScriptRoot/Token.ps1"
. "$PSScriptRoot/Secret.ps1"
. "$PSScriptRoot/Vault.ps1"
. "$PSScriptRoot/Connect.ps1"

$takeNames = @(
    'Connect-AzVault', 'Get-AzVaultContext', 'Get-AzVaultToken', 'Invoke-AzVaultCommand'
    'Remove-AzVaultContext', 'Rename-AzVaultContext', 'Select-AzVaultContext'
)
Register-ArgumentCompleter -CommandName $takeNames -ParameterName Name -ScriptBlock {
    param($commandName, $parameterName, $wordToComplete)

    $begin = $wordToComplete.Trim("'", '"')
    # While the vault is locked there is nothing to offer, and no error belongs into a line that is being typed.
    foreach ($context in Get-AzVaultContext -ErrorAction Ignore) {
        if ($context.Name.StartsWith($begin, [StringComparison]::OrdinalIgnoreCase)) {
            $quoted = "'" + [Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($context.Name) + "'"
            $shown = Format-Visible $context.Name
            [Management.Automation.CompletionResult]::new($quoted, $shown, 'ParameterValue', $shown)
        }
    }
}
