function Connect-AzVault {
    <#
    .SYNOPSIS
    Makes contexts of the vault contexts of Az, for this process alone.
    .DESCRIPTION
    azvault opens an endpoint for this PowerShell process, and Az gets the contexts as managed identities
    that ask it: no token and no secret. Afterwards Get-AzContext, Select-AzContext, -DefaultProfile, jobs in threads
    and every cmdlet of Az work with the right account, for every resource. Tokens are renewed while the
    vault is unlocked, until Disconnect-AzVault or the end of this process. The first context is Az's
    current one.

    Autosave of Az is off in this process from then on. Contexts of the same name or identity that Az has
    from elsewhere are removed in this process first; Az's files stay as they are. Then Az is asked what it
    has: if that is not what was given, it is an error, and Az has what it had before.

    Variables of the endpoint are in the environment: az, SDKs and Terraform that are started from this PowerShell
    act as the first context. Set-AzContext -Tenant of Az makes a context of another tenant with tokens of
    the first one, as with any managed identity: Set-AzVaultContext -Tenant is the way.

    Az 1 gets an access token, which it cannot renew; so it is with -AccessToken.
    .PARAMETER Name
    The contexts' names, in any case; without one, the active context. The first one is active in Az.
    .PARAMETER All
    Every context of the vault; the active one is active in Az too.
    .PARAMETER AccessToken
    Az gets an access token of each context, which ends within the hour. -Scope CurrentUser of Az's own cmdlets
    would write it to disk. Of several contexts the last one is active in Az.
    .PARAMETER Include
    With an access token, further ones that Az shall have: Graph (Azure AD Graph), KeyVault, MicrosoftGraph.
    .PARAMETER Tenant
    With an access token, another tenant than the context's, by its id. Az's context is then called by both.
    .PARAMETER Subscription
    With an access token, another subscription than the context's, by its id or name.
    .PARAMETER PassThru
    Gives what Az has got, and when an access token ends.
    .EXAMPLE
    Connect-AzVault prod, ci
    .EXAMPLE
    Get-AzVaultContext | Where-Object SubscriptionName -eq 'Contoso Prod' | Connect-AzVault -PassThru
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name', SupportsShouldProcess)]
    [OutputType('AzVault.Connection')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Name,

        [Parameter(ParameterSetName = 'All', Mandatory)]
        [switch] $All,

        [switch] $AccessToken,

        [ValidateSet('Graph', 'KeyVault', 'MicrosoftGraph')]
        [string[]] $Include = @(),

        [Alias('TenantId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Tenant,

        [Alias('SubscriptionId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Subscription,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
        Assert-AzAccounts $PSCmdlet
        # PowerShell's default says nothing about what the caller wants, and until when Az is connected
        # should be seen.
        if (-not $PSBoundParameters.ContainsKey('InformationAction') -and $InformationPreference -eq 'SilentlyContinue') {
            $InformationPreference = 'Continue'
        }
        $takesToken = $AccessToken -or $Include -or $Tenant -or $Subscription -or -not (Test-AzAsksEndpoint)
        $wanted = [Collections.Generic.List[string]]::new()
    }
    process {
        if (-not $takesToken) {
            foreach ($one in $Name) { $wanted.Add($one) }
            return
        }
        $names = @(if ($Name) { $Name } elseif ($All) { (Get-AzVaultContext | Microsoft.PowerShell.Utility\Sort-Object IsActive).Name } else { '' })
        foreach ($one in $names) {
            $made = Connect-Context $PSCmdlet $one @{ Include = $Include; Tenant = $Tenant; Subscription = $Subscription }
            if ($null -eq $made) { continue }
            Microsoft.PowerShell.Utility\Write-Information -Tags AzVault -MessageData (
                'Az has {0} until {1:yyyy-MM-dd HH:mm zzz}; then Connect-AzVault again.' -f (Format-Visible $made.Name), $made.ExpiresOn)
            if ($PassThru) { $made }
        }
    }
    end {
        if ($takesToken) { return }
        $made = @(Connect-Served $PSCmdlet $wanted -All:$All)
        if ($made.Count -eq 0) { return }
        $told = @(foreach ($one in $made) { Format-Visible $one.Name })
        $more = if ($told.Count -gt 5) { " and $($told.Count - 5) more" }
        Microsoft.PowerShell.Utility\Write-Information -Tags AzVault -MessageData (
            "Az has $(($told | Microsoft.PowerShell.Utility\Select-Object -First 5) -join ', ')$more until Disconnect-AzVault, while the vault is unlocked.")
        if ($PassThru) { $made }
    }
}

# Gives Az those contexts, the active one where none is named, beside those that it was given before: one
# endpoint for all, for there is one pair of variables. Gives what Az has got now, or nothing where that
# failed or was not wanted.
function Connect-Served {
    param([Management.Automation.PSCmdlet] $Caller, [string[]] $Name, [switch] $All)

    if (-not (Use-Session $Caller)) { return }
    $target = if ($All) { 'all contexts' } elseif ($Name) { $Name -join ', ' } else { 'the active context' }
    if (Confirm-Change $Caller (Format-Visible $target) 'Give Az contexts') {
        $served = [AzVaultServed]::State()
        $earlier = @(if (-not $All -and $served.Names.Count -gt 0) { Get-ServedName $Caller $served })
        $operands = @($Name)
        if ($earlier.Count -gt 0 -and $operands.Count -eq 0) {
            $active = Invoke-AzVault $Caller 'context show'
            if ($null -eq $active) { return }
            $operands = @($active.name)
        }
        $asked = if ($operands.Count -eq 0) { 1 } else { $operands.Count }
        $opened = Invoke-AzVault $Caller 'endpoint' -Option @{ 'for-process' = $PID; all = $All } -Operand @($operands + $earlier)
        if ($null -eq $opened) { return }
        $left = @(foreach ($one in $opened.not_in_az_profile) { $one.name })
        $inAz = @(foreach ($context in $opened.contexts) { if ($context.name -notin $left) { $context } })
        try {
            $wrong = @(Set-AzServed $opened $inAz)
        } catch {
            $wrong = @("$_")
        }
        if ($wrong.Count -gt 0) {
            Close-Endpoint $Caller $opened.grant
            Write-AzError $Caller $opened.contexts[0].name $wrong
            return
        }
        Close-Endpoint $Caller $served.Grant
        $served.Grant = $opened.grant
        $served.Names.Clear()
        foreach ($context in $opened.contexts) {
            $served.Names.Add($context.name)
            $null = $served.Ids.Add($context.client_id)
        }
        foreach ($one in $opened.not_in_az_profile) {
            $Caller.WriteWarning((Format-Visible "Az cannot have $($one.name): $($one.reason)"))
        }
        foreach ($context in $opened.contexts) {
            if (-not $All -and $asked-- -le 0) { break }
            if ($context.name -notin $left) { New-ServedConnection $context }
        }
    }
}

# The names that Az was given before and that the vault still has.
function Get-ServedName {
    param([Management.Automation.PSCmdlet] $Caller, [hashtable] $Served)

    $listed = Invoke-AzVault $Caller 'context list'
    if ($null -eq $listed) { return }
    $known = @(foreach ($context in $listed.contexts) { $context.name })
    foreach ($name in $Served.Names) { if ($name -in $known) { $name } }
}

function New-ServedConnection {
    param($Context)

    $connection = [pscustomobject][ordered]@{
        Name         = $Context.name
        AccountId    = $Context.client_id
        TenantId     = $Context.tenant
        Subscription = $Context.subscription
        Environment  = $Context.environment
        Include      = @()
        ExpiresOn    = $null
    }
    $connection.PSObject.TypeNames.Insert(0, 'AzVault.Connection')
    $connection
}

# Gives Az the contexts of an endpoint and makes sure that it has them, or leaves it as it was. Gives what
# is wrong, a sentence for each.
function Set-AzServed {
    param($Opened, [object[]] $InAz)

    if ($InAz.Count -eq 0) {
        return @(foreach ($left in $Opened.not_in_az_profile) { "Az cannot have $($left.name): $($left.reason)" })
    }
    $before = @(Get-AzList)
    $current = @(Get-AzCurrent)
    $variables = [AzVaultServed]::Replace($Opened)
    $removed = [Collections.Generic.List[string]]::new()
    $tried = Invoke-Az {
        # With autosave on, the next change of a context in Az would write these into its file.
        Disable-AzAutosave
        foreach ($old in $before) {
            if (-not [AzVaultServed]::InTheWay($old, $InAz)) { continue }
            $removed.Add($old.Name)
            Az.Accounts\Remove-AzContext -Name $old.Name -Scope 'Process' -Force -Confirm:$false
        }
        Az.Accounts\Import-AzContext -Path $Opened.az_profile -Scope 'Process' -Confirm:$false
    }
    # It has names and ids.
    [IO.File]::Delete($Opened.az_profile)
    $wrong = @(if ($tried.Failed) { $tried.Failed } else { Compare-AzServed $InAz })
    if ($wrong.Count -eq 0) { return }

    $names = @(foreach ($old in $before) { $old.Name })
    $undone = Invoke-Az {
        foreach ($made in @(Get-AzList)) {
            if ($made.Name -in $names -and $made.Name -notin $removed) { continue }
            Az.Accounts\Remove-AzContext -Name $made.Name -Scope 'Process' -Force -Confirm:$false
        }
        $left = @(foreach ($context in Get-AzList) { $context.Name })
        foreach ($old in $before) {
            if ($old.Name -in $left) { continue }
            Az.Accounts\Set-AzContext -Context $old -Name $old.Name -Scope 'Process' -Force -Confirm:$false
        }
        foreach ($one in $current) { Az.Accounts\Select-AzContext -Name $one.Name -Scope 'Process' -Confirm:$false }
    }
    [AzVaultServed]::Restore($variables)
    if ($undone.Failed) { $wrong += "Az could not be put back as it was: $($undone.Failed)" }
    $wrong
}

# In which points Az does not have these contexts, the first of them as its current one.
function Compare-AzServed {
    param([object[]] $Context)

    $az = Get-AzCurrent
    if ($null -eq $az) { return 'Az has no active context after Import-AzContext' }
    if ($az.Name -ne $Context[0].name) { "Az acts as the context '$($az.Name)', not '$($Context[0].name)'" }
    $has = @{}
    foreach ($one in Get-AzList) { $has[$one.Name] = $one }
    foreach ($wanted in $Context) {
        $one = $has[$wanted.name]
        if ($null -eq $one) { "Az has no context '$($wanted.name)'"; continue }
        foreach ($pair in @('Account.Id', 'client_id'), @('Tenant.Id', 'tenant'), @('Subscription.Id', 'subscription')) {
            $found = [AzVaultGiven]::Member($one, $pair[0])
            $right = $wanted.($pair[1])
            if ("$found" -ne "$right") { "'$($wanted.name)' of Az has the $($pair[1]) '$found', not '$right'" }
        }
        $type = [AzVaultGiven]::Member($one, 'Account.Type')
        if ($type -ne 'ManagedService') { "'$($wanted.name)' of Az signs in as $type by itself" }
    }
}

# Ends an endpoint, if there is one. While the vault is locked it hands nothing out, and ends with this
# process.
function Close-Endpoint {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Grant)

    if ($Grant) { $null = Invoke-AzVault $Caller 'grant revoke' -Operand $Grant -Quiet }
}
