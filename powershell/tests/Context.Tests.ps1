# What the cmdlets give, and the errors that they raise.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    function Get-Failure([scriptblock] $Body) { try { $null = & $Body } catch { return $_ }; throw 'nothing failed' }
    function Read-Secret([securestring] $Secret) { [Net.NetworkCredential]::new('', $Secret).Password }
}

Describe 'contexts' {
    It 'lists them by name, by pattern and by being active' {
        @(Get-AzVaultContext).Count | Should -BeGreaterOrEqual 2
        (Get-AzVaultContext -Name $test.Name.ToUpperInvariant()).Name | Should -BeExactly $test.Name
        @(Get-AzVaultContext -Name '*').Count | Should -Be @(Get-AzVaultContext).Count
        (Get-AzVaultContext -Active).Name | Should -BeExactly $test.Name
        (Get-AzVaultContext $test.Name).PSObject.TypeNames[0] | Should -Be 'AzVault.Context'
    }

    It 'keeps a name as it is: <_>' -ForEach '2026-05-06T07:08:09Z', '[ab', '-x "a" $(b) %c% '' \', '~' {
        Rename-AzVaultContext $test.Other $_ -Scope User
        try {
            (Get-AzVaultContext $_).Name | Should -BeExactly $_
            (Get-AzVaultContext | Where-Object Name -CEQ $_ | Get-AzVaultToken).Token | Should -BeOfType securestring
            $line = 'Get-AzVaultToken -Name '
            $offered = [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
            $offered.CompletionText | Should -Contain ("'" + $_.Replace("'", "''") + "'")
        } finally { Rename-AzVaultContext -Name $_ -NewName $test.Other -Scope User }
    }

    It 'takes an unfinished pattern for a name' {
        (Get-Failure { Get-AzVaultContext '[zz' -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'AzVault.NotFound,Get-AzVaultContext'
    }
}

Describe 'marks and the portal' {
    It 'marks a context, says which, and takes the mark away again' {
        $marked = Set-AzVaultContextMark $test.Other.ToUpperInvariant() -Production -Scope User -PassThru
        $marked.Name | Should -Contain $test.Other
        $marked[0].PSObject.TypeNames[0] | Should -Be 'AzVault.Context'
        function Get-Mark { (azvault context list -o json | ConvertFrom-Json).contexts.Where({ $_.name -ceq $test.Other })[0].PSObject.Properties['mark'].Value }
        Get-Mark | Should -Be 'production'
        # What is so already changes nothing.
        Set-AzVaultContextMark $test.Other -Production -Scope User -PassThru | Should -BeNullOrEmpty
        Get-AzVaultContext $test.Other | Set-AzVaultContextMark -NoProduction -Scope User
        Get-Mark | Should -BeNullOrEmpty
        Set-AzVaultContextMark $test.Other -Production -Scope User -WhatIf
        Get-Mark | Should -BeNullOrEmpty
        (Get-Failure { Set-AzVaultContextMark 'is not there' -Production -ErrorAction Stop }).FullyQualifiedErrorId |
            Should -Be 'AzVault.NotFound,Set-AzVaultContextMark'
    }

    It 'gives the address of the portal, of the active context and of another one, and says where there is none' {
        (Get-Failure { Open-AzVaultPortal -Print -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'AzVault.Unsupported,Open-AzVaultPortal'
        (Get-Failure { Open-AzVaultPortal 'is not there' -Print -ErrorAction Stop }).FullyQualifiedErrorId |
            Should -Be 'AzVault.NotFound,Open-AzVaultPortal'
        # A vault of its own, with a cloud of Microsoft's.
        $file, $session = $env:AZVAULT_FILE, $env:AZVAULT_SESSION
        $env:AZVAULT_FILE, $env:AZVAULT_SESSION = "$TestDrive/portal.db", $null
        try {
            $context = {
                param($Subscription)
                @{
                    Account      = @{ Id = 'ada@contoso.example'; Type = 'User' }
                    Tenant       = @{ Id = '72f00000-0000-4000-8000-000000000001' }
                    Environment  = @{ Name = 'AzureCloud' }
                    Subscription = @{ Id = $Subscription; Name = 'Contoso'; State = 'Enabled' }
                }
            }
            $first, $second = '5b000000-0000-4000-8000-000000000001', '5b000000-0000-4000-8000-000000000002'
            $contexts = @{ first = & $context $first; second = & $context $second }
            $saved = @{ DefaultContextKey = 'first'; EnvironmentTable = @{}; Contexts = $contexts; ExtendedProperties = @{} }
            $null = New-Item -ItemType Directory "$TestDrive/portal"
            $saved | ConvertTo-Json -Depth 9 | Set-Content "$TestDrive/portal/AzureRmContext.json"
            $null = New-AzVault -Kdf interactive -NoRecovery -PassphraseFile $test.PassphraseFile
            $null = azvault migrate run --yes --from "$TestDrive/portal" 2>&1
            $address = Open-AzVaultPortal -Print
            $address | Should -BeExactly (azvault open --print)
            $address | Should -Match "^https://portal\.azure\.com/.*$first$"
            Get-AzVaultContext second | Open-AzVaultPortal -Print | Should -Match "$second$"
        } finally {
            Lock-AzVault
            $env:AZVAULT_FILE, $env:AZVAULT_SESSION = $file, $session
        }
    }
}

Describe 'errors' {
    It 'have the category of their exit code, and a hint' {
        $failure = Get-Failure { Get-AzVaultToken -Name 'is not there' -ErrorAction Stop }
        $failure.FullyQualifiedErrorId | Should -Be 'AzVault.NotFound,Get-AzVaultToken'
        $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        $failure.Exception.Data['ExitCode'] | Should -Be 5
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'do not stop a pipeline' {
        @('is not there', $test.Name | Get-AzVaultToken -Resource keyvault -ErrorAction SilentlyContinue).Count | Should -Be 1
    }

    It 'of a locked vault name the cmdlet that unlocks it, and unlocking without a terminal says why not' {
        $before = $env:AZVAULT_PASSPHRASE_FILE
        $env:AZVAULT_PASSPHRASE_FILE = $null
        try {
            Lock-AzVault
            (Get-AzVaultStatus).State | Should -Be 'locked'
            $failure = Get-Failure { Get-AzVaultContext -ErrorAction Stop }
            $failure.FullyQualifiedErrorId | Should -Be 'AzVault.NeedsTerminal,Get-AzVaultContext'
            $failure.ErrorDetails.RecommendedAction | Should -Be 'Unlock-AzVault'
            (Get-Failure { Unlock-AzVault -ErrorAction Stop }).Exception.Message | Should -Match 'locked'
            Unlock-AzVault -PassphraseFile $test.PassphraseFile
            (Get-AzVaultStatus).State | Should -Be 'unlocked'
        } finally { $env:AZVAULT_PASSPHRASE_FILE = $before }
    }

    It 'say that azvault is missing' {
        $before = $env:PATH
        $env:PATH = [IO.Path]::GetTempPath()
        try {
            (Get-Failure { Get-AzVaultStatus -ErrorAction Stop }).FullyQualifiedErrorId | Should -Be 'AzVault.NotInstalled,Get-AzVaultStatus'
        } finally { $env:PATH = $before }
    }
}

Describe 'secrets' {
    It 'come as SecureString, and a token as text on request' {
        $token = Get-AzVaultContext $test.Name | Get-AzVaultToken -Resource keyvault
        $token.Token | Should -BeOfType securestring
        Read-Secret $token.Token | Should -BeExactly $test.KeyVaultToken
        $token.ExpiresOn | Should -BeGreaterThan ([DateTimeOffset]::Now)
        (Get-AzVaultToken $test.Name -Resource keyvault -AsPlainText).Token | Should -BeExactly $test.KeyVaultToken
        $secret = Get-AzVaultSecret | Where-Object Kind -EQ 'access_token' | Select-Object -First 1
        $secret.PSObject.Properties['Value'] | Should -BeNullOrEmpty
        ($secret | Get-AzVaultSecret -Reveal).Value | Should -BeOfType securestring
    }
}

Describe 'the module' {
    It 'calls no function that a caller defined under the name of a cmdlet' {
        $names = 'ConvertFrom-Json', 'Get-Command', 'Where-Object', 'Select-Object', 'Set-Variable', 'ForEach-Object', 'Write-Information', 'Out-Null'
        $global:stolen = 0
        foreach ($name in $names) { Set-Item "function:global:$name" { $global:stolen += 1 } }
        try { $token = Get-AzVaultToken $test.Name; $context = Get-AzVaultContext $test.Name } finally {
            foreach ($name in $names) { Remove-Item "function:$name" }
        }
        $global:stolen | Should -Be 0
        $token.Token | Should -BeOfType securestring
        $context.Name | Should -BeExactly $test.Name
    }
}
