function Get-AzVaultContext {
    <#
    .SYNOPSIS
    Lists the contexts, as azvault context list does.
    .DESCRIPTION
    Without a name all of them; Az's Get-AzContext without a name is -Active here. What comes out goes on by the pipeline into Select-AzVaultContext,
    Remove-AzVaultContext, Get-AzVaultToken, Invoke-AzVaultCommand and Connect-AzVault.
    .PARAMETER Name
    Names, in any case; wildcards are allowed.
    .PARAMETER Active
    The active context alone.
    .PARAMETER ListAvailable
    All contexts, as without a name: for those who are used to Get-AzContext -ListAvailable.
    .EXAMPLE
    Get-AzVaultContext | Where-Object Environment -eq AzureUSGovernment
    .EXAMPLE
    Get-AzVaultContext -Name 'prod*' | Connect-AzVault
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(ParameterSetName = 'Name', Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Name = @('*'),

        [Parameter(ParameterSetName = 'Active', Mandatory)]
        [switch] $Active,

        [Parameter(ParameterSetName = 'All', Mandatory)]
        [switch] $ListAvailable
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $list = Invoke-InSession $PSCmdlet 'context list'
        if ($null -eq $list) { return }
        $contexts = @(foreach ($context in $list.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $context })
        if ($Active) { return $contexts.Where({ $_.IsActive }) }
        foreach ($pattern in $Name) {
            $found = Find-ByName $contexts $pattern 'Name'
            $found
            if ($found.Count -eq 0 -and -not (Test-Pattern $pattern)) {
                $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $pattern -Said @(
                            "there is no context $(Format-Visible $pattern)", 'hint: Get-AzVaultContext')))
            }
        }
    }
}

# The objects of which one of these properties is what was typed, or else fits it as a pattern: names
# hold brackets often, and one that is a name is not read as a pattern.
function Find-ByName {
    param([object[]] $Of, [string] $Typed, [string[]] $Property)

    $found = $Of.Where({ foreach ($name in $Property) { if ($_.$name -eq $Typed) { return $true } } })
    if ($found.Count -eq 0 -and (Test-Pattern $Typed)) {
        $found = $Of.Where({ foreach ($name in $Property) { if ($_.$name -like $Typed) { return $true } } })
    }
    , @($found)
}

# Whether a text is a pattern that can be used: an open bracket that nothing closes is none.
function Test-Pattern {
    param([string] $Typed)

    if (-not [Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Typed)) { return $false }
    try { $null = '' -like $Typed } catch { return $false }
    return $true
}

function Set-AzVaultContext {
    <#
    .SYNOPSIS
    Makes a subscription or a tenant the active context, as azvault context set does (Set-AzContext).
    .DESCRIPTION
    Account and environment come from the context that acts, or from -Context. Subscriptions and tenants
    are found by id or name among those that your contexts know.
    .PARAMETER Subscription
    Its id or name.
    .PARAMETER Tenant
    Its id, or the name that a context has for it.
    .PARAMETER Name
    The name to store it under; without one, Subscription Name (subscription-id).
    .PARAMETER Context
    Acts on this context, whatever is active; the change then has process scope.
    .PARAMETER Online
    Asks Azure for a subscription that no context knows.
    .PARAMETER ExtendedProperty
    Extended properties of the context, by name.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Replaces another context of that name, and takes a tenant in which the account was never seen.
    .EXAMPLE
    Set-AzVaultContext -Subscription 'Contoso Prod' -Name prod
    .EXAMPLE
    Get-AzVaultSubscription Prod | Set-AzVaultContext -Scope Process
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [Alias('SubscriptionId', 'SubscriptionName')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Subscription,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('TenantId', 'Domain')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Tenant,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Context,

        [switch] $Online,

        [Alias('Property')]
        [ValidateNotNullOrEmpty()]
        [hashtable] $ExtendedProperty,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $what = @($Subscription, $Tenant, $Name).Where({ $_ }, 'First')
        if (Confirm-Change $PSCmdlet (Format-Visible "$what") 'Set context') {
            $properties = @(if ($ExtendedProperty) { foreach ($key in $ExtendedProperty.Keys) { "$key=$($ExtendedProperty[$key])" } })
            $done = Invoke-InSession $PSCmdlet 'context set' -Changes:($Scope -notin 'User', 'CurrentUser') -Operand @(if ($Name) { $Name }) -Option @{
                'subscription' = $Subscription
                'tenant'       = $Tenant
                'context'      = $Context
                'online'       = $Online
                'property'     = $properties
                'scope'        = $ScopeWords[$Scope]
                'force'        = $Force
            }
            if ($null -eq $done) { return }
            foreach ($one in $done.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $one }
        }
    }
}

