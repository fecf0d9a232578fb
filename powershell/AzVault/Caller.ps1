# What an exported function takes from its caller: preferences, and the answer to a confirmation.

# The functions of a module see the preferences of the global scope only. Compiled cmdlets see those
# of the script or function that calls them, and so do the cmdlets of this module: each begins with
# this. The preferences of the caller become variables of the function that calls this one.
function Use-CallerPreference {
    param([Management.Automation.PSCmdlet] $Caller)

    foreach ($parameter in $Preferences.Keys) {
        # PowerShell has obeyed a parameter already.
        if ($Caller.MyInvocation.BoundParameters.ContainsKey($parameter)) { continue }
        $value = $Caller.GetVariableValue($Preferences[$parameter])
        if ($null -eq $value) { continue }
        Microsoft.PowerShell.Utility\Set-Variable -Name $Preferences[$parameter] -Value $value -Scope 1 `
            -WhatIf:$false -Confirm:$false -Verbose:$false -Debug:$false
    }
}

# Whether a change is to be made. Without a terminal PowerShell cannot ask and throws, which ends one
# statement and not the function: the work stands behind `if (Confirm-Change ...)`, never behind `-not`.
function Confirm-Change {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Target, [string] $Action)

    try {
        return $Caller.ShouldProcess($Target, $Action)
    } catch {
        $because = $_.Exception.GetBaseException().Message
    }
    $Caller.WriteError((New-AzVaultError -Id 'NotConfirmed' -Category 'InvalidOperation' -Target $Target -Code 14 `
                -Message "not confirmed, nothing is changed: $Action, $Target ($because)" `
                -Hint "run $($Caller.MyInvocation.MyCommand.Name) again with -Confirm:`$false"))
    return $false
}

# Text that came from outside, without what a terminal obeys: control, format and separator
# characters, among them those that change the direction of writing.
function Format-Visible {
    param([string] $Text)

    $Text -replace '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|\uDB40[\uDC00-\uDC7F]', {
        '\u{{{0:x}}}' -f [char]::ConvertToUtf32($_.Value, 0)
    }
}

# A text as it is typed. What a terminal obeys is written as an escape, for a line is shown while it is
# typed.
function Format-Literal {
    param([string] $Text)

    $shown = Format-Visible $Text
    if ($shown -ceq $Text) {
        return "'" + [Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Text) + "'"
    }
    # In a name that has none, `\u{` is what Format-Visible wrote.
    $plain = $Text -replace '[`"$\u201c-\u201e]', '`$0'
    '"' + ((Format-Visible $plain) -replace '\\u(?=\{)', '`u') + '"'
}
