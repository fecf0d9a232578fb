# Signing in and out, at a small Azure of this machine: tests/peers/stack.py.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    function Get-Failure([scriptblock] $Body) { try { $null = & $Body } catch { return $_ }; throw 'nothing failed' }
    $tenant = '70000000-0000-4000-8000-000000000001'
    $application = 'a0000000-0000-4000-8000-000000000001'
    $folder = New-Item -ItemType Directory "$TestDrive/azure"
    @{
        user = 'ada@contoso.example'; home = $tenant
        tenants = @(@{ id = $tenant; name = 'Contoso'; domain = 'contoso.example'; subscriptions = @(@{ id = '50000000-0000-4000-8000-000000000001'; name = 'Sub 1' }) })
    } | ConvertTo-Json -Depth 5 | Set-Content "$folder/scenario.json"
    $start = [Diagnostics.ProcessStartInfo]::new('python3')
    foreach ($word in "$PSScriptRoot/../../tests/peers/stack.py", (Split-Path $env:AZVAULT_CA_BUNDLE), "$folder") { $start.ArgumentList.Add($word) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    $azure = [Diagnostics.Process]::Start($start)
    $origin = "https://localhost:$(($azure.StandardOutput.ReadLine() | ConvertFrom-Json).https)"

    $before, $sessionBefore = $env:AZVAULT_FILE, $env:AZVAULT_SESSION
    $env:AZVAULT_FILE = Join-Path $TestDrive 'vault.db'
    $env:AZVAULT_SESSION = $null
    @{
        Contexts = @{}; EnvironmentTable = @{ Test = @{
                Name = 'Test'; ActiveDirectoryAuthority = "$origin/"; ResourceManagerUrl = "$origin/"
                ActiveDirectoryServiceEndpointResourceId = 'https://management.test/'; AzureKeyVaultServiceEndpointResourceId = 'https://vault.test'
            } }
    } | ConvertTo-Json -Depth 5 | Set-Content "$TestDrive/cloud.json"
    $null = New-AzVault -Kdf interactive -NoRecovery -PassphraseFile $test.PassphraseFile
    $null = Start-AzVaultMigration "$TestDrive/cloud.json"
    $where = @{ Environment = 'Test'; Tenant = $tenant; TrustHost = $origin }
    $secret = 'the client secret'
    $credential = [pscredential]::new($application, (ConvertTo-SecureString $secret -AsPlainText -Force))
    function Assert-None([string] $Planted) {
        foreach ($text in [IO.File]::ReadAllText("$TestDrive/trace"), [IO.File]::ReadAllText("$TestDrive/transcript"), ($global:Error | Format-List * -Force | Out-String -Width 4096)) {
            $text | Should -Not -Match ([regex]::Escape($Planted))
        }
    }
}
AfterAll {
    $azure.StandardInput.Close()
    Lock-AzVault
    $env:AZVAULT_FILE, $env:AZVAULT_SESSION = $before, $sessionBefore
}

Describe 'Connect-AzVaultAccount' {
    It 'signs a service principal in with a credential, which is recorded nowhere' {
        $global:Error.Clear()
        $null = Start-Transcript "$TestDrive/transcript"
        (Get-Module AzVault).LogPipelineExecutionDetails = $true
        try {
            $made = Trace-Command -Name '*' -Option All -FilePath "$TestDrive/trace" -Expression {
                Connect-AzVaultAccount -ServicePrincipal -Credential $credential @where -ContextName robot -Scope CurrentUser -Verbose
            }
        } finally {
            (Get-Module AzVault).LogPipelineExecutionDetails = $false
            $null = Stop-Transcript
        }
        $made.Name | Should -Contain 'robot'
        $context = Get-AzVaultContext robot
        $context.AccountId, $context.TenantId, $context.SubscriptionName | Should -Be $application, $tenant, 'Sub 1'
        (Get-AzVaultToken robot).Token | Should -BeOfType securestring
        [IO.File]::ReadAllText("$TestDrive/transcript") | Should -Match '--secret-fd=0'
        Assert-None $secret
        # The secret arrived as it is.
        $id = (Get-AzVaultSecret | Where-Object Kind -EQ client_secret).Id
        [Net.NetworkCredential]::new('', (Get-AzVaultSecret $id -Reveal).Value).Password | Should -BeExactly $secret
    }

    It 'takes an access token as a SecureString' {
        $token = [IO.File]::ReadAllLines("$folder/issued")[-1]
        $failed = $null
        $made = Connect-AzVaultAccount -AccessToken (ConvertTo-SecureString $token -AsPlainText -Force) -AccountId $application @where -ContextName brought -Scope CurrentUser
        $made.Name | Should -Contain 'brought'
        ($global:Error | Out-String) | Should -Not -Match ([regex]::Escape($token))
    }

    It 'shows the code of a device at once, though nobody is at a terminal, or says why not' {
        $shell = [PowerShell]::Create()
        $null = $shell.AddScript("param(`$where) Import-Module '$($test.Module)'; Connect-AzVaultAccount -UseDeviceAuthentication @where -ContextName ada -Scope CurrentUser").AddArgument($where)
        $made = $shell.Invoke()
        if ($shell.HadErrors) { $shell.Streams.Error[0].FullyQualifiedErrorId | Should -Match '^AzVault\.' }
        else {
            $made.AccountId | Should -Contain 'ada@contoso.example'
            "$($shell.Streams.Information)" | Should -Match 'devicelogin|code'
        }
        $shell.Dispose()
    }

    It 'stores nothing where the sign-in fails, or is not wanted' {
        $count = @(Get-AzVaultContext).Count
        Connect-AzVaultAccount -ServicePrincipal -Credential $credential @where -ContextName no -WhatIf
        $failure = Get-Failure { Connect-AzVaultAccount -ServicePrincipal -Application $application @where -ContextName no -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'AzVault.NeedsTerminal,Connect-AzVaultAccount'
        $failure.ErrorDetails.RecommendedAction | Should -Match '-SecretFile'
        (Get-Failure { Connect-AzVaultAccount -ServicePrincipal -Credential $credential -Tenant $tenant -Environment nowhere -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault\.'
        @(Get-AzVaultContext).Count | Should -Be $count
    }
}

Describe 'Disconnect-AzVaultAccount' {
    It 'asks before an account goes, naming it and its contexts' {
        $said = pwsh -NoProfile -NonInteractive -Command "Import-Module '$($test.Module)'; Disconnect-AzVaultAccount -ContextName robot -Scope CurrentUser" 2>&1 | Out-String
        $said -replace '[\s|]' | Should -Match "notconfirmed,nothingischanged:Signout,$application"
        Get-AzVaultContext robot | Disconnect-AzVaultAccount -WhatIf
        (Get-AzVaultContext robot).Name | Should -Be 'robot'
    }

    It 'takes secrets and contexts, by account, by context and by pipeline' {
        (Disconnect-AzVaultAccount -ContextName robot -Force -Scope CurrentUser -PassThru).AccountId | Should -Be $application
        (Disconnect-AzVaultAccount -ApplicationId $application -Force -Scope CurrentUser -PassThru).AccountType | Should -Be 'AccessToken'
        Get-AzVaultContext robot -ErrorAction Ignore | Should -BeNullOrEmpty
        (Get-Failure { Disconnect-AzVaultAccount 'nobody@x.example' -Force -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault.NotFound'
        (Get-Failure { Disconnect-AzVaultAccount -ContextName robot -Force -ErrorAction Stop }).FullyQualifiedErrorId | Should -Match '^AzVault.NotFound'
    }
}