function Clear-AzVaultContext {
    <#
    .SYNOPSIS
    Removes every context and every secret, as azvault context clear does (Clear-AzContext).
    .DESCRIPTION
    The question names the accounts and the contexts. With the scope Process it is what this process has
    of its own, and it then sees no context of the vault either.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Does not ask.
    .EXAMPLE
    Clear-AzVaultContext -Scope Process -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
        if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }
    }
    process {
        $changes = $Scope -notin 'User', 'CurrentUser'
        $would = Invoke-InSession $PSCmdlet 'context clear' -Changes:$changes -Option @{ 'scope' = $ScopeWords[$Scope]; 'dry-run' = $true }
        if ($null -eq $would) { return }
        if (Confirm-Change $PSCmdlet (Format-Visible (Get-RemovalText $would)) 'Remove every context and every secret') {
            $null = Invoke-InSession $PSCmdlet 'context clear' -Changes:$changes -Option @{ 'scope' = $ScopeWords[$Scope]; 'yes' = $true }
        }
    }
}

function Select-AzVaultContext {
    <#
    .SYNOPSIS
    Makes another context the active one, as azvault context select does.
    .DESCRIPTION
    With the scope User it becomes the default of all your shells. With Process it is active in this
    PowerShell process alone: all its runspaces share it, jobs, child processes and the shell that
    started this PowerShell keep their own.
    .PARAMETER Name
    Its name, in any case.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER PassThru
    Gives the context that is active now.
    .EXAMPLE
    Select-AzVaultContext prod -Scope Process
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet (Format-Visible $Name) 'Select context') {
            $changed = Invoke-InSession $PSCmdlet 'context select' -Changes:($Scope -notin 'User', 'CurrentUser') `
                -Option @{ scope = $ScopeWords[$Scope] } -Operand $Name
            if ($PassThru -and $null -ne $changed) { Get-AzVaultContext -Active }
        }
    }
}

function Rename-AzVaultContext {
    <#
    .SYNOPSIS
    Renames a context, as azvault context rename does.
    .PARAMETER Name
    Its name, in any case.
    .PARAMETER NewName
    Its new name.
    .PARAMETER Short
    Gives it a short name in place of a generated one, such as contoso-prod.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Replaces a context that has the new name already.
    .PARAMETER PassThru
    Gives the context under its new name.
    .EXAMPLE
    Rename-AzVaultContext -Name 'Contoso Prod (5b000000-0000-4000-8000-000000000002)' -NewName prod
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'NewName')]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [Parameter(Mandatory, Position = 1, ParameterSetName = 'NewName')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $NewName,

        [Parameter(Mandatory, ParameterSetName = 'Short')]
        [switch] $Short,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $to = if ($Short) { 'a short name' } else { Format-Visible $NewName }
        if (Confirm-Change $PSCmdlet (Format-Visible $Name) "Rename context to $to") {
            $changes = $Scope -notin 'User', 'CurrentUser'
            $changed = if ($Short) {
                Invoke-InSession $PSCmdlet 'context rename' -Changes:$changes `
                    -Option @{ scope = $ScopeWords[$Scope]; short = $true } -Operand $Name
            }
            else {
                Invoke-InSession $PSCmdlet 'context rename' -Changes:$changes `
                    -Option @{ scope = $ScopeWords[$Scope]; force = $Force } -Operand $Name, $NewName
            }
            if ($PassThru -and $null -ne $changed) {
                # One that has no generated name keeps its own.
                $now = if (-not $Short) { $NewName } elseif ($changed.contexts) { $changed.contexts[0].name } else { $Name }
                Get-AzVaultContext -Name $now
            }
        }
    }
}

function Remove-AzVaultContext {
    <#
    .SYNOPSIS
    Removes contexts, as azvault context remove does.
    .DESCRIPTION
    When the last context of a user goes, the user's tokens go too. Asks for each unless
    -Confirm:$false is given; where PowerShell cannot ask, nothing is removed.
    .PARAMETER Name
    Its name, in any case.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Does not ask.
    .PARAMETER PassThru
    Gives the contexts that were removed.
    .EXAMPLE
    Get-AzVaultContext 'old-*' | Remove-AzVaultContext -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $Name,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
        if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }
    }
    process {
        foreach ($one in $Name) {
            # The question names what the vault has under this name.
            $document = Invoke-InSession $PSCmdlet 'context show' -Operand $one
            if ($null -eq $document) { continue }
            $target = '{0} (account {1}, subscription {2})' -f $document.name, $document.account.id, $document.subscription.id
            if (Confirm-Change $PSCmdlet (Format-Visible $target) 'Remove context') {
                $removed = Invoke-InSession $PSCmdlet 'context remove' -Changes:($Scope -notin 'User', 'CurrentUser') `
                    -Option @{ scope = $ScopeWords[$Scope]; yes = $true } -Operand $one
                if ($PassThru -and $null -ne $removed) { ConvertTo-AzVaultObject 'AzVault.Context' $document }
            }
        }
    }
}
