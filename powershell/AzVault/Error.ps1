# The errors of the module: each exit code of azvault has its identifier and its category.

function ConvertTo-AzVaultError {
    param([int] $Code, [string[]] $Said, [string] $Target)

    $known = $ExitCodes[$Code]
    if ($null -eq $known) { $known = $ExitCodes[1] }
    $message = @()
    $hint = ''
    foreach ($line in $Said) {
        if ($line -cmatch '^(try|hint): (.*)$') { if (-not $hint) { $hint = ConvertTo-CmdletText $Matches[2] } }
        elseif ($line.Trim()) { $message += ConvertTo-CmdletText ($line -replace '^(error|found): ', '') }
    }
    if ($message.Count -eq 0) { $message = @("azvault ended with code $Code") }
    if ($Code -eq 6 -or ($Code -eq 14 -and $message[0] -match '\blocked\b')) { $hint = 'Unlock-AzVault' }
    elseif ($message[0].StartsWith('session is gone')) {
        $known = @{ Id = 'SessionGone'; Category = 'ResourceUnavailable' }
        $hint = 'Remove-Item Env:AZVAULT_SESSION, and the next change of process scope starts a new session'
    }
    New-AzVaultError -Id $known.Id -Category $known.Category -Message ($message -join "`n") -Hint $hint `
        -Target $Target -Code $Code
}

# Text of azvault as somebody in PowerShell types it: commands that have a cmdlet become that cmdlet, and
# what only a POSIX shell takes becomes what PowerShell takes. Prose around them stays.
function ConvertTo-CmdletText {
    param([string] $Text)

    $Text = $Text.Replace('eval "$(azvault session start)"', 'azvault session start --shell pwsh | Invoke-Expression')
    $Text = $Text -creplace '\bunset (\w+)', 'Remove-Item Env:$1' -creplace '\bexport (\w+)=([^\s$"]+)', '$$env:$1 = ''$2'''
    if (-not $Text.Contains('azvault ') -and -not $Text.Contains('--')) { return $Text }
    # A command goes on to the next comma, semicolon or operator.
    $Text = $Text -creplace '\bazvault ([a-z-]+)( [a-z-]+)?((?:(?!, |; | && | \|\| |`).)*)', {
        $one, $two, $rest = $_.Groups[1].Value, $_.Groups[2].Value, $_.Groups[3].Value
        $cmdlet = $Cmdlets["$one$two"]
        if (-not $cmdlet) {
            $cmdlet = $Cmdlets[$one]
            $rest = $two + $rest
        }
        if (-not $cmdlet) { return $_.Value }
        $command = $ExecutionContext.InvokeCommand.GetCommand($cmdlet.Split(' ')[0], 'Function')
        $typed = ConvertTo-ParameterText $rest (@($command.Parameters.Keys) + @($command.Parameters.Values.Aliases))
        # What the cmdlet has no parameter for is said as azvault takes it.
        if ($null -eq $typed) { return $_.Value }
        # In single quotes a quote is doubled.
        $cmdlet + $typed.Replace("'\''", "''")
    }
    # Of a verb without a cmdlet the options stay as they are.
    if ($Text -cmatch '\bazvault [a-z-]') { return $Text }
    ConvertTo-ParameterText $Text
}

# Options before `--` as parameters: --for-example VALUE becomes -ForExample VALUE. With the parameters
# that there are: $null where an option is none of them.
function ConvertTo-ParameterText {
    param([string] $Text, [string[]] $Known)

    $own, $program = $Text -split '(?<= )(?=-- )', 2
    if ($Known -and $own -cmatch ' (-o|--output) (?!json\b)') { return }
    $own = $own -creplace ' (-o|--output) json\b', ''
    foreach ($option in [regex]::Matches($own, '(?<=^|[\s(])--([a-z]+(?:-[a-z]+)*)(=?)')) {
        $parameter = if ($option.Groups[1].Value -eq 'yes') { 'Confirm:$false' } else { ConvertTo-ParameterName $option.Groups[1].Value $Known }
        if (-not $parameter) { return }
        $pattern = [regex]'(?<=^|[\s(])--[a-z]+(?:-[a-z]+)*=?'
        $own = $pattern.Replace($own, "-$parameter".Replace('$', '$$') + $(if ($option.Groups[2].Value) { ' ' }), 1)
    }
    "$own$program"
}

# The parameter for an option: ForExample for for-example, where it is called as the option is; nothing
# where it is not among those that there are.
function ConvertTo-ParameterName {
    param([string] $Option, [string[]] $Known)

    $name = -join ($Option.Split('-') -replace '^.', { $_.Value.ToUpperInvariant() })
    # PowerShell's own -Confirm is another one.
    $names = @(if ($name -ne 'Confirm') { $name }) + @($ParameterWords[$name]).Where({ $_ })
    if (-not $Known) { return $names[-1] }
    $names.Where({ $Known -contains $_ }, 'First')
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
