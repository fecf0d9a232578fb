# What is typed is handed over word by word, and nothing of it is evaluated.
Register-ArgumentCompleter -Native -CommandName azvault -ScriptBlock {
    param($word, $command, $cursor)

    $words = @(foreach ($element in $command.CommandElements) {
            if ($element.Extent.EndOffset -ge $cursor) { continue }
            if ($element -is [Management.Automation.Language.StringConstantExpressionAst]) { $element.Value } else { "$element" }
        })
    $azvault = Get-Command azvault -CommandType Application -TotalCount 1
    $found = @(& $azvault complete --shell powershell -- @words "$word".Trim("'", '"') 2>$null)
    foreach ($line in $found) {
        $text, $about = "$line" -split "`t", 2
        if (-not $about) { $about = $text }
        $typed = if ($text -match '[\s''"(){}$;&|<>@#,`]') { "'" + $text.Replace("'", "''") + "'" } else { $text }
        [Management.Automation.CompletionResult]::new($typed, $text, 'ParameterValue', $about)
    }
}
