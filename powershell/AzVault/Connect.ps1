# The contexts that Az has from azvault, by name; Disconnect-AzVault takes these and no others.
$Connected = [Collections.Generic.List[string]]::new()

function Connect-AzVault {
    <#
    .SYNOPSIS
    Gives Az the access token of a context, for this process alone.
    .DESCRIPTION
    Az.Accounts signs in with an access token that azvault gets, in the scope Process, and autosave
    of Az is off in this process from then on: neither the token nor the context is on disk. Az
    cannot renew such a token. When it ends, run Connect-AzVault again.
    .PARAMETER Name
    The context's name, in any case; without one, the active context. Of several that come by the
    pipeline the last one is active in Az.
    .PARAMETER Include
    Further tokens that Az shall have: Graph (Azure AD Graph), KeyVault, MicrosoftGraph.
    .PARAMETER Tenant
    Another tenant than the context's, by its id.
    .PARAMETER Subscription
    Another subscription than the context's, by its id or name.
    .PARAMETER PassThru
    Gives what Az has got, and when the token ends.
    .EXAMPLE
    Connect-AzVault prod
    .EXAMPLE
    Get-AzVaultContext | Where-Object SubscriptionName -eq 'Contoso Prod' | Connect-AzVault -Include KeyVault -PassThru
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Connection')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [string] $Name,

        [ValidateSet('Graph', 'KeyVault', 'MicrosoftGraph')]
        [string[]] $Include = @(),

        [string] $Tenant,

        [string] $Subscription,

        [switch] $PassThru
    )
    begin {
        Assert-AzAccounts $PSCmdlet
        if (-not $PSBoundParameters.ContainsKey('InformationAction')) { $InformationPreference = 'Continue' }
    }
    process {
        $document = Invoke-AzVault $PSCmdlet 'context show' -Operand $Name
        if ($null -eq $document) { return }
        $context = ConvertTo-AzVaultObject 'AzVault.Context' $document
        if (-not $PSCmdlet.ShouldProcess((Format-Visible $context.Name), 'Give Az an access token')) { return }

        $token = Get-TokenDocument $PSCmdlet $context.Name 'arm' $Tenant
        if ($null -eq $token) { return }
        $ends = $token.expires_on
        $parameters = @{
            # Az takes tokens as text alone.
            AccessToken           = $token.accessToken
            AccountId             = $context.AccountId
            Tenant                = $token.tenant
            ContextName           = $context.Name
            Scope                 = 'Process'
            SkipContextPopulation = $true
            Force                 = $true
            Confirm               = $false
            ErrorAction           = 'Stop'
        }
        if ($context.Environment) { $parameters.Environment = $context.Environment }
        # A subscription belongs to its tenant.
        $chosen = if ($Subscription -or $Tenant) { $Subscription } else { $context.SubscriptionId }
        if ($chosen) { $parameters.Subscription = $chosen }
        foreach ($further in $Include) {
            $token = Get-TokenDocument $PSCmdlet $context.Name $FurtherTokens[$further].Resource $Tenant
            if ($null -eq $token) { return }
            $parameters[$FurtherTokens[$further].Parameter] = $token.accessToken
            $ends = [Math]::Min($ends, $token.expires_on)
        }

        if (-not (Invoke-Az $PSCmdlet $context.Name {
                    # With autosave on, the next change of a context in Az would write this one into its file.
                    $null = Disable-AzContextAutosave -Scope Process -Confirm:$false -ErrorAction Stop
                    $null = Connect-AzAccount @parameters
                })) { return }
        if (-not $Connected.Contains($context.Name)) { $Connected.Add($context.Name) }

        $expires = [DateTimeOffset]::FromUnixTimeSeconds($ends).ToLocalTime()
        Write-Information -Tags AzVault -MessageData ('Az has {0} until {1:yyyy-MM-dd HH:mm zzz}; then Connect-AzVault again.' -f (Format-Visible $context.Name), $expires)
        if ($PassThru) {
            $connection = [pscustomobject][ordered]@{
                Name           = $context.Name
                AccountId      = $context.AccountId
                TenantId       = $parameters.Tenant
                Subscription   = $chosen
                Environment    = $context.Environment
                Include        = $Include
                ExpiresOn      = $expires
            }
            $connection.PSObject.TypeNames.Insert(0, 'AzVault.Connection')
            $connection
        }
    }
}

function Disconnect-AzVault {
    <#
    .SYNOPSIS
    Takes from Az what Connect-AzVault gave it in this process.
    .DESCRIPTION
    Contexts that Az has from elsewhere stay, and the vault stays as it is. Autosave of Az stays off
    in this process.
    .PARAMETER Name
    The context's name; without one, all that Connect-AzVault gave.
    .EXAMPLE
    Disconnect-AzVault
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [string[]] $Name
    )
    begin {
        Assert-AzAccounts $PSCmdlet
    }
    process {
        foreach ($one in @($Connected)) {
            if ($Name -and $one -notin $Name) { continue }
            if (-not $PSCmdlet.ShouldProcess((Format-Visible $one), 'Take the access token from Az')) { continue }
            if (Invoke-Az $PSCmdlet $one {
                    $null = Remove-AzContext -Name $one -Scope Process -Force -Confirm:$false -ErrorAction Stop
                }) { [void]$Connected.Remove($one) }
        }
    }
}

function Assert-AzAccounts {
    param([Management.Automation.PSCmdlet] $Caller)

    if (Get-Command -Name Connect-AzAccount -ErrorAction Ignore) { return }
    $Caller.ThrowTerminatingError((New-AzVaultError -Id 'AzNotInstalled' -Category 'NotInstalled' `
                -Message 'Az.Accounts is not installed, the module of Connect-AzAccount' `
                -Hint 'Install-Module Az.Accounts -Scope CurrentUser'))
}

# Has Az do something: whether it did. An error record of Az carries the parameters that Az was
# given, tokens among them: what is left of it is its words, and it does not stay in $Error.
function Invoke-Az {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Name, [scriptblock] $What)

    $newest = if ($global:Error.Count -gt 0) { $global:Error[0] } else { $null }
    try {
        & $What
        return $true
    } catch {
        $words = $_.Exception.Message
    }
    while ($global:Error.Count -gt 0 -and -not [object]::ReferenceEquals($global:Error[0], $newest)) {
        $global:Error.RemoveAt(0)
    }
    $Caller.WriteError((New-AzVaultError -Id 'Az' -Category 'ConnectionError' -Message $words -Target $Name))
    return $false
}
