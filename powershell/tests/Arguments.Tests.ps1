# Arguments reach azvault and programs as they are, and an empty name is nobody's.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    function Get-Failure([scriptblock] $Body) { try { $null = & $Body } catch { return $_ }; throw 'nothing failed' }
}

Describe 'nothing is expanded against the current folder' {
    BeforeAll {
        New-Item -ItemType Directory "$TestDrive/folder" | Out-Null
        Push-Location "$TestDrive/folder"
        New-Item $test.Other | Out-Null
    }
    AfterAll { Pop-Location }

    It 'in a name: <_>' -ForEach '*', 's*', '?*', '[s]*', '~' {
        $pattern = $_
        (Get-Failure { Remove-AzVaultContext $pattern -Confirm:$false -ErrorAction Stop }).Exception.Message | Should -Match 'no context'
        (Get-Failure { Get-AzVaultToken $pattern -ErrorAction Stop }).Exception.Message | Should -Match 'no context'
        Rename-AzVaultContext $test.Other $pattern -Scope User
        Rename-AzVaultContext $pattern $test.Other -Scope User
        (Get-AzVaultContext $test.Other).Name | Should -BeExactly $test.Other
    }

    It 'in the arguments of a program, which are what they were' {
        $words = '*', '~', '[s]*', 'a "b" c', '', "it's", '$x`', '\', '--', '-x:y', ([char]0xFC + "`n")
        $told = Invoke-AzVaultCommand $test.Name -Command printf -ArgumentList (@('[%s]') + $words)
        $told -join "`n" | Should -BeExactly (-join $words.ForEach({ "[$_]" }))
    }
}

Describe 'a program' {
    It 'gets the values of a list, and what comes by the pipeline on its standard input' {
        $list = 'x', 'y'
        Invoke-AzVaultCommand $test.Name -- printf '[%s]' a $list | Should -Be '[a][x][y]'
        'one', 'two' | Invoke-AzVaultCommand $test.Name -- cat -n - | Should -Be "     1`tone", "     2`ttwo"
        @() | Invoke-AzVaultCommand $test.Name -- sh -c 'cat; echo end' | Should -Be 'end'
    }

    It 'is run for each context that comes by the pipeline' {
        $names = Get-AzVaultContext $test.Name, $test.Other | Invoke-AzVaultCommand -Command azvault -ArgumentList status, -o, json
        ($names | ConvertFrom-Json).active | Should -Be $test.Name, $test.Other
    }

    It 'is run with the options of azvault exec' {
        Invoke-AzVaultCommand $test.Name -EnvToken 'TAKEN=keyvault' -AllAccounts -- sh -c 'printf %s "$TAKEN"' | Should -BeExactly $test.KeyVaultToken
        Invoke-AzVaultCommand $test.Other -EnvPrincipal -- sh -c 'printf %s "$AZURE_CLIENT_SECRET"' | Should -BeExactly $test.ClientSecret
        Invoke-AzVaultCommand $test.Name -EnvPrincipal -ErrorAction SilentlyContinue -ErrorVariable failed -- true
        $failed.Count | Should -BeGreaterThan 0
    }

    It 'streams its output' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $first = Invoke-AzVaultCommand $test.Name -- sh -c 'echo first; sleep 60' | Select-Object -First 1
        $first | Should -Be 'first'
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 50
    }

    It 'that fails is an error with its exit code' {
        Invoke-AzVaultCommand $test.Name -ErrorAction SilentlyContinue -ErrorVariable failed -- sh -c 'echo out; exit 41' | Should -Be 'out'
        $LASTEXITCODE | Should -Be 41
        $failed[0].FullyQualifiedErrorId | Should -Be 'AzVault.ProgramFailed,Invoke-AzVaultCommand'
        $failed[0].Exception.Data['ExitCode'] | Should -Be 41
        (Get-Failure { Invoke-AzVaultCommand $test.Name -ErrorAction Stop -- false }).Exception.Message | Should -Match 'false ended with exit code 1'
        (Get-Failure { Invoke-AzVaultCommand $test.Name -ErrorAction Stop -- no-such-program }).FullyQualifiedErrorId | Should -Match 'ChildNotFound'
    }

    It 'is not run with a context that is not there' {
        (Get-Failure { Invoke-AzVaultCommand 'is not there' -ErrorAction Stop -- touch "$TestDrive/ran" }).FullyQualifiedErrorId | Should -Match 'AzVault.NotFound'
        Test-Path "$TestDrive/ran" | Should -BeFalse
    }
}

Describe 'an empty value is an error' {
    It 'and never the active context: <_>' -ForEach @(
        'Get-AzVaultToken -Name $empty', 'Get-AzVaultToken $empty', 'Connect-AzVault -Name $empty', 'Connect-AzVault $empty'
        'Disconnect-AzVault -Name $empty', 'Get-AzVaultContext -Name $empty', 'Select-AzVaultContext $empty', 'Remove-AzVaultContext $empty -Confirm:$false'
        'Rename-AzVaultContext $empty x', 'Rename-AzVaultContext x $empty', 'Invoke-AzVaultCommand $empty -- true', 'Get-AzVaultSecret -Id $empty'
        'Get-AzVaultToken -Tenant $empty', 'Get-AzVaultToken -Resource $empty', 'Connect-AzVault -Subscription $empty', 'Connect-AzVault -Tenant $empty'
        '[pscustomobject]@{ Name = $empty } | Get-AzVaultToken', '[pscustomobject]@{ Name = $empty } | Connect-AzVault', '$empty | Get-AzVaultToken'
        '[pscustomobject]@{ Other = 1 } | Get-AzVaultToken', '"Name,Other`n,1" | ConvertFrom-Csv | Get-AzVaultToken'
        'Unlock-AzVault -For $empty', 'Unlock-AzVault -PassphraseFile $empty'
    ) {
        foreach ($empty in $null, '') {
            $before = $global:Az.Calls.Count
            $given = @()
            try { $given = @(Invoke-Expression $_ -ErrorVariable failed -ErrorAction SilentlyContinue); $said = $failed } catch { $said = $_ }
            $given | Should -BeNullOrEmpty
            $said | Should -Not -BeNullOrEmpty
            $global:Az.Calls.Count | Should -Be $before
        }
    }
}
