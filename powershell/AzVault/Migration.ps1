function Find-AzVaultLeftover {
    <#
    .SYNOPSIS
    Looks for unencrypted Azure sign-ins, as azvault scan does.
    .DESCRIPTION
    Without a path the usual places are looked at. A warning says when something was found, or could not
    be looked at. Reads only; needs no vault.
    .PARAMETER Path
    Files or folders to look at instead of the usual places.
    .PARAMETER HomeFolder
    Looks through the whole home folder as well.
    .EXAMPLE
    Find-AzVaultLeftover
    .EXAMPLE
    Get-ChildItem ~/old | Find-AzVaultLeftover | Where-Object Severity -eq critical
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Leftover')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'PSPath')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,

        [Alias('Home')]
        [switch] $HomeFolder
    )
    begin {
        Use-CallerPreference $PSCmdlet
        $paths = [Collections.Generic.List[string]]::new()
    }
    process {
        foreach ($one in $Path) { $paths.Add((Get-FullPath $PSCmdlet $one)) }
    }
    end {
        # An empty pipeline names nothing, which is not the usual places.
        if ($MyInvocation.ExpectingInput -and $paths.Count -eq 0) { return }
        $found = Invoke-AzVault $PSCmdlet 'scan' -Option @{ 'home' = $HomeFolder } -Operand $paths
        if ($null -eq $found) { return }
        foreach ($finding in $found.findings) { ConvertTo-AzVaultObject 'AzVault.Leftover' $finding }
    }
}

function Get-AzVaultMigrationPlan {
    <#
    .SYNOPSIS
    Shows what a migration would import, from where; writes nothing.
    .PARAMETER From
    Files or folders to read instead of the usual places.
    .PARAMETER Default
    The name of the context that becomes the default.
    .PARAMETER ShortNames
    Names the new contexts shortly, such as contoso-prod, where their names were generated.
    .EXAMPLE
    (Get-AzVaultMigrationPlan).Contexts
    #>
    [CmdletBinding()]
    [OutputType('AzVault.MigrationPlan')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string[]] $From,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Default,

        [switch] $ShortNames
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $paths = @(foreach ($one in $From) { Get-FullPath $PSCmdlet $one })
        $plan = Invoke-AzVault $PSCmdlet 'migrate plan' -Option @{ 'from' = $paths; 'default' = $Default; 'short-names' = $ShortNames }
        if ($null -eq $plan) { return }
        $object = ConvertTo-AzVaultObject 'AzVault.MigrationPlan' $plan
        $object.Contexts = @(foreach ($context in $plan.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $context })
        $object
    }
}

function Start-AzVaultMigration {
    <#
    .SYNOPSIS
    Imports saved sign-ins into the vault in one transaction, as azvault migrate run does.
    .DESCRIPTION
    The originals stay until Complete-AzVaultMigration. Run twice, it changes nothing. A warning says
    when a file could not be read. New-AzVault makes the vault.
    .PARAMETER From
    Files or folders to read instead of the usual places.
    .PARAMETER Default
    The name of the context that becomes the default.
    .PARAMETER ShortNames
    Names the new contexts shortly, such as contoso-prod, where their names were generated.
    .EXAMPLE
    Start-AzVaultMigration -WhatIf
    .EXAMPLE
    Start-AzVaultMigration | Test-AzVaultMigration
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Imported')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string[]] $From,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Default,

        [switch] $ShortNames
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $paths = @(foreach ($one in $From) { Get-FullPath $PSCmdlet $one })
        $option = @{ 'from' = $paths; 'default' = $Default; 'short-names' = $ShortNames }
        $plan = Invoke-AzVault $PSCmdlet 'migrate plan' -Option $option
        if ($null -eq $plan) { return }
        $files = @(foreach ($one in $plan.sources) { $one.path }) -join ', '
        $target = '{0} contexts and {1} secrets of {2}' -f $plan.totals.contexts, $plan.totals.secrets, $files
        if (Confirm-Change $PSCmdlet (Format-Visible $target) 'Import into the vault') {
            $done = Invoke-AzVault $PSCmdlet 'migrate run' -Option ($option + @{ 'yes' = $true })
            if ($null -ne $done) { ConvertTo-AzVaultObject 'AzVault.Imported' $done }
        }
    }
}

