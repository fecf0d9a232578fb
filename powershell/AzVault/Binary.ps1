# The one place that runs azvault, and what becomes of its answers and errors.

# The path of azvault; ends the calling cmdlet when there is none.
function Find-AzVault {
    param([Management.Automation.PSCmdlet] $Caller)

    $found = Get-Command -Name azvault -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if ($null -eq $found) {
        $Caller.ThrowTerminatingError((New-AzVaultError -Id 'NotInstalled' -Category 'NotInstalled' `
                    -Message 'azvault is not on the PATH' `
                    -Hint 'install azvault, or add its folder to $env:PATH'))
    }
    $found.Path
}

# Runs azvault and gives its JSON document. A failure is an error of the calling cmdlet, and then
# nothing is given. Options without a value are left out; operands stand behind `--`, so that a
# name may begin with a hyphen.
function Invoke-AzVault {
    param(
        [Management.Automation.PSCmdlet] $Caller,
        [string] $Verb,
        [hashtable] $Option = @{},
        [string[]] $Operand = @(),
        # Whoever types may be asked. Then errors go to the terminal as well, beside the questions.
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
    $operands = @($Operand | Where-Object { $_ })
    if ($operands.Count -gt 0) {
        $words.Add('--')
        $words.AddRange([string[]]$operands)
    }

    $ran = Invoke-Program -Executable $executable -Word $words -MayAsk:$MayAsk
    if ($ran.Code -ne 0) {
        if ($Quiet) { return }
        $Caller.WriteError((ConvertTo-AzVaultError -Code $ran.Code -Said $ran.Said -Target ($operands -join ', ')))
        return
    }
    foreach ($line in $ran.Said) {
        if ($line.StartsWith('warning: ')) { $Caller.WriteWarning($line.Substring(9)) }
        else { $Caller.WriteVerbose($line) }
    }
    ConvertFrom-Json -InputObject $ran.Answer
}

# Runs a program: its exit code, what it answered, and its lines on stderr. A function of its own,
# because the preferences that it needs must not reach the errors of the calling cmdlet.
function Invoke-Program {
    param([string] $Executable, [string[]] $Word, [switch] $MayAsk)

    # Windows PowerShell takes each line on stderr for an error: it shall not stop at the first one.
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    $arguments = @(ConvertTo-NativeArgument $Word)
    $PSNativeCommandArgumentPassing = 'Standard'
    $encoding = [Console]::OutputEncoding
    try {
        Set-ConsoleEncoding ([Text.UTF8Encoding]::new($false))
        if ($MayAsk) { $lines = & $Executable @arguments }
        # With nothing on stdin: a name `-` would be read from there.
        else { $lines = @() | & $Executable @arguments 2>&1 }
        $code = $LASTEXITCODE
    } finally {
        Set-ConsoleEncoding $encoding
    }

    # No pipeline here: what passes through one may be logged, and an answer may hold a token.
    $answer = [Text.StringBuilder]::new()
    $said = [Collections.Generic.List[string]]::new()
    foreach ($line in $lines) {
        if ($line -is [Management.Automation.ErrorRecord]) { $said.Add($line.Exception.Message) }
        else { [void]$answer.AppendLine($line) }
    }
    @{ Code = $code; Answer = $answer.ToString(); Said = $said }
}

# Arguments as the call operator needs them for a program to get them as they are. Before version
# 7.3 PowerShell puts them between quotation marks and escapes nothing within.
function ConvertTo-NativeArgument {
    param([string[]] $Word)

    $version = $PSVersionTable.PSVersion
    if ($version.Major -gt 7 -or ($version.Major -eq 7 -and $version.Minor -ge 3)) { return $Word }
    foreach ($text in $Word) {
        if ($text -eq '') { '""'; continue }
        $text = $text -replace '(\\*)"', '$1$1\"'
        if ($text -match '\s') { $text = $text -replace '(\\+)$', '$1$1' }
        $text
    }
}

function Set-ConsoleEncoding {
    param([Text.Encoding] $Encoding)

    # A host without a console has no encoding to set: what it reads is in its own.
    try { [Console]::OutputEncoding = $Encoding } catch { Write-Debug "no console: $_" }
}

# The error that an exit code and the words on stderr are.
function ConvertTo-AzVaultError {
    param([int] $Code, [string[]] $Said, [string] $Target)

    $known = $ExitCodes[$Code]
    if ($null -eq $known) { $known = $ExitCodes[1] }
    $message = @()
    $hint = ''
    foreach ($line in $Said) {
        if ($line.StartsWith('try: ')) { $hint = $line.Substring(5) }
        elseif ($line.Trim()) { $message += $line -replace '^error: ', '' }
    }
    if ($message.Count -eq 0) { $message = @("azvault ended with code $Code") }
    New-AzVaultError -Id $known.Id -Category $known.Category -Message ($message -join "`n") -Hint $hint `
        -Target $Target -Code $Code
}

function New-AzVaultError {
    param([string] $Id, [string] $Category, [string] $Message, [string] $Hint, [string] $Target, [int] $Code)

    $exception = [InvalidOperationException]::new($Message)
    $exception.Data['ExitCode'] = $Code
    $record = [Management.Automation.ErrorRecord]::new($exception, "AzVault.$Id", $Category, $Target)
    if ($Hint) {
        $record.ErrorDetails = [Management.Automation.ErrorDetails]::new("$Message`ntry: $Hint")
        $record.ErrorDetails.RecommendedAction = $Hint
    }
    $record
}

# An object with the properties of its shape, which is given by the type's name.
function ConvertTo-AzVaultObject {
    param([string] $Type, $Document)

    $properties = [ordered]@{}
    foreach ($name in $Shapes[$Type].Keys) {
        $value = $Document
        foreach ($member in $Shapes[$Type][$name].Split('.')) {
            if ($null -eq $value) { break }
            $found = $value.PSObject.Properties[$member]
            $value = if ($null -ne $found) { $found.Value } else { $null }
        }
        if ($name -eq 'ExpiresOn' -and $null -ne $value) {
            $value = [DateTimeOffset]::FromUnixTimeSeconds($value).ToLocalTime()
        }
        $properties[$name] = $value
    }
    $object = [pscustomobject]$properties
    $object.PSObject.TypeNames.Insert(0, $Type)
    $object
}

# A secret as one, by a method: the parameters of cmdlets may be logged.
function ConvertTo-Secret {
    param([string] $Text)

    [Net.NetworkCredential]::new('', $Text).SecurePassword
}

# A name that somebody else gave, without what a terminal would obey.
function Format-Visible {
    param([string] $Text)

    $Text -replace '[\p{Cc}\p{Cf}]', '?'
}
