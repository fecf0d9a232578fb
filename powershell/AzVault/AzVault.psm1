# The module follows its own strictness, whatever the session has set.
Set-StrictMode -Version 3.0

. "$PSScriptRoot/Tables.ps1"
. "$PSScriptRoot/Caller.ps1"
. "$PSScriptRoot/Answer.ps1"
. "$PSScriptRoot/Error.ps1"
. "$PSScriptRoot/Binary.ps1"
. "$PSScriptRoot/Session.ps1"
. "$PSScriptRoot/Context.ps1"
. "$PSScriptRoot/Token.ps1"
. "$PSScriptRoot/Command.ps1"
. "$PSScriptRoot/Secret.ps1"
. "$PSScriptRoot/Vault.ps1"
. "$PSScriptRoot/Given.ps1"
. "$PSScriptRoot/Az.ps1"
. "$PSScriptRoot/Connect.ps1"
. "$PSScriptRoot/Disconnect.ps1"

$takeNames = @(
    'Connect-AzVault', 'Get-AzVaultContext', 'Get-AzVaultToken', 'Invoke-AzVaultCommand'
    'Remove-AzVaultContext', 'Rename-AzVaultContext', 'Select-AzVaultContext'
)
Microsoft.PowerShell.Core\Register-ArgumentCompleter -CommandName $takeNames -ParameterName Name -ScriptBlock {
    param($commandName, $parameterName, $wordToComplete)

    $begin = $wordToComplete.Trim("'", '"')
    # While the vault is locked there is nothing to offer, and no error belongs into a line that is being typed.
    foreach ($context in Get-AzVaultContext -ErrorAction Ignore) {
        if ($context.Name.StartsWith($begin, [StringComparison]::OrdinalIgnoreCase)) {
            $shown = Format-Visible $context.Name
            [Management.Automation.CompletionResult]::new((Format-Literal $context.Name), $shown, 'ParameterValue', $shown)
        }
    }
}
