# The one place that runs azvault. No shell and no rule of PowerShell for native commands is between:
# those expand `*`, `?`, `[` and `~` in values against the current folder.

# The path of azvault; ends the calling cmdlet when there is none.
function Find-AzVault {
    param([Management.Automation.PSCmdlet] $Caller)

    $found = $ExecutionContext.InvokeCommand.GetCommand('azvault', 'Application')
    if ($null -eq $found) {
        $Caller.ThrowTerminatingError((New-AzVaultError -Id 'NotInstalled' -Category 'NotInstalled' `
                    -Message 'azvault is not on the PATH' `
                    -Hint 'install azvault, or add its folder to $env:PATH'))
    }
    $found.Path
}

# Runs azvault and gives its JSON document. A failure is an error of the calling cmdlet, and then
# nothing is given; findings (exit code 10) are an answer with a warning. An option without a value is
# one that was not given: no exported function takes an empty value. Operands stand behind `--`, so that
# a name may begin with a hyphen.
function Invoke-AzVault {
    param(
        [Management.Automation.PSCmdlet] $Caller,
        [string] $Verb,
        [hashtable] $Option = @{},
        [string[]] $Operand = @(),
        # The person at the terminal may be prompted.
        [switch] $MayAsk,
        # A failure is no error: nothing is given.
        [switch] $Quiet,
        # What azvault reads from its standard input.
        [securestring] $Secret,
        # What azvault says is for the person, at once: a code to type.
        [switch] $Told
    )

    $executable = Find-AzVault $Caller
    $words = [Collections.Generic.List[string]]::new()
    $words.AddRange($Verb.Split(' '))
    $words.AddRange([string[]]@('--output=json', '--color=never'))
    if (-not $MayAsk) { $words.Add('--no-input') }
    foreach ($name in $Option.Keys) {
        foreach ($value in $Option[$name]) {
            if ($value -is [switch] -or $value -is [bool]) {
                if ($value) { $words.Add("--$name") }
            } elseif ($value) {
                $words.Add("--$name=$value")
            }
        }
    }
    if ($Operand.Count -gt 0) {
        $words.Add('--')
        $words.AddRange([string[]]$Operand)
    }

    $Caller.WriteVerbose((Format-Visible "azvault $($words -join ' ')"))
    # What went wrong is for the error.
    $tell = if ($Told) { { param($line) if ($line -cnotmatch '^(error|try|hint|found|warning): ') { $Caller.WriteInformation((Format-Visible $line), [string[]]@('PSHOST', 'AzVault')) } } }
    $ran = Invoke-Program -Caller $Caller -Executable $executable -Word $words -MayAsk:$MayAsk -Secret $Secret -Tell $tell
    $said = foreach ($line in $ran.Said) {
        if ($line.StartsWith('warning: ')) { $Caller.WriteWarning((Format-Visible (ConvertTo-CmdletText $line.Substring(9)))) }
        elseif ($line.Trim()) { $line }
    }
    if ($ran.Code -ne 0 -and ($ran.Code -ne 10 -or $ran.Answer.Length -eq 0)) {
        if (-not $Quiet) {
            $Caller.WriteError((ConvertTo-AzVaultError -Code $ran.Code -Said $said -Target ($Operand -join ', ')))
        }
        return
    }
    foreach ($line in $said) {
        if ($line.StartsWith('found: ')) { $Caller.WriteWarning((Format-Visible $line.Substring(7))) }
        else { $Caller.WriteVerbose((Format-Visible (ConvertTo-CmdletText $line))) }
    }
    if ($ran.Answer.Length -gt 0) { [AzVaultAnswer]::Read($ran.Answer) }
}

# A path of PowerShell as programs know it: the folder of PowerShell is not that of its process.
function Get-FullPath {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Path)

    if ($Path) { $Caller.GetUnresolvedProviderPathFromPSPath($Path) }
}

# Runs a program with exactly these arguments: its exit code, what it answered (which may be a secret,
# and stays bytes), and its lines on stderr. With -MayAsk terminal and stderr are the program's own.
# What takes longer than a second shows that it goes on.
function Invoke-Program {
    param(
        [Management.Automation.PSCmdlet] $Caller, [string] $Executable, [string[]] $Word, [switch] $MayAsk,
        [securestring] $Secret, [scriptblock] $Tell
    )

    $start = [Diagnostics.ProcessStartInfo]::new($Executable)
    foreach ($text in $Word) { $start.ArgumentList.Add($text) }
    $start.UseShellExecute = $false
    $start.WorkingDirectory = $Caller.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = -not $MayAsk
    # A name `-` would be read from stdin.
    $start.RedirectStandardInput = -not $MayAsk
    $answer = [IO.MemoryStream]::new(65536)
    $said = [Collections.Generic.List[string]]::new()
    $activity = "azvault $(($Word -notlike '-*' | Microsoft.PowerShell.Utility\Select-Object -First 2) -join ' ')"
    $shown = $false
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $process = [Diagnostics.Process]::Start($start)
    try {
        $reading = $process.StandardOutput.BaseStream.CopyToAsync($answer)
        $next = $null
        if (-not $MayAsk) {
            if ($null -ne $Secret) { [AzVaultAnswer]::Tell($process.StandardInput.BaseStream, $Secret) }
            $process.StandardInput.Close()
            $errors = [IO.StreamReader]::new($process.StandardError.BaseStream, [Text.UTF8Encoding]::new($false))
            $next = $errors.ReadLineAsync()
        }
        # In short steps: Ctrl-C and Stop-Job end a statement of PowerShell, never one of .NET.
        while ($true) {
            if ($null -eq $next) {
                if ($process.WaitForExit(200)) { break }
            } elseif ($next.Wait(200)) {
                $line = $next.Result
                $next = if ($null -ne $line) { $errors.ReadLineAsync() }
                if ($null -eq $line) { continue }
                $said.Add($line)
                if ($null -ne $Tell) { & $Tell $line }
            }
            if ($MayAsk -or $clock.ElapsedMilliseconds -lt 1000) { continue }
            $shown = $true
            $status = if ($said.Count -gt 0) { Format-Visible $said[$said.Count - 1] } else { '{0:n0} s' -f $clock.Elapsed.TotalSeconds }
            $Caller.WriteProgress([Management.Automation.ProgressRecord]::new(1, $activity, $status))
        }
        while (-not $reading.Wait(200)) { }
        @{ Code = $process.ExitCode; Answer = $answer; Said = $said }
    } finally {
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
        if ($shown) {
            $done = [Management.Automation.ProgressRecord]::new(1, $activity, 'done')
            $done.RecordType = 'Completed'
            $Caller.WriteProgress($done)
        }
    }
}
