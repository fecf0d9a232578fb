# A confirmation that cannot be asked is a no, and what the caller prefers counts.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    $begin = "Import-Module '$($test.Module)'; Import-Module '$($test.StandIn)'; "
    function Get-Names { (azvault context list -o json | ConvertFrom-Json).contexts.name | Sort-Object }
    $before = Get-Names
    $other = $test.Other
    # Every cmdlet that asks: what it changes must be as it was.
    $changes = @(
        "Remove-AzVaultContext '$other'", "Remove-AzVaultContext '$other' -Scope User -Confirm", "Select-AzVaultContext '$other' -Scope User -Confirm"
        "Rename-AzVaultContext '$other' other -Scope User -Confirm", "Connect-AzVault '$other' -Confirm; if (`$Az.Calls.Count) { throw 'Az was changed' }"
        'Lock-AzVault -Confirm', "Unlock-AzVault -For 1m -Confirm", "Disconnect-AzVault -Confirm"
    ) -join '; '
    $few = "Remove-AzVaultContext '$other'; Select-AzVaultContext '$other' -Scope User -Confirm; Connect-AzVault '$other' -Confirm"
    function Assert-Unchanged {
        Get-Names | Should -Be $before
        (azvault status -o json | ConvertFrom-Json).default | Should -BeExactly $test.Name
        (azvault status -o json | ConvertFrom-Json).state | Should -Be 'unlocked'
    }
}

Describe 'without anybody to ask nothing is changed' {
    It 'in pwsh -NonInteractive, and each cmdlet says so' {
        $said = pwsh -NoProfile -NonInteractive -Command ($begin + $changes) 2>&1 | Out-String
        ([regex]::Matches($said, 'nothing is changed')).Count | Should -Be 7
        Assert-Unchanged
    }

    It 'with an empty standard input' {
        $null = sh -c 'exec pwsh -NoProfile -Command "$1" </dev/null 2>&1' sh ($begin + $few)
        Assert-Unchanged
    }

    It 'in a job' {
        $job = Start-Job ([scriptblock]::Create($begin + $few))
        while ($job.State -in 'NotStarted', 'Running', 'Blocked') {
            $null = Receive-Job $job -ErrorAction SilentlyContinue
            Start-Sleep -Milliseconds 100
        }
        Remove-Job $job
        Assert-Unchanged
    }

    It 'in ForEach-Object -Parallel' {
        $ErrorActionPreference = 'SilentlyContinue'
        $null = 1..2 | ForEach-Object -Parallel ([scriptblock]::Create($begin + $few)) 2>$null
        Assert-Unchanged
    }
}

Describe 'the preferences of the caller' {
    BeforeAll {
        $script = Join-Path $TestDrive 'caller.ps1'
        Set-Content $script @"
[CmdletBinding(SupportsShouldProcess)] param()
Remove-AzVaultContext '$other' -Confirm:`$false
Rename-AzVaultContext '$other' other -Scope User
Connect-AzVault '$other'
Lock-AzVault
"@
        New-Module -Name Caller -ScriptBlock {
            function Remove-It { [CmdletBinding(SupportsShouldProcess)] param($Name) Remove-AzVaultContext $Name -Confirm:$false }
            function Find-It { [CmdletBinding()] param($Name) Select-AzVaultContext $Name -Scope Process; 'went on' }
            function Show-It { [CmdletBinding()] param($Name) Get-AzVaultToken $Name }
        } | Import-Module
    }
    AfterAll { Remove-Module Caller }

    It 'count for -WhatIf of a script' {
        $calls = $global:Az.Calls.Count
        & $script -WhatIf
        Assert-Unchanged
        $global:Az.Calls.Count | Should -Be $calls
    }

    It 'count for -WhatIf of a function of another module, and for $WhatIfPreference of a scope' {
        Remove-It $other -WhatIf
        & { $WhatIfPreference = $true; Remove-AzVaultContext $other -Confirm:$false }
        Assert-Unchanged
    }

    It 'stop a script, reach its catch, and its exit code' {
        { Find-It 'is not there' -ErrorAction Stop } | Should -Throw '*is not there*'
        $caught = & { $ErrorActionPreference = 'Stop'; try { Select-AzVaultContext 'is not there' -Scope Process; 'went on' } catch { 'caught' } }
        $caught | Should -Be 'caught'
        $stops = Join-Path $TestDrive 'stops.ps1'
        Set-Content $stops "`$ErrorActionPreference = 'Stop'; $begin Select-AzVaultContext prodd -Scope Process; 'went on'"
        $said = pwsh -NoProfile -NonInteractive -File $stops 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 1
        $said | Should -Not -Match 'went on'
        Find-It 'is not there' -ErrorAction SilentlyContinue | Should -Be 'went on'
    }

    It 'count for Ignore, Verbose, and a parameter goes before them' {
        Show-It 'is not there' -ErrorAction Ignore | Should -BeNullOrEmpty
        $said = Show-It $test.Name -Verbose 4>&1 | Out-String
        $said | Should -Match 'azvault token'
        & { $WhatIfPreference = $true; $ErrorActionPreference = 'Stop'; Get-AzVaultToken 'is not there' -ErrorAction SilentlyContinue } | Should -BeNullOrEmpty
        & { $ConfirmPreference = 'None'; $WhatIfPreference = $true; Select-AzVaultContext $test.Name -Scope Process -WhatIf:$false }
        (Get-AzVaultContext -Active).Name | Should -BeExactly $test.Name
    }
}
