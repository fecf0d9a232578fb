# Without the methods of .NET no secret could be kept out of logs, so a restricted session gets a reason
# in place of half a module.
if ("$($ExecutionContext.SessionState.LanguageMode)" -ne 'FullLanguage') {
    throw "AzVault needs the language mode FullLanguage and this session has $($ExecutionContext.SessionState.LanguageMode): have the policy of this machine trust the signed module, or use azvault itself, which needs no PowerShell"
}

# The module follows its own strictness, whatever the session has set.
Set-StrictMode -Version 3.0

. "$PSScriptRoot/Tables.ps1"
. "$PSScriptRoot/Caller.ps1"
. "$PSScriptRoot/Answer.ps1"
. "$PSScriptRoot/Error.ps1"
. "$PSScriptRoot/Binary.ps1"
. "$PSScriptRoot/Session.ps1"
. "$PSScriptRoot/Complete.ps1"
. "$PSScriptRoot/Vault.ps1"
. "$PSScriptRoot/Key.ps1"
. "$PSScriptRoot/Policy.ps1"
. "$PSScriptRoot/Backup.ps1"
. "$PSScriptRoot/Audit.ps1"
. "$PSScriptRoot/Account.ps1"
. "$PSScriptRoot/Context.ps1"
. "$PSScriptRoot/ContextFile.ps1"
. "$PSScriptRoot/Mark.ps1"
. "$PSScriptRoot/Portal.ps1"
. "$PSScriptRoot/Autosave.ps1"
. "$PSScriptRoot/Subscription.ps1"
. "$PSScriptRoot/Token.ps1"
. "$PSScriptRoot/Secret.ps1"
. "$PSScriptRoot/Command.ps1"
. "$PSScriptRoot/Migration.ps1"
. "$PSScriptRoot/Given.ps1"
. "$PSScriptRoot/Served.ps1"
. "$PSScriptRoot/Az.ps1"
. "$PSScriptRoot/AccessToken.ps1"
. "$PSScriptRoot/Connect.ps1"
. "$PSScriptRoot/Disconnect.ps1"
