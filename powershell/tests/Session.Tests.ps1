# Process scope is this process: other processes neither see its changes nor make any in it.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    $import = "Import-Module '$($test.Module)'; "
    function Get-Active { (azvault status -o json | ConvertFrom-Json).active }
    $select = "$import Select-AzVaultContext '$($test.Other)' -Scope Process; (Get-AzVaultContext -Active).Name"
    $sessionBefore = $env:AZVAULT_SESSION
}
AfterAll { $env:AZVAULT_SESSION = $sessionBefore }

Describe 'the session of a PowerShell' {
    BeforeEach { Select-AzVaultContext $test.Name -Scope Process }

    It 'is led by it, and azvault typed in it is in it' {
        (azvault session show -o json | ConvertFrom-Json).leader | Should -Be $PID
        Select-AzVaultContext $test.Other -Scope Process
        Get-Active | Should -BeExactly $test.Other
        (Get-AzVaultStatus).Default | Should -BeExactly $test.Name
    }

    It 'is not that of a child PowerShell or of a job, which begin with what it has' {
        Select-AzVaultContext $test.Other -Scope Process
        $back = "$import (Get-AzVaultContext -Active).Name; Select-AzVaultContext '$($test.Name)' -Scope Process; (Get-AzVaultContext -Active).Name"
        pwsh -NoProfile -NonInteractive -Command $back | Should -Be $test.Other, $test.Name
        Start-Job ([scriptblock]::Create($back)) | Receive-Job -Wait -AutoRemoveJob | Should -Be $test.Other, $test.Name
        Get-Active | Should -BeExactly $test.Other
    }

    It 'is each job''s own where several select at once' {
        $names = $test.Name, $test.Other
        $jobs = foreach ($name in $names) {
            Start-Job ([scriptblock]::Create("$import Select-AzVaultContext '$name' -Scope Process; Start-Sleep 1; (Get-AzVaultContext -Active).Name"))
        }
        $jobs | Receive-Job -Wait -AutoRemoveJob | Sort-Object | Should -Be ($names | Sort-Object)
    }

    It 'is shared by the runspaces of the process' {
        $name = $test.Other
        $seen = 1..3 | ForEach-Object -Parallel {
            Import-Module ($env:AZVAULT_TEST | ConvertFrom-Json).Module
            Select-AzVaultContext $using:name -Scope Process
            $env:AZVAULT_SESSION
        }
        @($seen | Select-Object -Unique).Count | Should -Be 1
        (Get-AzVaultContext -Active).Name | Should -BeExactly $test.Other
    }

    It 'begins once where runspaces need it at once' {
        $env:AZVAULT_SESSION = $null
        $name = $test.Other
        $seen = 1..4 | ForEach-Object -Parallel {
            Import-Module ($env:AZVAULT_TEST | ConvertFrom-Json).Module
            Select-AzVaultContext $using:name -Scope Process
            $env:AZVAULT_SESSION
        }
        @($seen | Select-Object -Unique).Count | Should -Be 1
    }

    It 'leaves the shell that started it as it was' {
        $script = @'
eval "$(azvault session start)"; azvault use "$1" >/dev/null
pwsh -NoProfile -NonInteractive -Command "$3"; azvault status -o json
'@
        $said = bash -c $script bash $test.Other $test.Name ("$import (Get-AzVaultContext -Active).Name; Select-AzVaultContext '$($test.Name)' -Scope Process; (Get-AzVaultContext -Active).Name")
        $said[0..1] | Should -Be $test.Other, $test.Name
        ($said[-1] | ConvertFrom-Json).active | Should -BeExactly $test.Other
    }

    It 'begins with the context of azvault exec, directly and behind a shell' {
        $show = "$import (Get-AzVaultContext -Active).Name"
        azvault exec $test.Other -- pwsh -NoProfile -NonInteractive -Command $show | Should -BeExactly $test.Other
        azvault exec $test.Other -- sh -c 'pwsh -NoProfile -NonInteractive -Command "$1"; true' sh $show | Should -BeExactly $test.Other
    }

    It 'replaces one that has ended, with a warning' {
        $env:AZVAULT_SESSION = bash -c 'azvault session start -o json; true' | ConvertFrom-Json | ForEach-Object value
        $warned = $null
        (Get-AzVaultContext -Active -WarningVariable warned -WarningAction SilentlyContinue).Name | Should -BeExactly $test.Name
        "$warned" | Should -Match 'session'
        (azvault session show -o json | ConvertFrom-Json).leader | Should -Be $PID
    }

    It 'is not begun by what needs none' {
        $env:AZVAULT_SESSION = $null
        $null = Get-AzVaultContext
        Select-AzVaultContext $test.Name -Scope User
        $env:AZVAULT_SESSION | Should -BeNullOrEmpty
    }
}
