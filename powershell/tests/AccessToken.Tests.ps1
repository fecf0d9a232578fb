# What Az gets with access tokens, whether it acts as the context, and that all of it is taken back.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    function Read-Secret([securestring] $Secret) { [Net.NetworkCredential]::new('', $Secret).Password }
    $context = Get-AzVaultContext $test.Name
    $token = Read-Secret (Get-AzVaultToken $test.Name).Token
    # A context of Az's own, of the same identity, of the same name, and of somebody else.
    function Add-Own { Add-AzStandIn own $context.AccountId $context.TenantId $context.SubscriptionId User 'old token' }
    function Add-Foreign { Add-AzStandIn foreign 'bob@example.com' $context.TenantId $context.SubscriptionId User }
    function Get-Held { $global:Az.Contexts.Values.Where({ $_.Account.AccessToken -eq $token }).Name }
}
Describe 'Connect-AzVault -AccessToken' {
    BeforeEach { Disconnect-AzVault; Reset-AzStandIn }

    It 'gives the token in process scope, with autosave off before' {
        $connection = $context | Connect-AzVault -Include KeyVault -PassThru -InformationVariable said
        $global:Az.Calls | Should -Be 'autosave Process', "connect $($test.Name) Process AccessToken KeyVaultAccessToken"
        $az = Get-AzContext
        $az.Account.AccessToken | Should -BeExactly $token
        $az.Account.Id, $az.Tenant.Id, $az.Subscription.Id, $az.Name | Should -Be $context.AccountId, $context.TenantId, $context.SubscriptionId, $context.Name
        "$said" | Should -Match ([regex]::Escape($connection.ExpiresOn.ToString('yyyy-MM-dd HH:mm')))
    }

    It 'takes the active context where none is named, several by name, and all of them' {
        (Connect-AzVault -AccessToken -PassThru).Name | Should -Be $test.Name
        (Connect-AzVault -AccessToken $test.Other, $test.Name -PassThru).Name | Should -Be $test.Other, $test.Name
        (Get-AzContext).Name | Should -Be $test.Name
        Disconnect-AzVault
        @(Connect-AzVault -AccessToken -All -PassThru).Count | Should -Be @(Get-AzVaultContext).Count
        (Get-AzContext).Name | Should -Be $test.Name
        $connection = Connect-AzVault -AccessToken $test.Name -Tenant $context.TenantId -PassThru
        $connection.Name | Should -Be $test.Name
    }

    It 'removes contexts of the same identity first, in process scope, and no others' {
        Add-Foreign; Add-Own
        Connect-AzVault -AccessToken $test.Name
        $global:Az.Calls | Should -Contain 'remove own Process'
        $global:Az.Contexts.Keys | Should -Be 'foreign', $test.Name
        (Get-AzContext).Account.AccessToken | Should -BeExactly $token
    }

    It 'covers a context of the same name that is somebody else''s' {
        Add-AzStandIn $test.Name 'bob@example.com' x y User
        Connect-AzVault -AccessToken $test.Name
        (Get-AzContext).Account.Id | Should -Be $context.AccountId
    }

    It 'keeps the contexts that it gave before' {
        Connect-AzVault -AccessToken $test.Name
        Connect-AzVault -AccessToken $test.Other
        $global:Az.Contexts.Keys | Should -Be $test.Name, $test.Other
        Connect-AzVault -AccessToken $test.Name
        $global:Az.Contexts.Keys | Should -Be $test.Other, $test.Name
    }

    It 'fails where Az does not act as the context, and leaves what Az had: <_>' -ForEach 'Refuse', 'OtherTenant', 'OtherToken', 'ForgetSubscription', 'KeepAutosave' {
        Add-Own; Add-Foreign
        $global:Az.Fault = $_
        Connect-AzVault -AccessToken $test.Name -ErrorAction SilentlyContinue -ErrorVariable failed -PassThru | Should -BeNullOrEmpty
        $failed[-1].FullyQualifiedErrorId | Should -Be 'AzVault.Az,Connect-AzVault'
        Get-Held | Should -BeNullOrEmpty
        $global:Az.Contexts.Keys | Sort-Object | Should -Be 'foreign', 'own'
        (Get-AzContext).Name | Should -Be 'foreign'
        $global:Az.Contexts['own'].Account.AccessToken | Should -Be 'old token'
        { Connect-AzVault -AccessToken $test.Name -ErrorAction Stop } | Should -Throw
    }

    It 'fails so too where Az had nothing before: <_>' -ForEach 'Refuse', 'OtherTenant', 'OtherToken', 'ForgetSubscription', 'KeepAutosave' {
        $global:Az.Fault = $_
        Connect-AzVault -AccessToken $test.Name -ErrorAction SilentlyContinue -ErrorVariable failed
        "$failed" | Should -Not -Match 'put back'
        $global:Az.Contexts.Count | Should -Be 0
    }

    It 'does nothing for a context that is not there' {
        Connect-AzVault -AccessToken 'is not there' -ErrorAction SilentlyContinue
        $global:Az.Calls.Count | Should -Be 0
    }
}

