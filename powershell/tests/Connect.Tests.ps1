# Contexts of the vault are contexts of Az: what Az gets, with which accounts it then asks, and that all of it
# is taken back.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    function Read-Secret([securestring] $Secret) { [Net.NetworkCredential]::new('', $Secret).Password }
    $context = Get-AzVaultContext $test.Name
    $other = Get-AzVaultContext $test.Other
    $subscription = '5b000000-0000-4000-8000-0000000000bb'
    # Az's own: of the same identity, and of somebody else.
    function Add-Own { Add-AzStandIn own $context.AccountId $context.TenantId $context.SubscriptionId User 'old token' }
    function Add-Foreign { Add-AzStandIn foreign 'bob@example.com' $context.TenantId $context.SubscriptionId User }
    function Get-Grant { @((azvault grant list -o json --no-input | ConvertFrom-Json).grants | Where-Object process -EQ $PID) }
    function Get-Variables { (Get-ChildItem Env: | Where-Object Name -Match '^(IDENTITY|MSI|AZURE|ARM|AZD|AzContext|NO_PROXY)' | ForEach-Object { "$($_.Name)=$($_.Value)" }) -join "`n" }
    function Get-Asked([string] $Name) { $null = Select-AzContext $Name -Scope Process; (Get-AzAccessToken).Token }
    function Get-Vaults([string] $Name) { Read-Secret (Get-AzVaultToken $Name).Token }
    $variables = Get-Variables
}
AfterAll { Disconnect-AzVault; Reset-AzStandIn }

