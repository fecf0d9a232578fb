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
# nothing is given. An option without a value is one that was not given: no exported function takes an
# empty value. Operands stand behind `--`, so that a name may begin with a hyphen.
function Invoke-AzVault {
    param(
        [Management.Automation.PSCmdlet] $Caller,
        [string] $Verb,
        [hashtable] $Option = @{},
        [string[]] $Operand = @(),
        # The person at the terminal may be prompted.
        [switch] $MayAsk,
        # A failure is no error: nothing is given.
        [switch] $Quiet
    )

    $executable = Find-AzVault $Caller
    $words = [Collections.Generic.List[string]]::new()
    $words.AddRange($Verb.Split(' '))
    $words.AddRange([string[]]@('--output=json', '--color=never'))
    if (-not $MayAsk) { $words.Add('--no-input') }
    foreach ($name in $Option.Keys) {
        $value = $Option[$name]
        if ($value -is [switch] -or $value -is [bool]) {
            if ($value) { $words.Add("--$name") }
        } elseif ($value) {
            $words.Add("--$name=$value")
        }
    }
    if ($Operand.Count -gt 0) {
        $words.Add('--')
        $words.AddRange([string[]]$Operand)
    }

    $folder = $Caller.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    $Caller.WriteVerbose((Format-Visible "azvault $($words -join ' ')"))
    $ran = Invoke-Program -Executable $executable -Word $words -Folder $folder -MayAsk:$MayAsk
    $said = foreach ($line in $ran.Said) {
        if ($line.StartsWith('warning: ')) { $Caller.WriteWarning((Format-Visible $line.Substring(9))) }
        elseif ($line.Trim()) { $line }
    }
    if ($ran.Code -ne 0) {
        if (-not $Quiet) {
            $Caller.WriteError((ConvertTo-AzVaultError -Code $ran.Code -Said $said -Target ($Operand -join ', ')))
        }
        return
    }
    foreach ($line in $said) { $Caller.WriteVerbose((Format-Visible $line)) }
    if ($ran.Answer.Length -gt 0) { [AzVaultAnswer]::Read($ran.Answer) }
}

# Runs a program with exactly these arguments: its exit code, what it answered (which may be a secret,
# and stays bytes), and its lines on stderr. With -MayAsk terminal and stderr are the program's own.
function Invoke-Program {
    param([string] $Executable, [string[]] $Word, [string] $Folder, [switch] $MayAsk)

    $start = [Diagnostics.ProcessStartInfo]::new($Executable)
    foreach ($text in $Word) { $start.ArgumentList.Add($text) }
    $start.UseShellExecute = $false
    # The folder of PowerShell is not that of its process.
    $start.WorkingDirectory = $Folder
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = -not $MayAsk
    # A name `-` would be read from stdin.
    $start.RedirectStandardInput = -not $MayAsk
    $answer = [IO.MemoryStream]::new(65536)
    $said = @()
    $process = [Diagnostics.Process]::Start($start)
    try {
        $reading = @($process.StandardOutput.BaseStream.CopyToAsync($answer))
        if (-not $MayAsk) {
            $process.StandardInput.Close()
            $errors = [IO.StreamReader]::new($process.StandardError.BaseStream, [Text.UTF8Encoding]::new($false)).ReadToEndAsync()
            $reading += $errors
        }
        # In short steps: Ctrl-C and Stop-Job end a statement of PowerShell, never one of .NET.
        while (-not $process.WaitForExit(200)) { }
        foreach ($task in $reading) { while (-not $task.Wait(200)) { } }
        if (-not $MayAsk) { $said = $errors.Result -split "`r?`n" }
        @{ Code = $process.ExitCode; Answer = $answer; Said = $said }
    } finally {
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
    }
}
