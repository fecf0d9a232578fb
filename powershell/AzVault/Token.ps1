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
    What the token shall open: an address, or arm, graph, keyvault, storage, sql and others.
    .PARAMETER Tenant
    Another tenant than the context's, by its id.
    .PARAMETER AsPlainText
    Gives the token as text, which PowerShell may keep in its history and its logs.
    .EXAMPLE
    Get-AzVaultToken -Resource keyvault
    .EXAMPLE
    Connect-MgGraph -AccessToken (Get-AzVaultToken prod -Resource graph).Token
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Token')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [ValidateNotNullOrEmpty()]
        [string] $Resource = 'arm',

        [ValidateNotNullOrEmpty()]
        [string] $Tenant,

        [switch] $AsPlainText
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $document = Get-TokenDocument $PSCmdlet $Name $Resource $Tenant
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
