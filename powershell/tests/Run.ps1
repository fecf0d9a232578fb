# Runs the module's tests in this PowerShell. Needs azvault on the PATH and an unlocked vault with two
# contexts that are signed in: tests/e2e/powershell.rs makes one.
[CmdletBinding()]
param(
    # The default context, of a user, with a token for Key Vault in the vault.
    [Parameter(Mandatory)] [string] $Name,
    # Another one, of a service principal.
    [Parameter(Mandatory)] [string] $OtherName,
    # A file with that token: a transcript has the arguments of its process.
    [Parameter(Mandatory)] [string] $KeyVaultTokenFile,
    [Parameter(Mandatory)] [string] $PassphraseFile,
    # The file of Azure PowerShell from which they were migrated.
    [Parameter(Mandatory)] [string] $ContextFile,
    # Only the files whose name this pattern matches.
    [string] $Only = '.'
)

$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0
$given = Get-Content -Raw $ContextFile | ConvertFrom-Json
# For the tests, and for the jobs, scripts and processes that they start.
$env:AZVAULT_TEST = @{
    Name = $Name; Other = $OtherName; KeyVaultToken = (Get-Content $KeyVaultTokenFile); PassphraseFile = $PassphraseFile; Contexts = $ContextFile
    Origin = $given.EnvironmentTable.Test.ResourceManagerUrl.TrimEnd('/')
    ClientSecret = $given.Contexts.$OtherName.Account.ExtendedProperties.ServicePrincipalSecret
    Module = "$PSScriptRoot/../AzVault/AzVault.psd1"; StandIn = "$PSScriptRoot/Az.Accounts.psd1"
} | ConvertTo-Json -Compress
$configuration = New-PesterConfiguration
$configuration.Run.Path = @(Get-ChildItem "$PSScriptRoot/*.Tests.ps1" | Where-Object Name -Match $Only).FullName
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Detailed'
$configuration.Output.RenderMode = 'Plaintext'
# Whatever a test does, a transcript of it and what is left in $Error have no secret.
$transcript = [IO.Path]::GetTempFileName()
$null = Start-Transcript $transcript
try { $result = Invoke-Pester -Configuration $configuration } finally { $null = Stop-Transcript }
$recorded = [IO.File]::ReadAllText($transcript) + ($global:Error | Format-List -Property * -Force | Out-String -Width 4096)
[IO.File]::Delete($transcript)
$test = $env:AZVAULT_TEST | ConvertFrom-Json
foreach ($planted in $test.KeyVaultToken, $test.ClientSecret, (Get-Content $PassphraseFile)) {
    if ($recorded.Contains($planted)) { throw 'a planted secret was recorded' }
}
"$($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped, in $($result.Containers.Count) files"
if ($result.Result -ne 'Passed' -or $result.SkippedCount -gt 0 -or $result.PassedCount -eq 0) { exit 1 }
