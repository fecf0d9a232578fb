function Save-AzVaultContext {
    <#
    .SYNOPSIS
    Saves all contexts with their secrets to a file, as azvault context save does (Save-AzContext).
    .DESCRIPTION
    The file is sealed under a passphrase of its own, for Import-AzVaultContext on any machine. For
    Az's Import-AzContext it has to be unencrypted: -Format AzurePowerShell -Plaintext.
    .PARAMETER Path
    The file.
    .PARAMETER Name
    This context and its account's secrets alone.
    .PARAMETER Format
    Sealed, or AzurePowerShell, which Az.Accounts 2.0 and later imports.
    .PARAMETER Plaintext
    Agrees that tokens stand in the file unencrypted.
    .PARAMETER WithCredential
    Also writes secrets of service principals and passwords of certificates.
    .PARAMETER ExportPassphraseFile
    Reads the passphrase of the sealed file from the first line of this file.
    .PARAMETER Force
    Replaces the file if there is one.
    .PARAMETER PassThru
    Gives the file.
    .EXAMPLE
    Save-AzVaultContext ./contexts.azvault
    .EXAMPLE
    Save-AzVaultContext ./az.json -Format AzurePowerShell -Plaintext -WithCredential
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([IO.FileInfo])]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [Parameter(ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [ValidateSet('Sealed', 'AzurePowerShell')]
        [string] $Format = 'Sealed',

        [switch] $Plaintext,

        [switch] $WithCredential,

        [ValidateNotNullOrEmpty()]
        [string] $ExportPassphraseFile,

        [switch] $Force,

        [switch] $PassThru
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $file = Get-FullPath $PSCmdlet $Path
        if (Confirm-Change $PSCmdlet (Format-Visible $file) 'Save contexts') {
            $how = @{ MayAsk = $Format -eq 'Sealed' -and -not $ExportPassphraseFile -and (Test-Terminal) }
            $saved = Invoke-InSession $PSCmdlet 'context save' -How $how -Operand $file -Option @{
                'context'                = $Name
                'format'                 = $FormatWords[$Format]
                'plaintext'              = $Plaintext
                'with-credential'        = $WithCredential
                'export-passphrase-file' = (Get-FullPath $PSCmdlet $ExportPassphraseFile)
                'force'                  = $Force
                'yes'                    = $true
            }
            if ($PassThru -and $null -ne $saved) { [IO.FileInfo]::new($saved.path) }
        }
    }
}

function Import-AzVaultContext {
    <#
    .SYNOPSIS
    Adds the contexts and secrets of a saved file, as azvault context import does (Import-AzContext).
    .DESCRIPTION
    Takes what Save-AzVaultContext writes, and files of Save-AzContext. The file's default becomes the
    active context. -WhatIf says what would be added, merged and replaced. For whole homes:
    Start-AzVaultMigration.
    .PARAMETER Path
    The file.
    .PARAMETER ExportPassphraseFile
    Reads the passphrase of a sealed file from the first line of this file.
    .PARAMETER Scope
    Process, or User (CurrentUser in Az's words). Without it autosave decides, as in Azure PowerShell.
    .PARAMETER Force
    Replaces contexts of the same names.
    .EXAMPLE
    Import-AzVaultContext ./contexts.azvault -WhatIf
    .EXAMPLE
    Get-ChildItem ~/saved/*.json | Import-AzVaultContext
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('AzVault.Context')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('FullName', 'PSPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        [ValidateNotNullOrEmpty()]
        [string] $ExportPassphraseFile,

        [ValidateSet('Process', 'User', 'CurrentUser')]
        [string] $Scope,

        [switch] $Force
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $file = Get-FullPath $PSCmdlet $Path
        $option = @{
            'export-passphrase-file' = (Get-FullPath $PSCmdlet $ExportPassphraseFile)
            'scope'                  = $ScopeWords[$Scope]
        }
        $target = $file
        $changes = $Scope -notin 'User', 'CurrentUser'
        # A passphrase that is asked for is asked for once.
        $how = @{ MayAsk = -not $ExportPassphraseFile -and (Test-Terminal) }
        if (-not $how.MayAsk -or $WhatIfPreference) {
            $would = Invoke-InSession $PSCmdlet 'context import' -Changes:$changes -How $how -Operand $file -Option ($option + @{ 'dry-run' = $true })
            if ($null -eq $would) { return }
            $target += ' (' + (@(foreach ($one in $would.actions) { "$($one.action) $($one.name)" }) -join ', ') + ')'
        }
        if (Confirm-Change $PSCmdlet (Format-Visible $target) 'Import contexts') {
            $done = Invoke-InSession $PSCmdlet 'context import' -Changes:$changes -How $how -Operand $file -Option ($option + @{ 'force' = $Force })
            if ($null -eq $done) { return }
            foreach ($context in $done.contexts) { ConvertTo-AzVaultObject 'AzVault.Context' $context }
        }
    }
}
