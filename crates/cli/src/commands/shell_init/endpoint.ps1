# The endpoint of this shell, which ends with it. A locked vault is no reason to wait: what asks is told so.
& {
    $PSNativeCommandUseErrorActionPreference = $false
    $opened = @(azvault endpoint --for-process $PID --when-unlocked --shell pwsh)
    if ($LASTEXITCODE -eq 0 -and $opened.Count) { Invoke-Expression ($opened -join "`n") }
}
