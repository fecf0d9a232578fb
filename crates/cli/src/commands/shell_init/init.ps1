# A scope of its own: Windows PowerShell takes what is said on stderr for an error, which must not end
# a profile that stops at errors; and the handle stays in no variable but this one.
& {
    $ErrorActionPreference = 'Continue'
    $PSNativeCommandUseErrorActionPreference = $false
    # A handle that came along in the environment of another shell (tmux, an editor, nohup), or whose
    # session has ended, is dropped with a line that says so.
    if ($env:AZVAULT_SESSION) {
        azvault session check
        if ($LASTEXITCODE -eq 4) { Remove-Item Env:AZVAULT_SESSION }
    }
    # The session is started here and not when it is first needed: a function in azvault's place would
    # be given its arguments without the `--` that `azvault exec NAME -- COMMAND` needs.
    if (-not $env:AZVAULT_SESSION) {
        $started = azvault session start --leader $PID -o json 2>$null
        if ($LASTEXITCODE -eq 0) {
            $env:AZVAULT_SESSION = ($started | ConvertFrom-Json).value
        }
    }
}