Describe 'Connect-AzVault' {
    BeforeEach { Disconnect-AzVault; Reset-AzStandIn }

    It 'gives Az contexts without a secret, with autosave off before' {
        $connection = $test.Name, $test.Other | Connect-AzVault -PassThru -InformationVariable said
        $global:Az.Calls | Should -Be 'autosave Process', 'import Process'
        $connection.Name | Should -Be $test.Name, $test.Other
        "$said" | Should -Match 'Az has .* until Disconnect-AzVault'
        $global:Az.Contexts.Keys | Sort-Object | Should -Be ($test.Name, $test.Other | Sort-Object)
        $az = Get-AzContext
        $az.Name, $az.Account.Id, $az.Account.Type, $az.Tenant.Id, $az.Subscription.Id |
            Should -Be $test.Name, $context.AccountId, 'ManagedService', $context.TenantId, $context.SubscriptionId
        foreach ($secret in $test.ClientSecret, $test.KeyVaultToken, $env:IDENTITY_HEADER) { $global:Az.Imported.Contains($secret) | Should -BeFalse }
        # The file is gone; nothing of it is readable for others while it is there.
        Get-ChildItem $env:AZURE_CONFIG_DIR -Filter AzureRmContext.json | Should -BeNullOrEmpty
    }

    It 'has each context ask as its own account, for every resource, whatever is selected' {
        Connect-AzVault $test.Name, $test.Other
        foreach ($round in 1..3) {
            Get-Asked $test.Other | Should -BeExactly (Get-Vaults $test.Other)
            Get-Asked $test.Name | Should -BeExactly (Get-Vaults $test.Name)
        }
        (Get-AzAccessToken -ResourceTypeName KeyVault).Token | Should -BeExactly $test.KeyVaultToken
        # A context that Az made of one asks as the same.
        Set-AzContext -Subscription $subscription -Name made -Scope Process
        Get-Asked made | Should -BeExactly (Get-Vaults $test.Name)
        # In threads, with the variables of the process.
        $asked = 1..4 | ForEach-Object -Parallel {
            $all = $using:Az
            Import-Module $using:test.StandIn -Global
            $global:Az = $all
            (Get-AzAccessToken).Token
        }
        $asked | Sort-Object -Unique | Should -BeExactly (Get-Vaults $test.Name)
    }

    It 'takes the active context where none is named, and all of them' {
        (Connect-AzVault -PassThru).Name | Should -Be $test.Name
        Disconnect-AzVault
        @(Connect-AzVault -All -PassThru).Count | Should -Be @(Get-AzVaultContext).Count
        (Get-AzContext).Name | Should -Be $test.Name
    }

    It 'serves what it gave before beside what is added, with one grant' {
        Connect-AzVault $test.Name
        $first = Get-Grant
        Connect-AzVault $test.Other
        (Get-AzContext).Name | Should -Be $test.Other
        $grant = Get-Grant
        $grant.Count | Should -Be 1
        $grant.id | Should -Not -Be $first.id
        $grant.verb | Should -Be 'endpoint'
        $grant.accounts | Sort-Object | Should -Be ($context.AccountId, $other.AccountId | Sort-Object)
        Get-Asked $test.Name | Should -BeExactly (Get-Vaults $test.Name)
        Get-Asked $test.Other | Should -BeExactly (Get-Vaults $test.Other)
    }

    It 'removes contexts of the same identity first, in process scope, and no others' {
        Add-Foreign; Add-Own
        Add-AzStandIn elsewhere $context.AccountId $context.TenantId $subscription User
        Add-AzStandIn $test.Other 'bob@example.com' x y User
        Connect-AzVault $test.Name, $test.Other
        $global:Az.Calls | Should -Contain 'remove own Process'
        $global:Az.Calls | Should -Contain "remove $($test.Other) Process"
        $global:Az.Contexts.Keys | Sort-Object | Should -Be ('elsewhere', 'foreign', $test.Name, $test.Other | Sort-Object)
        Connect-AzVault $test.Name
        $global:Az.Contexts.Count | Should -Be 4
        Disconnect-AzVault
        $global:Az.Contexts.Keys | Sort-Object | Should -Be 'elsewhere', 'foreign'
    }

    It 'fails where Az has not got the contexts, and leaves what was: <_>' -ForEach 'Refuse', 'OtherTenant', 'OtherToken', 'ForgetSubscription', 'KeepAutosave' {
        Add-Own; Add-Foreign
        $global:Az.Fault = $_
        Connect-AzVault $test.Name -ErrorAction SilentlyContinue -ErrorVariable failed -PassThru | Should -BeNullOrEmpty
        @($failed).Count | Should -Be 1
        $failed[-1].FullyQualifiedErrorId | Should -Be 'AzVault.Az,Connect-AzVault'
        $global:Az.Contexts.Keys | Sort-Object | Should -Be 'foreign', 'own'
        (Get-AzContext).Name | Should -Be 'foreign'
        $global:Az.Contexts['own'].Account.AccessToken | Should -Be 'old token'
        Get-Grant | Should -BeNullOrEmpty
        Get-Variables | Should -BeExactly $variables
        { Connect-AzVault $test.Name -ErrorAction Stop } | Should -Throw
    }

    It 'keeps what Az has from before where a second connection fails' {
        Connect-AzVault $test.Name
        $global:Az.Fault = 'OtherTenant'
        Connect-AzVault $test.Other -ErrorAction SilentlyContinue
        $global:Az.Fault = ''
        Get-Asked $test.Name | Should -BeExactly (Get-Vaults $test.Name)
        (Get-Grant).Count | Should -Be 1
    }

    It 'does nothing for a context that is not there' {
        Connect-AzVault 'is not there' -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[-1].FullyQualifiedErrorId | Should -Match '^AzVault.NotFound'
        $global:Az.Calls.Count | Should -Be 0
        Get-Grant | Should -BeNullOrEmpty
    }

    It 'gives an access token to an Az that asks no endpoint' {
        $module = Get-Module AzVault
        & $module { function script:Test-AzAsksEndpoint { $false } }
        try {
            (Connect-AzVault $test.Name -PassThru).ExpiresOn | Should -BeGreaterThan ([DateTimeOffset]::Now)
            (Get-AzContext).Account.Type | Should -Be 'AccessToken'
            Get-Grant | Should -BeNullOrEmpty
        } finally {
            Disconnect-AzVault
            Import-Module $test.Module -Force
        }
    }

    It 'says why while the vault is locked, at once, and goes on afterwards' {
        Connect-AzVault $test.Name
        Lock-AzVault
        $clock = [Diagnostics.Stopwatch]::StartNew()
        { Get-AzAccessToken } | Should -Throw '*locked*'
        $clock.ElapsedMilliseconds | Should -BeLessThan 2000
        Unlock-AzVault -PassphraseFile $test.PassphraseFile
        Get-Asked $test.Name | Should -BeExactly (Get-Vaults $test.Name)
    }
}

