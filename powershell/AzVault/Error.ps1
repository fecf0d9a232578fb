# The errors of the module: each exit code of azvault has its identifier and its category.

function ConvertTo-AzVaultError {
    param([int] $Code, [string[]] $Said, [string] $Target)

    $known = $ExitCodes[$Code]
    if ($null -eq $known) { $known = $ExitCodes[1] }
    $message = @()
    $hint = ''
    foreach ($line in $Said) {
        if ($line -cmatch '^(try|hint): (.*)$') { if (-not $hint) { $hint = $Matches[2] } }
        elseif ($line.Trim()) { $message += $line -replace '^(error|found): ', '' }
    }
    if ($message.Count -eq 0) { $message = @("azvault ended with code $Code") }
    # azvault's hints are written for a POSIX shell where they are about the shell itself.
    if ($Code -in 6, 14) { $hint = 'Unlock-AzVault' }
    elseif ($message[0].StartsWith('session is gone')) {
        $known = @{ Id = 'SessionGone'; Category = 'ResourceUnavailable' }
        $hint = 'Remove-Item Env:AZVAULT_SESSION, and the next change of process scope starts a new session'
    }
    New-AzVaultError -Id $known.Id -Category $known.Category -Message ($message -join "`n") -Hint $hint `
        -Target $Target -Code $Code
}

function New-AzVaultError {
    param([string] $Id, [string] $Category, [string] $Message, [string] $Hint, [string] $Target, [int] $Code)

    # Names are in the words of azvault and of Az, and each part is shown: no terminal obeys them.
    $lines = foreach ($line in $Message -split "`r?`n") { Format-Visible $line }
    $text = $lines -join "`n"
    $exception = [InvalidOperationException]::new($text)
    $exception.Data['ExitCode'] = $Code
    $record = [Management.Automation.ErrorRecord]::new($exception, "AzVault.$Id", $Category, (Format-Visible $Target))
    if ($Hint) {
        $record.ErrorDetails = [Management.Automation.ErrorDetails]::new($text)
        $record.ErrorDetails.RecommendedAction = Format-Visible $Hint
    }
    $record
}
