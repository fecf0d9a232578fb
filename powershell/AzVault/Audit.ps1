function Get-AzVaultAudit {
    <#
    .SYNOPSIS
    Shows what was done with secrets and contexts, newest last, as azvault audit log does.
    .DESCRIPTION
    The whole chain is verified before anything is shown.
    .PARAMETER Verb
    Only this verb of the log, or the verbs of this noun: 'secret reveal', context.
    .PARAMETER Subject
    Only what was done with this secret, context or migration, by its id.
    .PARAMETER Since
    Only from this moment on: a date, or a time back from now: 2h, 7d.
    .PARAMETER Until
    Only before this moment.
    .PARAMETER Newest
    Only the newest so many.
    .EXAMPLE
    Get-AzVaultAudit -Verb 'secret reveal' -Since (Get-Date).AddDays(-7)
    .EXAMPLE
    Get-AzVaultAudit -Newest 20 | Format-Table Time, Verb, Subjects
    #>
    [CmdletBinding()]
    [OutputType('AzVault.AuditEntry')]
    param(
        [Parameter(Position = 0)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Verb,

        [Parameter(ValueFromPipelineByPropertyName)]
        [Alias('Id')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Subject,

        [ValidateNotNullOrEmpty()]
        [object] $Since,

        [ValidateNotNullOrEmpty()]
        [object] $Until,

        [Alias('Limit', 'Last')]
        [ValidateRange(1, 2147483647)]
        [int] $Newest
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $log = Invoke-InSession $PSCmdlet 'audit log' -Option @{
            'verb'    = $Verb
            'subject' = $Subject
            'since'   = (ConvertTo-MomentText $Since)
            'until'   = (ConvertTo-MomentText $Until)
            'limit'   = $(if ($Newest) { "$Newest" })
        }
        if ($null -eq $log) { return }
        foreach ($entry in $log.entries) {
            $object = ConvertTo-AzVaultObject 'AzVault.AuditEntry' $entry
            $object.Subjects = @(foreach ($one in $entry.subjects) { $one.what })
            $object
        }
    }
}

# A moment as azvault takes it; a text as it is.
function ConvertTo-MomentText {
    param([object] $Moment)

    if ($Moment -is [datetime]) { return $Moment.ToUniversalTime().ToString('yyyy-MM-ddTHH:mmZ', [Globalization.CultureInfo]::InvariantCulture) }
    if ($Moment -is [DateTimeOffset]) { return ConvertTo-MomentText $Moment.UtcDateTime }
    if ($null -ne $Moment) { "$Moment" }
}

function Test-AzVaultAudit {
    <#
    .SYNOPSIS
    Verifies the chain of the audit log; the first bad entry is an error.
    .EXAMPLE
    Test-AzVaultAudit
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $verified = Invoke-InSession $PSCmdlet 'audit verify'
        [bool]($null -ne $verified -and $verified.ok)
    }
}