Describe 'Disconnect-AzVault' {
    BeforeEach { Disconnect-AzVault; Reset-AzStandIn }

    It 'takes back every context that has a token of azvault, and nothing else' {
        Add-Foreign
        Connect-AzVault -AccessToken $test.Name
        Set-AzContext -Subscription 5b000000-0000-4000-8000-0000000000bb -Name made -Scope Process
        Connect-AzVault -AccessToken $test.Other
        @(Get-Held).Count | Should -Be 2
        Disconnect-AzVault $test.Name
        $global:Az.Contexts.Keys | Should -Be 'foreign', $test.Other
        Disconnect-AzVault
        $global:Az.Contexts.Keys | Should -Be 'foreign'
    }

    It 'after the module was imported again, or removed' {
        Connect-AzVault -AccessToken $test.Name
        Import-Module $test.Module -Force
        Disconnect-AzVault
        $global:Az.Contexts.Count | Should -Be 0
        Connect-AzVault -AccessToken $test.Name
        Remove-Module AzVault
        Import-Module $test.Module
        Disconnect-AzVault
        $global:Az.Contexts.Count | Should -Be 0
    }

    It 'also from Az''s file, where Set-AzContext -Scope CurrentUser has written it' {
        Connect-AzVault -AccessToken $test.Name
        Set-AzContext -Subscription 5b000000-0000-4000-8000-0000000000bb -Name made -Scope CurrentUser
        $file = Join-Path $global:Az.Folder $global:Az.File
        Get-Content $file -Raw | Should -Match ([regex]::Escape($token))
        Disconnect-AzVault
        Get-Content $file -Raw | Should -Not -Match ([regex]::Escape($token))
        $global:Az.Contexts.Count | Should -Be 0
    }

    It 'and warns of one in Az''s file that Az does not know in this process' {
        Connect-AzVault -AccessToken $test.Name
        Write-AzStandIn $test.Name
        Clear-AzContext -Scope Process -Force
        Disconnect-AzVault -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -Match ([regex]::Escape("Remove-AzContext -Name '$($test.Name)' -Scope CurrentUser"))
    }

    It 'in another runspace' {
        Connect-AzVault -AccessToken $test.Name
        1 | ForEach-Object -Parallel {
            $test = $env:AZVAULT_TEST | ConvertFrom-Json
            $global:Az = $using:Az
            Import-Module $test.Module
            $made, $global:Az = $global:Az, $null
            Import-Module $test.StandIn -Global
            $global:Az = $made
            Disconnect-AzVault
        }
        $global:Az.Contexts.Count | Should -Be 0
    }

    It 'has nothing to do, and no error, after Clear-AzContext' {
        Connect-AzVault -AccessToken $test.Name
        Clear-AzContext -Scope Process -Force
        Disconnect-AzVault -ErrorAction Stop
        Disconnect-AzVault $test.Name -ErrorAction Stop
        Connect-AzVault -AccessToken $test.Name
        Disconnect-AzVault -ErrorAction Stop
        $global:Az.Contexts.Count | Should -Be 0
    }

    It 'says so of a name that it knows nothing of' {
        { Disconnect-AzVault 'is not there' -ErrorAction Stop } | Should -Throw '*no context is not there*'
    }

    It 'takes nothing with -WhatIf' {
        Connect-AzVault -AccessToken $test.Name
        Disconnect-AzVault -WhatIf
        Get-Held | Should -Be $test.Name
    }
}
