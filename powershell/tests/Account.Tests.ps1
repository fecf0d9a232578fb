# What Azure PowerShell's cmdlets of contexts do, with their parameters.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    function Read-Secret([securestring] $Secret) { [Net.NetworkCredential]::new('', $Secret).Password }
    function Get-Failure([scriptblock] $Body) { try { $null = & $Body } catch { return $_ }; throw 'nothing failed' }
    # A vault of its own, with the contexts of the other one.
    $before = $env:AZVAULT_FILE
    $env:AZVAULT_FILE = Join-Path $TestDrive 'vault.db'
    $null = New-AzVault -Kdf interactive -NoRecovery -PassphraseFile $test.PassphraseFile
    Copy-Item $test.Contexts "$TestDrive/home.json"
    $null = Start-AzVaultMigration "$TestDrive/home.json"
    # A session belongs to one vault.
    $sessionBefore, $env:AZVAULT_SESSION = $env:AZVAULT_SESSION, $null
    $sp = Get-AzVaultContext $test.Other
}
AfterAll {
    Lock-AzVault
    $env:AZVAULT_FILE = $before
    $env:AZVAULT_SESSION = $sessionBefore
}

Describe 'the cmdlets of contexts' {
    It 'Set-AzVaultContext makes a context of a subscription, by id, name and pipeline' {
        $made = Set-AzVaultContext -Subscription Sub -Name one -Scope CurrentUser -ExtendedProperty @{ team = 'a=b' }
        $made.Name, $made.SubscriptionId, $made.IsActive | Should -Be 'one', $sp.SubscriptionId, $true
        $made.PSObject.TypeNames[0] | Should -Be 'AzVault.Context'
        (Get-AzVaultSubscription Sub | Set-AzVaultContext -Name two -Scope CurrentUser).Name | Should -Be 'two'
        (Set-AzVaultContext -SubscriptionId $sp.SubscriptionId -TenantId $sp.TenantId -Name three -Context $test.Other -Scope Process).AccountId | Should -Be $sp.AccountId
        (Get-Failure { Set-AzVaultContext -Subscription nowhere -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault.NotFound'
        Set-AzVaultContext -Subscription Sub -Name four -WhatIf
        Get-AzVaultContext 'four*' | Should -BeNullOrEmpty
    }

    It 'Remove-AzVaultContext takes names, lists and objects, and gives them back' {
        (Remove-AzVaultContext one -Force -PassThru -Scope CurrentUser).Name | Should -Be 'one'
        'two' | Remove-AzVaultContext -Confirm:$false -Scope CurrentUser
        Get-AzVaultContext two -ErrorAction Ignore | Should -BeNullOrEmpty
        Remove-AzVaultContext three -Force -WhatIf
        Select-AzVaultContext $test.Name -Scope Process
    }

    It 'Get-AzVaultContext -ListAvailable lists them all, as Get-AzContext does' {
        @(Get-AzVaultContext -ListAvailable).Count | Should -Be @(Get-AzVaultContext).Count
    }

    It 'Get-AzVaultSubscription finds by id, name and pattern' {
        (Get-AzVaultSubscription $sp.SubscriptionId).SubscriptionName | Should -Be 'Sub'
        (Get-AzVaultSubscription 'S*').Contexts | Should -Contain $test.Other
        (Get-AzVaultSubscription -TenantId $sp.TenantId).SubscriptionId | Should -Be $sp.SubscriptionId
        (Get-Failure { Get-AzVaultSubscription nowhere -ErrorAction Stop }).ErrorDetails.RecommendedAction | Should -Be 'Get-AzVaultSubscription -Refresh'
    }

    It 'autosave is switched in both scopes' {
        (Get-AzVaultAutosave).Mode | Should -Be 'CurrentUser'
        (Disable-AzVaultAutosave -Scope Process).Mode | Should -Be 'Process'
        (Enable-AzVaultAutosave -Scope Process).Mode | Should -Be 'CurrentUser'
        Disable-AzVaultAutosave -Scope CurrentUser -WhatIf
        (Get-AzVaultAutosave).User | Should -Not -Be 'Process'
    }

    It 'saved contexts come back by Import-AzVaultContext' {
        $secret = Join-Path $TestDrive 'export-passphrase'
        Set-Content $secret 'a long enough passphrase of words 7'
        chmod 600 $secret
        $saved = Save-AzVaultContext "$TestDrive/sealed" -ExportPassphraseFile $secret -PassThru
        $saved.Length | Should -BeGreaterThan 100
        (Get-Failure { Save-AzVaultContext "$TestDrive/sealed" -ExportPassphraseFile $secret -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault.Exists'
        (Get-Failure { Save-AzVaultContext "$TestDrive/other" -ErrorAction Stop }).ErrorDetails.RecommendedAction | Should -Match '-ExportPassphraseFile'
        Remove-AzVaultContext $test.Other -Force -Scope CurrentUser
        Import-AzVaultContext "$TestDrive/sealed" -ExportPassphraseFile $secret -WhatIf
        Get-AzVaultContext $test.Other -ErrorAction Ignore | Should -BeNullOrEmpty
        (Get-Item "$TestDrive/sealed" | Import-AzVaultContext -ExportPassphraseFile $secret -Scope CurrentUser).Name | Should -Contain $test.Other
        (Get-AzVaultContext $test.Other).AccountId | Should -Be $sp.AccountId
    }

    It 'Clear-AzVaultContext asks, and clears this process alone in the scope Process' {
        Clear-AzVaultContext -Scope CurrentUser -WhatIf
        Clear-AzVaultContext -Scope Process -Force
        Get-AzVaultContext | Should -BeNullOrEmpty
        $env:AZVAULT_SESSION = $null
        @(Get-AzVaultContext).Count | Should -BeGreaterThan 1
    }
}

Describe 'Get-AzVaultToken' {
    BeforeAll { $own = $env:AZVAULT_FILE; $env:AZVAULT_FILE = $before }
    AfterAll { $env:AZVAULT_FILE = $own }

    It 'takes the words of Get-AzAccessToken' {
        (Get-AzVaultToken $test.Name -ResourceTypeName KeyVault -AsSecureString).Token | Should -BeOfType securestring
        Read-Secret (Get-AzVaultToken $test.Name -ResourceUrl 'https://vault.azure.net').Token | Should -BeExactly $test.KeyVaultToken
        Read-Secret (Get-AzVaultToken $test.Name -ResourceUrl 'https://vault.azure.net/.default').Token | Should -BeExactly $test.KeyVaultToken
        Read-Secret (Get-AzVaultToken $test.Name -Scopes 'https://vault.azure.net/.default').Token | Should -BeExactly $test.KeyVaultToken
        (Get-Failure { Get-AzVaultToken $test.Name -AsPlainText -AsSecureString }).FullyQualifiedErrorId | Should -Match '^AzVault.Usage'
        (Get-Failure { Get-AzVaultToken $test.Name -Resource nothing -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault\.'
    }
}
