# Names are shown without what a terminal obeys.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    # Colour, the window's title, a line that is overwritten, writing from right to left, a hidden tag.
    $evil = "e`e[31m`e]0;title`a`r" + [char]0x202E + [char]0x2028 + [char]::ConvertFromUtf32(0xE0041) + [char]0x9B
    $obeyed = '[\p{Cc}\p{Cf}\p{Zl}\p{Zp}-[\r\n]]|\uDB40[\uDC00-\uDC7F]'
    Rename-AzVaultContext $test.Other $evil -Scope User
    $env:NO_COLOR = '1'
    function Assert-Harmless($Shown) {
        # The tests run without colours: whatever a terminal would obey comes from a name.
        $text = ($Shown | Out-String) -replace "`r?`n", "`n"
        $text | Should -Not -Match $obeyed
        $text | Should -Not -Match "`r"
        $text | Should -Match 'e(\?|\\u\{1b\})\[31m'
    }
    $PSStyle.OutputRendering = 'PlainText'
}
AfterAll {
    Rename-AzVaultContext -Name $evil -NewName $test.Other -Scope User
    Select-AzVaultContext $test.Name -Scope Process
}

Describe 'a hostile name' {
    It 'in the output of every cmdlet that shows one' {
        (Get-AzVaultContext $evil).Name | Should -BeExactly $evil
        Assert-Harmless (Get-AzVaultContext $evil)
        Assert-Harmless (Get-AzVaultContext $evil | Format-List)
        Assert-Harmless (Select-AzVaultContext $evil -Scope Process -PassThru)
        Assert-Harmless (Get-AzVaultStatus)
        Assert-Harmless (Get-AzVaultStatus | Format-List)
        Assert-Harmless (Rename-AzVaultContext $evil $evil -Force -Scope User -PassThru)
        Assert-Harmless (Connect-AzVault $evil -PassThru -InformationAction Ignore)
        foreach ($show in @(
                { Get-AzVaultSubscription }, { Get-AzVaultAudit }, { Set-AzVaultContext -Subscription Sub -Name $evil -Force -Scope Process }
            )) {
            $given = & $show
            Assert-Harmless (($given | Format-List | Out-String) + 'e?[31m')
            Assert-Harmless (($given | Out-String) + 'e?[31m')
            Assert-Harmless ((@((Get-Process -Id $PID), $given) | Out-String) + 'e?[31m')
        }
    }

    It 'among objects of other types' {
        Assert-Harmless @((Get-AzVaultSecret), (Get-AzVaultContext $evil), (Get-AzVaultStatus))
        Assert-Harmless @((Get-Process -Id $PID), (Get-AzVaultContext $evil), (Get-AzVaultToken $evil))
    }

    It 'in questions, errors, messages, verbose output and what completes a line' {
        $script = "Import-Module '$($test.Module)'; Import-Module '$($test.StandIn)'; `$evil = (Get-AzVaultContext 'e*').Name; Remove-AzVaultContext `$evil -WhatIf; Remove-AzVaultContext `$evil; Get-AzVaultToken (`$evil + 'x')"
        Assert-Harmless (pwsh -NoProfile -NonInteractive -Command $script 2>&1 | ForEach-Object { "$_" })
        Assert-Harmless (Connect-AzVault $evil 6>&1 | ForEach-Object { "$_" })
        Assert-Harmless (Get-AzVaultToken $evil -Verbose 4>&1)
        $global:Az.Fault = 'Refuse'
        $null = Connect-AzVault $evil -ErrorAction SilentlyContinue -ErrorVariable failed
        Assert-Harmless (Get-Error -InputObject $failed[-1])
        $global:Az.Fault = ''
        $line = 'Get-AzVaultToken -Name e'
        $offered = [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
        Assert-Harmless $offered.ListItemText
        Assert-Harmless $offered.CompletionText.Replace('`u', '\u')
        $offered.CompletionText.ForEach({ Invoke-Expression $_ }) | Should -Contain $evil
    }
}
