function Get-AzVaultToken {
    <#
    .SYNOPSIS
    Gets an access token of a context, as azvault token does.
    .DESCRIPTION
    From the cache while it lives for five minutes more, else a new one. As in Get-AzAccessToken the
    token is a SecureString, unless it is asked for as text.
    .PARAMETER Name
    The context's name, in any case; without one, the active context.
    .PARAMETER Resource
    What the token shall open: an address, the id of an application, or arm, graph, keyvault, storage,
    sql and others.
    .PARAMETER ResourceTypeName
    The same in Az's words.
    .PARAMETER Scopes
    Scopes, all of one resource, in place of a resource.
    .PARAMETER Tenant
    Another tenant than the context's, by its id.
    .PARAMETER TrustHost
    Agrees that the cloud that the context is in, which no Microsoft cloud is, has this host: https://HOST.
    .PARAMETER Claims
    Answers this claims challenge: JSON, its Base64 as in WWW-Authenticate, or @ and a file with either.
    .PARAMETER Refresh
    Gets a new token, whatever is cached.
    .PARAMETER AsSecureString
    Gives the token as a SecureString, as it is without this too.
    .PARAMETER AsPlainText
    Gives the token as text, which PowerShell may keep in its history and its logs.
    .EXAMPLE
    Get-AzVaultToken -Resource keyvault
    .EXAMPLE
    Connect-MgGraph -AccessToken (Get-AzVaultToken prod -Resource graph).Token
    #>
    [CmdletBinding(DefaultParameterSetName = 'Resource')]
    [OutputType('AzVault.Token')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [Parameter(ParameterSetName = 'Resource')]
        [Alias('ResourceUrl', 'ResourceUri')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Resource = 'arm',

        [Parameter(ParameterSetName = 'Type', Mandatory)]
        [ValidateSet('Arm', 'AadGraph', 'KeyVault', 'MSGraph', 'ResourceManager', 'Storage')]
        [string] $ResourceTypeName,

        [Parameter(ParameterSetName = 'Scopes', Mandatory)]
        [Alias('AuthScope', 'For')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Scopes,

        [Alias('TenantId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Tenant,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $TrustHost,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Claims,

        [switch] $Refresh,

        [switch] $AsSecureString,

        [switch] $AsPlainText
    )
    begin {
        Use-CallerPreference $PSCmdlet
        # A scope, as SDKs write a resource.
        if ($Resource.EndsWith('/.default')) { $Scopes = @($Resource) }
        if ($ResourceTypeName) { $Resource = $ResourceTypes[$ResourceTypeName] }
        if ($AsPlainText -and $AsSecureString) {
            $PSCmdlet.ThrowTerminatingError((New-AzVaultError -Id 'Usage' -Category 'InvalidArgument' -Code 2 `
                        -Message 'a token is text or a SecureString' -Hint 'leave out -AsSecureString or -AsPlainText'))
        }
    }
    process {
        $document = if ($Scopes) {
            Invoke-InSession $PSCmdlet 'token' -Option @{ 'context' = $Name; 'for' = $Scopes; 'tenant' = $Tenant; 'confirm' = $TrustHost; 'claims' = $Claims; 'refresh' = $Refresh }
        } else {
            Invoke-InSession $PSCmdlet 'token' -Option @{ 'context' = $Name; 'resource' = $Resource; 'tenant' = $Tenant; 'confirm' = $TrustHost; 'claims' = $Claims; 'refresh' = $Refresh }
        }
        if ($null -eq $document) { return }
        $token = ConvertTo-AzVaultObject 'AzVault.Token' $document
        if ($AsPlainText) { $token.Token = [AzVaultAnswer]::Reveal($token.Token) }
        $token
    }
}

# The token that azvault answers with, as a SecureString in accessToken. A name that was not given is
# the active context; an empty one never comes here.
function Get-TokenDocument {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Name, [string] $Resource, [string] $Tenant)

    Invoke-InSession $Caller 'token' -Option @{ context = $Name; resource = $Resource; tenant = $Tenant }
}
