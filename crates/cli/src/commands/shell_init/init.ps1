# A session belongs to the shell that it was started for: one that came along from another shell's
# environment is that shell's, and this one shares it as its child.
function azvault {
    $program = (Get-Command azvault -CommandType Application | Select-Object -First 1).Source
    $needs = @('use', 'context', 'autosave', 'disconnect', 'session') -contains $args[0]
    if ($needs -and -not $env:AZVAULT_SESSION -and "$($args[0..1])" -ne 'session start') {
        $started = & $program session start --leader $PID -o json 2>$null
        if ($LASTEXITCODE -eq 0) {
            $env:AZVAULT_SESSION = ($started | ConvertFrom-Json).value
        }
    }
    if ($MyInvocation.ExpectingInput) {
        $input | & $program @args
    } else {
        & $program @args
    }
}
