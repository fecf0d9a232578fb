function Get-AzVaultContext {
    <#
    .SYNOPSIS
    Lists the contexts, as azvault context list does.
    .DESCRIPTION
    Without a name all of them. What comes out goes on by the pipeline into Select-AzVaultContext,
    Remove-AzVaultContext, Get-AzVaultToken, Invoke-AzVaultCommand and Connect-AzVault.
    .PARAMETER Name
    Names, in any case; wildcards are allowed.
    .PARAMETER Active
    The active context alone.
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
        [string[]] $Name = @('*'),

        [Parameter(ParameterSetName = 'Active', Mandatory)]
        [switch] $Active
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
            # Names hold brackets often: one that is a name is not read as a pattern.
            $found = $contexts.Where({ $_.Name -eq $pattern })
            $isPattern = [Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)
            try {
                if ($found.Count -eq 0) { $found = $contexts.Where({ $_.Name -like $pattern }) }
            } catch {
                # A bracket that nothing closes.
                $isPattern = $false
            }
            $found
            if ($found.Count -eq 0 -and -not $isPattern) {
                $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $pattern -Said @(
                            "there is no context $(Format-Visible $pattern)", 'hint: Get-AzVaultContext')))
            }
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
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Replaces a context that has the new name already.
    .PARAMETER PassThru
    Gives the context under its new name.
    .EXAMPLE
    Rename-AzVaultContext -Name 'Contoso Prod (5b000000-0000-4000-8000-000000000002)' -NewName prod
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $NewName,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet (Format-Visible $Name) "Rename context to $(Format-Visible $NewName)") {
            $changed = Invoke-InSession $PSCmdlet 'context rename' -Changes:($Scope -notin 'User', 'CurrentUser') `
                -Option @{ scope = $ScopeWords[$Scope]; force = $Force } -Operand $Name, $NewName
            if ($PassThru -and $null -ne $changed) { Get-AzVaultContext -Name $NewName }
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
    .EXAMPLE
    Get-AzVaultContext 'old-*' | Remove-AzVaultContext -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [string[]] $Name,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        foreach ($one in $Name) {
            # The question names what the vault has under this name.
            $document = Invoke-InSession $PSCmdlet 'context show' -Operand $one
            if ($null -eq $document) { continue }
            $target = '{0} (account {1}, subscription {2})' -f $document.name, $document.account.id, $document.subscription.id
            if (Confirm-Change $PSCmdlet (Format-Visible $target) 'Remove context') {
                $null = Invoke-InSession $PSCmdlet 'context remove' -Changes:($Scope -notin 'User', 'CurrentUser') `
                    -Option @{ scope = $ScopeWords[$Scope]; yes = $true } -Operand $one
            }
        }
    }
}
