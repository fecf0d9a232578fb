<#
What MSAL.NET and Azure.Identity make of the token cache in a file of saved contexts: one line of JSON.
No service is reached; a token comes from the cache or not at all.
  pwsh -NoProfile -File msal_cache.ps1 -File SAVED.json -Sdk FOLDER/azure-identity-1.21.0 -Scope SCOPE
#>
param([string] $File, [string] $Sdk, [string] $Scope)
$ErrorActionPreference = 'Stop'
foreach ($dll in Get-ChildItem $Sdk -Filter *.dll) { try { $null = [Reflection.Assembly]::LoadFrom($dll.FullName) } catch { } }
# A script block has no runspace on MSAL's threads.
Add-Type -IgnoreWarnings -WarningAction SilentlyContinue -ReferencedAssemblies "$Sdk/Microsoft.Identity.Client.dll", 'System.Runtime', 'netstandard' -TypeDefinition @'
using Microsoft.Identity.Client;
public static class Cache {
    public static void Fill(ITokenCache cache, byte[] bytes) {
        cache.SetBeforeAccess(access => access.TokenCache.DeserializeMsalV3(bytes, true));
    }
}
'@
$client = '1950a258-227b-4e31-a9cf-717495945fc2'
$saved = Get-Content $File -Raw | ConvertFrom-Json -AsHashtable
$data = $saved.Contexts.Values | ForEach-Object { $_.TokenCache.CacheData } | Where-Object { $_ } | Select-Object -First 1
$bytes = [Convert]::FromBase64String($data)
$app = [Microsoft.Identity.Client.PublicClientApplicationBuilder]::Create($client).WithAuthority('https://login.microsoftonline.com/organizations').Build()
[Cache]::Fill($app.UserTokenCache, $bytes)
function Inner($exception) { while ($exception.InnerException) { $exception = $exception.InnerException }; $exception.Message }
$found = foreach ($account in $app.GetAccountsAsync().GetAwaiter().GetResult()) {
    foreach ($tenant in [Microsoft.Identity.Client.AccountExtensions]::GetTenantProfiles($account)) {
        $one = [ordered]@{ user = $account.Username; home = $account.HomeAccountId.Identifier; tenant = $tenant.TenantId }
        try {
            $silent = $app.AcquireTokenSilent([string[]]@($Scope), $account).WithTenantId($tenant.TenantId)
            $token = $silent.ExecuteAsync().GetAwaiter().GetResult()
            $one.source = "$($token.AuthenticationResultMetadata.TokenSource)"; $one.token = $token.AccessToken
        } catch { $one.failed = Inner $_.Exception }
        # The same cache as Azure.Identity keeps one, with the record of a sign-in that was once.
        $folder = New-Item -ItemType Directory -Force (Join-Path $HOME '.local/share/.IdentityService')
        foreach ($name in 'saved.nocae', 'saved.cae') { [IO.File]::WriteAllBytes((Join-Path $folder $name), $bytes) }
        $record = @{ username = $one.user; authority = 'login.microsoftonline.com'; homeAccountId = $one.home; tenantId = $one.tenant; clientId = $client; version = '1.0' }
        $stream = [IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes(($record | ConvertTo-Json -Compress)))
        $options = [Azure.Identity.InteractiveBrowserCredentialOptions]::new()
        $options.ClientId = $client; $options.TenantId = $one.tenant; $options.DisableAutomaticAuthentication = $true
        $options.AuthenticationRecord = [Azure.Identity.AuthenticationRecord]::Deserialize($stream, [Threading.CancellationToken]::None)
        $kept = [Azure.Identity.TokenCachePersistenceOptions]::new(); $kept.Name = 'saved'; $kept.UnsafeAllowUnencryptedStorage = $true
        $options.TokenCachePersistenceOptions = $kept
        try {
            $asked = [Azure.Core.TokenRequestContext]::new([string[]]@($Scope))
            $one.identity = [Azure.Identity.InteractiveBrowserCredential]::new($options).GetToken($asked, [Threading.CancellationToken]::None).Token
        } catch { $one.identity_failed = Inner $_.Exception }
        $one
    }
}
ConvertTo-Json -Compress -Depth 4 -InputObject @($found)