function Get-AzVaultMigration {
    <#
    .SYNOPSIS
    Lists the migrations into this vault, the newest first; with an id what became of its files.
    .PARAMETER Id
    Its id, from the list.
    .EXAMPLE
    Get-AzVaultMigration | Select-Object -First 1 | Get-AzVaultMigration
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Migration')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if ($Id) {
            $one = Invoke-AzVault $PSCmdlet 'migrate show' -Operand $Id
            if ($null -eq $one) { return }
            $object = ConvertTo-AzVaultObject 'AzVault.Migration' $one
            $files = @(foreach ($file in $one.sources) { ConvertTo-AzVaultObject 'AzVault.MigratedFile' $file })
            $object.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('Sources', $files))
            return $object
        }
        $list = Invoke-AzVault $PSCmdlet 'migrate list'
        if ($null -eq $list) { return }
        foreach ($one in $list.migrations) { ConvertTo-AzVaultObject 'AzVault.Migration' $one }
    }
}

function Test-AzVaultMigration {
    <#
    .SYNOPSIS
    Reads originals and vault again and compares every secret by value, as azvault migrate verify does.
    .DESCRIPTION
    Equal is false where anything differs; Differences says what. A warning says so as well.
    .PARAMETER Id
    Which migration; without one, the newest.
    .EXAMPLE
    if ((Test-AzVaultMigration).Equal) { Complete-AzVaultMigration }
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Comparison')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $compared = Invoke-AzVault $PSCmdlet 'migrate verify' -Operand @(if ($Id) { $Id })
        if ($null -ne $compared) { ConvertTo-AzVaultObject 'AzVault.Comparison' $compared }
    }
}

function Complete-AzVaultMigration {
    <#
    .SYNOPSIS
    Removes the plaintext originals, after comparing them once more, as azvault migrate clean does.
    .DESCRIPTION
    Their bytes stay sealed in the vault: Undo-AzVaultMigration puts them back. Removing is not erasing:
    Revoke lists what ends the credentials, worst first.
    .PARAMETER Id
    Which migration; without one, the newest.
    .PARAMETER Force
    Does not ask.
    .EXAMPLE
    Complete-AzVaultMigration -WhatIf
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType('AzVault.Cleaned')]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
        if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }
    }
    process {
        $which = @(if ($Id) { $Id })
        $would = Invoke-AzVault $PSCmdlet 'migrate clean' -Operand $which -Option @{ 'dry-run' = $true }
        if ($null -eq $would) { return }
        if (Confirm-Change $PSCmdlet (Format-Visible ($would.removed -join ', ')) 'Remove the plaintext originals') {
            $done = Invoke-AzVault $PSCmdlet 'migrate clean' -Operand $which -Option @{ 'yes' = $true }
            if ($null -eq $done) { return }
            $object = ConvertTo-AzVaultObject 'AzVault.Cleaned' $done
            $object.Then = @(foreach ($command in $done.then) { ConvertTo-CmdletText $command })
            $object
        }
    }
}

function Undo-AzVaultMigration {
    <#
    .SYNOPSIS
    Puts the originals back: same bytes, same mode, same time, as azvault migrate rollback does.
    .DESCRIPTION
    What was imported stays in the vault.
    .PARAMETER Id
    Which migration; without one, the newest.
    .PARAMETER Force
    Replaces files that are there now.
    .EXAMPLE
    Undo-AzVaultMigration
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType([IO.FileInfo])]
    param(
        [Parameter(Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $target = if ($Id) { "the migration $Id" } else { 'the newest migration' }
        if (Confirm-Change $PSCmdlet (Format-Visible $target) 'Put unencrypted originals back') {
            $done = Invoke-AzVault $PSCmdlet 'migrate rollback' -Operand @(if ($Id) { $Id }) -Option @{ 'force' = $Force; 'yes' = $true }
            if ($null -eq $done) { return }
            foreach ($path in $done.restored) { [IO.FileInfo]::new($path) }
        }
    }
}

function Remove-AzVaultMigration {
    <#
    .SYNOPSIS
    Drops the sealed copies of a migration's originals, as azvault migrate forget does.
    .DESCRIPTION
    No way back after this. Contexts and secrets stay in the vault.
    .PARAMETER Id
    Its id.
    .EXAMPLE
    Get-AzVaultMigration | Select-Object -Last 1 | Remove-AzVaultMigration
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Id
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        if (Confirm-Change $PSCmdlet (Format-Visible "the migration $Id") 'Drop the sealed copies') {
            $null = Invoke-AzVault $PSCmdlet 'migrate forget' -Operand $Id -Option @{ 'yes' = $true }
        }
    }
}
