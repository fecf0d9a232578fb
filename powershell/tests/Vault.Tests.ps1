# The vault itself: made, checked, migrated into, backed up; ways to unlock, policy and audit.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    function Get-Failure([scriptblock] $Body) { try { $null = & $Body } catch { return $_ }; throw 'nothing failed' }
    $before, $sessionBefore = $env:AZVAULT_FILE, $env:AZVAULT_SESSION
    # A session belongs to one vault.
    $env:AZVAULT_SESSION = $null
    $env:AZVAULT_FILE = Join-Path $TestDrive 'vault.db'
    New-Item -ItemType Directory "$TestDrive/home" | Out-Null
    $original = "$TestDrive/home/AzureRmContext.json"
    Copy-Item $test.Contexts $original
    $bytes = [IO.File]::ReadAllBytes($original)
}
AfterAll {
    $env:AZVAULT_FILE, $env:AZVAULT_SESSION = $before, $sessionBefore
}

Describe 'a vault from its making to its backup' {
    AfterAll { Lock-AzVault }

    It 'New-AzVault makes it, once' {
        New-AzVault -NoRecovery -WhatIf
        (Get-AzVaultStatus).State | Should -Be 'absent'
        $made = New-AzVault -Kdf interactive -NoRecovery -PassphraseFile $test.PassphraseFile
        $made.Vault | Should -Be $env:AZVAULT_FILE
        $made.Id | Should -Match '^[0-9a-f]{32}$'
        (Get-Failure { New-AzVault -NoRecovery -PassphraseFile $test.PassphraseFile -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault.Exists'
    }

    It 'Find-AzVaultLeftover finds what lies there, by path and by pipeline' {
        $found = Find-AzVaultLeftover $TestDrive/home -WarningVariable warned -WarningAction SilentlyContinue
        $found.Path, $found.Severity | Should -Be $original, 'critical'
        "$warned" | Should -Match '1 file'
        (Get-ChildItem "$TestDrive/home" | Find-AzVaultLeftover -WarningAction SilentlyContinue).Path | Should -Be $original
        @() | Find-AzVaultLeftover | Should -BeNullOrEmpty
        New-Item -ItemType Directory "$TestDrive/empty" | Out-Null
        Find-AzVaultLeftover "$TestDrive/empty" | Should -BeNullOrEmpty
        (Get-Failure { Find-AzVaultLeftover "$TestDrive/nowhere" -ErrorAction Stop -WarningAction Stop }) | Should -Not -BeNullOrEmpty
    }

    It 'a migration is planned, run, tested, completed, undone and forgotten' {
        $plan = Get-AzVaultMigrationPlan "$TestDrive/home"
        $plan.Contexts.Name | Should -Contain $test.Name
        $plan.Secrets.Count | Should -Be 3
        Start-AzVaultMigration "$TestDrive/home" -WhatIf
        Get-AzVaultMigration | Should -BeNullOrEmpty
        $done = Start-AzVaultMigration "$TestDrive/home"
        $done.Contexts, $done.Secrets, $done.Changed | Should -Be 2, 3, $true
        $done.Id | Should -Be (Get-AzVaultMigration).Id
        ($done | Test-AzVaultMigration).Equal | Should -BeTrue
        (Get-AzVaultMigration | Get-AzVaultMigration).Sources.Path | Should -Be $original

        Complete-AzVaultMigration -WhatIf
        Test-Path $original | Should -BeTrue
        $clean = Complete-AzVaultMigration -Force
        $clean.Removed | Should -Be $original
        "$($clean.Then)" | Should -Match 'Connect-AzVaultAccount -ServicePrincipal'
        Test-Path $original | Should -BeFalse
        Undo-AzVaultMigration -WhatIf
        Test-Path $original | Should -BeFalse
        (Undo-AzVaultMigration $done.Id -Confirm:$false).FullName | Should -Be $original
        [Linq.Enumerable]::SequenceEqual([byte[]][IO.File]::ReadAllBytes($original), [byte[]]$bytes) | Should -BeTrue
        Get-AzVaultMigration | Remove-AzVaultMigration -Confirm:$false
        (Get-AzVaultMigration).Sealed | Should -Be 0
        (Get-Failure { Undo-AzVaultMigration -Confirm:$false -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault\.'
    }

    It 'what differs from the originals is said' {
        $null = Start-AzVaultMigration "$TestDrive/home"
        Set-Content $original ([IO.File]::ReadAllText($original).Replace($test.ClientSecret, 'another-secret-1'))
        $compared = Test-AzVaultMigration -WarningAction SilentlyContinue
        if ($null -ne $compared) { $compared.Equal | Should -BeFalse; $compared.Differences | Should -Not -BeNullOrEmpty }
        [IO.File]::WriteAllBytes($original, $bytes)
    }

    It 'Test-AzVault looks at its surroundings and at itself' {
        $checks = Test-AzVault -WarningAction SilentlyContinue
        $checks.Name | Should -Contain 'vault-file'
        "$($checks.Advice)" | Should -Not -Match '\bazvault key'
        (Test-AzVault -Integrity).IsWhole, (Test-AzVault -Integrity -Quick).Depth | Should -Be $true, 'quick'
        Test-AzVaultAudit | Should -BeTrue
    }

    It 'Get-AzVaultAudit gives what was done, by verb, subject and time' {
        $entries = Get-AzVaultAudit
        $entries.Verb | Should -Contain 'migrate run'
        $entries[0].Time | Should -BeOfType DateTimeOffset
        ($entries | Where-Object Verb -EQ 'migrate run')[0].Subjects | Should -Contain "context $($test.Name)"
        @(Get-AzVaultAudit -Newest 1).Count | Should -Be 1
        (Get-AzVaultAudit -Verb 'migrate run' -Since (Get-Date).AddHours(-1)).Verb | Select-Object -Unique | Should -Be 'migrate run'
        Get-AzVaultAudit -Until (Get-Date).AddDays(-1) | Should -BeNullOrEmpty
    }

    It 'keys are listed, added and removed' {
        (Get-AzVaultKey).Kind | Should -Be 'passphrase'
        $added = Add-AzVaultKey Raw "$TestDrive/raw" -Label ci
        $added.Kind, $added.Label | Should -Be 'raw-key', 'ci'
        (Add-AzVaultKey Recovery "$TestDrive/recovery").Kind | Should -Be 'recovery-code'
        [IO.File]::Exists("$TestDrive/recovery") | Should -BeTrue
        Get-AzVaultKey | Where-Object Label -EQ ci | Remove-AzVaultKey -Confirm:$false
        (Get-AzVaultKey).Kind | Should -Be 'passphrase', 'recovery-code'
        (Get-Failure { Remove-AzVaultKey 77 -Confirm:$false -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault\.'
        Set-AzVaultPassphrase -Kdf interactive -WhatIf
        Update-AzVaultKey -WhatIf
    }

    It 'policy is shown and checked' {
        $null = New-Item -ItemType Directory -Force "$HOME/.config/azvault"
        Set-Content "$HOME/.config/azvault/policy.toml" "[unlock]`nmax-for = `"2h`""
        try {
            $member = Get-AzVaultPolicy -ErrorAction SilentlyContinue -ErrorVariable failed
            if (-not $failed) { $member[0].Value | Should -Not -BeOfType securestring; $member[0].Line | Should -BeGreaterThan 0 }
        } finally { Remove-Item "$HOME/.config/azvault/policy.toml" }
        Test-AzVaultPolicy | Should -BeNullOrEmpty
        Set-Content "$TestDrive/policy.toml" "[nonsense]`nx = 1"
        $found = Test-AzVaultPolicy "$TestDrive/policy.toml" -WarningAction SilentlyContinue
        $found[0].What, $found[0].Advice | Should -Not -BeNullOrEmpty
    }

    It 'backups are made, listed and restored' {
        $made = New-AzVaultBackup "$TestDrive/backups/one.db" -ErrorAction SilentlyContinue
        if ($null -eq $made) { $null = New-Item -ItemType Directory "$TestDrive/backups" -Force; chmod 700 "$TestDrive/backups"; $made = New-AzVaultBackup "$TestDrive/backups/one.db" }
        $made.Contexts | Should -Be 2
        $listed = Get-AzVaultBackup "$TestDrive/backups"
        $listed.Path, $listed.State | Should -Be "$TestDrive/backups/one.db", 'whole'
        $listed.Modified | Should -BeOfType DateTimeOffset
        (Get-Failure { $listed | Restore-AzVaultBackup -Confirm:$false -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault\.'
        $listed | Restore-AzVaultBackup -Force -WhatIf
        $listed | Restore-AzVaultBackup -Force -Confirm:$false -ErrorAction Stop
        (Get-AzVaultAudit -Newest 1 -Verb 'backup restore').Verb | Should -Be 'backup restore'
    }
}

Describe 'long work' {
    It 'shows that it goes on, and ends that, without being asked for more' {
        $shell = [PowerShell]::Create()
        $folder = New-Item -ItemType Directory "$TestDrive/slow"
        # An azvault that takes two seconds.
        Set-Content "$folder/azvault" "#!/bin/sh`necho reading files >&2`nsleep 2`necho '{`"schema`":1,`"ok`":true}'"
        chmod +x "$folder/azvault"
        $path = $env:PATH
        $env:PATH = "${folder}:$path"
        try {
            $null = $shell.AddScript("Import-Module '$($test.Module)'; Test-AzVaultAudit")
            $shell.Invoke() | Should -BeTrue
        } finally { $env:PATH = $path }
        $seen = $shell.Streams.Progress.ReadAll()
        $seen.Count | Should -BeGreaterThan 1
        $seen[0].Activity, $seen[0].StatusDescription | Should -Be 'azvault audit verify', 'reading files'
        $seen[-1].RecordType | Should -Be 'Completed'
        $shell.Dispose()
    }

    It 'shows nothing for what is short' {
        $shell = [PowerShell]::Create()
        $null = $shell.AddScript("Import-Module '$($test.Module)'; Get-AzVaultPolicy").Invoke()
        $shell.Streams.Progress.ReadAll() | Where-Object Activity -Like 'azvault*' | Should -BeNullOrEmpty
        $shell.Dispose()
    }
}
