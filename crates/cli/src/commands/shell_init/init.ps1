# The session is started here and not when it is first needed: a function in azvault's place would
# be given its arguments without the `--` that `azvault exec NAME -- COMMAND` needs.
if (-not $env:AZVAULT_SESSION) {
    # A scope of its own: Windows PowerShell takes what is said on stderr for an error, which must
    # not end a profile that stops at errors; and the handle stays in no variable but this one.
    & {
        $ErrorActionPreference = 'Continue'
        $PSNativeCommandUseErrorActionPreference = $false
        $started = azvault session start --leader $PID -o json 2>$null
        if ($LASTEXITCODE -eq 0) {
            $env:AZVAULT_SESSION = ($started | ConvertFrom-Json).value
        }
    }
}
