function Get-AzVaultAutosave {
    <#
    .SYNOPSIS
    Shows whether changes of contexts are saved for you, and why (Get-AzContextAutosaveSetting).
    .EXAMPLE
    (Get-AzVaultAutosave).Mode
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Autosave')]
    param()
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $mode = Invoke-InSession $PSCmdlet 'autosave show'
        if ($null -ne $mode) { ConvertTo-AzVaultObject 'AzVault.Autosave' $mode }
    }
}

function Enable-AzVaultAutosave {
    <#
    .SYNOPSIS
    Saves changes of contexts in the vault (Enable-AzContextAutosave).
    .PARAMETER Scope
    Process for this PowerShell process alone, or User (CurrentUser in Az's words) for all your shells.
    .EXAMPLE
    Enable-AzVaultAutosave -Scope CurrentUser
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Autosave')]
    param(
        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'changes of contexts' 'Save in the vault') {
            $mode = Invoke-InSession $PSCmdlet 'autosave enable' -Changes:($Scope -eq 'Process') -Option @{ 'scope' = $ScopeWords[$Scope] }
            if ($null -ne $mode) { ConvertTo-AzVaultObject 'AzVault.Autosave' $mode }
        }
    }
}

function Disable-AzVaultAutosave {
    <#
    .SYNOPSIS
    Keeps changes of contexts in the process that makes them (Disable-AzContextAutosave).
    .DESCRIPTION
    Nothing that is stored is erased: Clear-AzVaultContext -Scope User does that.
    .PARAMETER Scope
    Process for this PowerShell process alone, or User (CurrentUser in Az's words) for all your shells.
    .EXAMPLE
    Disable-AzVaultAutosave -Scope Process
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Autosave')]
    param(
        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet 'changes of contexts' 'Keep in their process') {
            $mode = Invoke-InSession $PSCmdlet 'autosave disable' -Changes:($Scope -eq 'Process') -Option @{ 'scope' = $ScopeWords[$Scope] }
            if ($null -ne $mode) { ConvertTo-AzVaultObject 'AzVault.Autosave' $mode }
        }
    }
}
