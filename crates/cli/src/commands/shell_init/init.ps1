# A scope of its own: Windows PowerShell takes what is said on stderr for an error, which must not end
# a profile that stops at errors; and the handle stays in no variable but that of the environment.
& {
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    # One call does it: a session of another process is copied, one that has ended is replaced by an empty
    # one, with a line that says so, and one that this process leads already is given again. It is started
    # here and not when it is first needed: a function in azvault's place would be given its arguments
    # without the `--` that `azvault exec NAME -- COMMAND` needs.
    $said = @(azvault session start --leader $PID --inherit -o json 2>&1)
    if ($LASTEXITCODE -ne 0 -and $env:AZVAULT_SESSION) {
        # What is no handle at all.
        $refused = $said
        $said = @(azvault session start --leader $PID -o json 2>&1)
        if ($LASTEXITCODE -eq 0) { $said += $refused[0] }
    }
    if ($LASTEXITCODE -eq 0) {
        foreach ($line in $said) {
            if ($line -isnot [Management.Automation.ErrorRecord]) { if ("$line" -match '"value":"([^"]+)"') { $env:AZVAULT_SESSION = $Matches[1] } }
            elseif ("$line" -match '^(error|warning): (.*)$') { [Console]::Error.WriteLine('azvault: ' + $Matches[2]) }
        }
    }

    # Completion runs azvault only while a line is completed: for names of contexts, and once for commands
    # and options. Where there is no name to offer, what was typed is: else PowerShell offers files.
    $known = @{}
    Register-ArgumentCompleter -Native -CommandName azvault -ScriptBlock {
        param($word, $command, $cursor)

        $typed = @(foreach ($element in $command.CommandElements) { if ($element.Extent.EndOffset -lt $cursor) { "$element" } })
        $words = @($typed | Select-Object -Skip 1 | Where-Object { -not $_.StartsWith('-') })
        $isName = $typed[-1] -in '--context', '--context-name' -or
            ($typed -notcontains '--' -and ($words -join ' ') -match '^(use|exec|shell|context (show|select|rename)|context remove( .*)?)$')
        if (-not $isName) {
            if (-not $known.Script) {
                $read = [Management.Automation.Language.Parser]::ParseInput((azvault completions powershell) -join "`n", [ref]$null, [ref]$null)
                $known.Script = $read.Find({ param($at) $at -is [Management.Automation.Language.ScriptBlockExpressionAst] }, $true).ScriptBlock.GetScriptBlock()
            }
            return & $known.Script $word $command $cursor
        }
        $begin = "$word".Trim("'", '"')
        $found = @(foreach ($line in azvault context list --no-input -o tsv 2>$null) {
                $name = $line.Split("`t")[1]
                if (-not $name.StartsWith($begin, [StringComparison]::OrdinalIgnoreCase) -or $name -match '[\p{Cc}\p{Cf}\\]') { continue }
                $quoted = "'" + $name.Replace("'", "''") + "'"
                [Management.Automation.CompletionResult]::new($quoted, $name, 'ParameterValue', $name)
            })
        if ($found.Count -gt 0) { return $found }
        $as = if ($word) { "$word" } else { "''" }
        [Management.Automation.CompletionResult]::new($as, $as, 'ParameterValue', 'no context')
    }.GetNewClosure()
}
