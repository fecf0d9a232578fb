# The first cmdlet of Az finds Az connected to the active context. Until then nothing is run; who signs Az
# in or loads contexts by hand is left alone.
& {
    $before = $ExecutionContext.InvokeCommand.PreCommandLookupAction
    $ExecutionContext.InvokeCommand.PreCommandLookupAction = {
        param($name, $lookup)

        if ($null -ne $before) { $before.Invoke($name, $lookup) }
        if ($name -notmatch '^(Az\.\w+\\)?[a-z]+-Az(?!Vault)[A-Z]') { return }
        $ExecutionContext.InvokeCommand.PreCommandLookupAction = $before
        if ($name -match '-Az(Account|ContextAutosave\w*|Config|Environment)$|(Import|Clear)-AzContext$') { return }
        try {
            Import-Module AzVault -Global -ErrorAction Stop
            AzVault\Connect-AzVault -ErrorAction Stop -InformationAction Ignore
        } catch {
            Microsoft.PowerShell.Utility\Write-Warning "Az is not connected: $($_.Exception.Message); when it can be: Connect-AzVault"
        }
    }.GetNewClosure()
}
