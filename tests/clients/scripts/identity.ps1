# Azure.Identity, with what it was given alone: tokens that the loopback Azure accepts.
param([Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'
foreach ($library in Get-ChildItem $Folder -Filter *.dll) {
    try { $null = [Reflection.Assembly]::LoadFrom($library.FullName) } catch { }
}
function Get-Answer($Credential, [string] $Scope, [string] $Url) {
    $asked = [Azure.Core.TokenRequestContext]::new([string[]]@($Scope))
    $token = $Credential.GetToken($asked, [Threading.CancellationToken]::None).Token
    Invoke-RestMethod -Uri $Url -Headers @{ Authorization = "Bearer $token" }
}
$arm = 'https://management.azure.com'
$list = "$arm/subscriptions?api-version=2022-12-01"
$default = [Azure.Identity.DefaultAzureCredential]::new([Azure.Identity.DefaultAzureCredentialOptions]::new())
$managed = [Azure.Identity.ManagedIdentityCredential]::new([NullString]::Value)
"default $((Get-Answer $default "$arm/.default" $list).value[0].displayName)"
"managed $((Get-Answer $managed "$arm/.default" $list).value[0].displayName)"
"vault $((Get-Answer $managed 'https://vault.azure.net/.default' 'https://myvault.vault.azure.net/secrets/one?api-version=7.4').value)"
