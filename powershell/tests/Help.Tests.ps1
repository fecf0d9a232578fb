# Help: every cmdlet, every parameter, and examples that run.
BeforeDiscovery {
    Import-Module ($env:AZVAULT_TEST | ConvertFrom-Json).Module -Force
    $examples = foreach ($command in Get-Command -Module AzVault) {
        $number = 0
        foreach ($example in (Get-Help $command.Name).examples.example) {
            $number += 1
            @{ Name = $command.Name; Number = $number; Code = $example.code }
        }
    }
}
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Push-Location $TestDrive
}
AfterAll { Pop-Location }

Describe 'help' {
    It 'has a synopsis, an example and each parameter' {
        $commands = Get-Command -Module AzVault
        $commands.Count | Should -BeGreaterThan 40
        foreach ($command in $commands) {
            $help = Get-Help $command.Name -Full
            $help.Synopsis | Should -Not -Match '^\s*$' -Because $command.Name
            @($help.examples.example).Count | Should -BeGreaterThan 0 -Because $command.Name
            foreach ($parameter in $help.parameters.parameter) {
                if ($parameter.name -in 'WhatIf', 'Confirm') { continue }
                "$($parameter.description.Text)" | Should -Not -BeNullOrEmpty -Because "$($command.Name) -$($parameter.name)"
            }
        }
    }

    It 'has a page about the module, which names only cmdlets that exist' {
        $page = Get-Help about_AzVault | Out-String
        foreach ($found in [regex]::Matches($page, '\b[A-Z][a-z]+-AzVault\w*')) {
            Get-Command $found.Value -Module AzVault -ErrorAction Ignore | Should -Not -BeNullOrEmpty -Because $found.Value
        }
        $page | Should -Match 'Connect-AzVaultAccount'
    }

    It 'the example <Number> of <Name> runs' -ForEach $examples {
        # In a PowerShell without anybody to ask, changing nothing: what is not there is an error of azvault,
        # never one of PowerShell.
        $shell = [PowerShell]::Create()
        $null = $shell.AddScript("Import-Module '$($test.Module)'; Import-Module '$($test.StandIn)' -Global; `$WhatIfPreference = `$true; Set-Location '$TestDrive'").AddStatement().AddScript($Code)
        try { $null = $shell.Invoke() } catch { $_.Exception.GetBaseException().ErrorRecord.FullyQualifiedErrorId | Should -Match '^AzVault\.' }
        foreach ($failure in $shell.Streams.Error) {
            if ($failure.CategoryInfo.Activity -in 'Get-Credential', 'Get-ChildItem', 'Get-Content' -or $failure.TargetObject -in 'Connect-MgGraph', 'Get-Credential') { continue }
            $failure.FullyQualifiedErrorId | Should -Match '^AzVault\.(?!Usage)' -Because "$failure"
        }
        $shell.Dispose()
    }
}
