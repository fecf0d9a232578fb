using namespace System.Management.Automation

# What completes a line. A class does it: after one PowerShell offers no file names where there is
# nothing to offer, as while the vault is locked. No error belongs into a line that is being typed.

class AzVaultCompleter : IArgumentCompleter {
    [Collections.Generic.IEnumerable[Management.Automation.CompletionResult]] CompleteArgument(
        [string] $CommandName, [string] $ParameterName, [string] $Word,
        [Management.Automation.Language.CommandAst] $Ast, [Collections.IDictionary] $Bound
    ) {
        $offered = [Collections.Generic.List[Management.Automation.CompletionResult]]::new()
        $begin = $Word.Trim("'", '"')
        foreach ($choice in Get-Choice $CommandName $ParameterName) {
            $text, $about = $choice
            if (-not $text -or -not $text.StartsWith($begin, [StringComparison]::OrdinalIgnoreCase)) { continue }
            $shown = Format-Visible $text
            $tip = if ($about) { Format-Visible $about } else { $shown }
            $offered.Add([Management.Automation.CompletionResult]::new((Format-Literal $text), $shown, 'ParameterValue', $tip))
        }
        return $offered
    }
}

# What a parameter may be given: pairs of a text and what it is.
function Get-Choice {
    param([string] $Command, [string] $Parameter)

    $ErrorActionPreference = 'Ignore'
    $noun = ($Command -split '-', 2)[-1]
    if ($Parameter -eq 'Id') {
        switch ($noun) {
            'AzVaultSecret' { foreach ($one in Get-AzVaultSecret) { , @($one.Id, "$($one.Kind) of $($one.AccountId)") } }
            'AzVaultMigration' { foreach ($one in Get-AzVaultMigration) { , @($one.Id, "$($one.Created), $($one.Files) files") } }
        }
        return
    }
    if ($Parameter -in 'Resource', 'OnlyResource') {
        foreach ($word in $ResourceWords) { , @($word, '') }
        return
    }
    $seen = [Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($context in Get-AzVaultContext) {
        $choice = switch ($Parameter) {
            'Name' { @($context.Name, "$($context.AccountId), $($context.SubscriptionName)") }
            { $_ -in 'Tenant', 'OnlyTenant' } { @($context.TenantId, $context.TenantName) }
            'Subscription' { @($context.SubscriptionId, $context.SubscriptionName) }
            'Environment' { @($context.Environment, '') }
            'Account' { @($context.AccountId, $context.AccountType) }
        }
        if ($choice -and $choice[0] -and $seen.Add($choice[0])) { , $choice }
    }
}