Describe 'Disconnect-AzVault' {
    BeforeEach { Disconnect-AzVault; Reset-AzStandIn }

    It 'takes back every context of an account that was served, the endpoint and the variables' {
        Add-Foreign
        Connect-AzVault $test.Name, $test.Other
        Set-AzContext -Subscription $subscription -Name made -Scope Process
        $endpoint, $header = $env:IDENTITY_ENDPOINT, $env:IDENTITY_HEADER
        Disconnect-AzVault
        $global:Az.Contexts.Keys | Should -Be 'foreign'
        Get-Grant | Should -BeNullOrEmpty
        Get-Variables | Should -BeExactly $variables
        # Nobody gets anything by what was in the environment.
        $until = [DateTime]::Now.AddSeconds(10)
        do { $answers = try { Invoke-RestMethod -NoProxy "${endpoint}?api-version=2019-08-01&resource=https://vault.azure.net" -Headers @{ 'X-IDENTITY-HEADER' = $header } } catch { $null } } while ($answers -and [DateTime]::Now -lt $until)
        $answers | Should -BeNullOrEmpty
    }

    It 'takes one back, and goes on serving the others alone' {
        Connect-AzVault $test.Name, $test.Other
        Disconnect-AzVault $test.Name
        $global:Az.Contexts.Keys | Should -Be $test.Other
        (Get-Grant).accounts | Should -Be $other.AccountId
        Get-Asked $test.Other | Should -BeExactly (Get-Vaults $test.Other)
        Disconnect-AzVault $test.Other
        Get-Grant | Should -BeNullOrEmpty
        Get-Variables | Should -BeExactly $variables
    }

    It 'after the module was imported again, or removed' {
        Connect-AzVault $test.Name
        Import-Module $test.Module -Force
        Disconnect-AzVault
        $global:Az.Contexts.Count | Should -Be 0
        Connect-AzVault $test.Name
        Remove-Module AzVault
        Import-Module $test.Module
        Disconnect-AzVault
        $global:Az.Contexts.Count | Should -Be 0
        Get-Grant | Should -BeNullOrEmpty
    }

    It 'closes the endpoint after Clear-AzContext, without an error' {
        Connect-AzVault $test.Name
        Clear-AzContext -Scope Process -Force
        Disconnect-AzVault -ErrorAction Stop
        Get-Grant | Should -BeNullOrEmpty
        Disconnect-AzVault -ErrorAction Stop
    }

    It 'also from Az''s file, where Set-AzContext -Scope CurrentUser has written it' {
        Connect-AzVault $test.Name
        Set-AzContext -Subscription $subscription -Name made -Scope CurrentUser
        $file = Join-Path $global:Az.Folder $global:Az.File
        Get-Content $file -Raw | Should -Match 'ManagedService'
        Disconnect-AzVault
        Get-Content $file -Raw | Should -Not -Match 'ManagedService'
        $global:Az.Contexts.Count | Should -Be 0
    }

    It 'takes nothing with -WhatIf' {
        Connect-AzVault $test.Name
        Disconnect-AzVault -WhatIf
        $global:Az.Contexts.Keys | Should -Be $test.Name
        Get-Asked $test.Name | Should -BeExactly (Get-Vaults $test.Name)
    }

    It 'is not needed where the process ends' {
        $script = "Import-Module '$($test.Module)'; Import-Module '$($test.StandIn)' -Global; Connect-AzVault '$($test.Name)'; [Environment]::ProcessId"
        $ended = (& ([Environment]::ProcessPath) -NoProfile -NonInteractive -c $script)[-1]
        $until = [DateTime]::Now.AddSeconds(10)
        do { $left = @((azvault grant list -o json --no-input | ConvertFrom-Json).grants | Where-Object process -EQ $ended) } while ($left -and [DateTime]::Now -lt $until)
        $left | Should -BeNullOrEmpty
    }
}
