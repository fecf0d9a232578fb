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
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [string] $Name,

        [string] $Resource = 'arm',

        [string] $Tenant,

        [switch] $AsPlainText
    )
    process {
        $document = Get-TokenDocument $PSCmdlet $Name $Resource $Tenant
        if ($null -eq $document) { return }
        $token = ConvertTo-AzVaultObject 'AzVault.Token' $document
        if (-not $AsPlainText) { $token.Token = ConvertTo-Secret $token.Token }
        $token
    }
}

function Get-TokenDocument {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Name, [string] $Resource, [string] $Tenant)

    Invoke-AzVault $Caller 'token' -Option @{ context = $Name; resource = $Resource; tenant = $Tenant }
}

function Invoke-AzVaultCommand {
    <#
    .SYNOPSIS
    Runs a program with a context, as azvault exec does.
    .DESCRIPTION
    The program, and what it starts, gets tokens from an identity endpoint on this machine: az, azd,
    Terraform and the SDKs need no sign-in. Its output is the output; its exit code is in
    $LASTEXITCODE.
    .PARAMETER Name
    The context's name, in any case.
    .PARAMETER Command
    The program.
    .PARAMETER ArgumentList
    Its arguments. Where one of them begins with a hyphen, write -- before the program.
    .EXAMPLE
    Invoke-AzVaultCommand prod -- terraform plan -out plan.bin
    .EXAMPLE
    Get-AzVaultContext 'prod*' | Invoke-AzVaultCommand -Command az -ArgumentList account, show
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
        [string] $Command,

        [Parameter(Position = 2, ValueFromRemainingArguments)]
        [string[]] $ArgumentList = @()
    )
    process {
        $executable = Find-AzVault $PSCmdlet
        $arguments = @(ConvertTo-NativeArgument (@("--context=$Name", 'exec', '--', $Command) + $ArgumentList))
        $PSNativeCommandArgumentPassing = 'Standard'
        # Terminal, input and output are the program's own.
        & $executable @arguments
    }
}
