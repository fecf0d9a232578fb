# No parameter, and nothing that passes through a pipeline, holds a secret: those may be written down.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    Reset-AzStandIn
    function Read-Secret([securestring] $Secret) { [Net.NetworkCredential]::new('', $Secret).Password }
    $ids = (Get-AzVaultSecret).Id
    $secrets = @(foreach ($id in $ids) { Read-Secret (Get-AzVaultSecret $id -Reveal).Value })
    $secrets += Read-Secret (Get-AzVaultToken $test.Other).Token
    Select-AzVaultContext $test.Name -Scope Process
    $secrets += $env:AZVAULT_SESSION
    function Assert-None($Text, $Name) { $secrets.Where({ $Text.Contains($_) }).Count | Should -Be 0 -Because $Name }
}

Describe 'what is recorded has no secret' {
    It 'by Trace-Command, of every source' {
        $secrets.Count | Should -BeGreaterThan 5
        $file = "$TestDrive/trace"
        Trace-Command -Name '*' -Option All -FilePath $file -Expression {
            foreach ($id in $ids) { $null = Get-AzVaultSecret $id -Reveal }
            $null = Get-AzVaultToken $test.Name -Resource keyvault
            $null = Get-AzVaultToken $test.Other
            $env:AZVAULT_SESSION = $null
            Select-AzVaultContext $test.Name -Scope Process
        }
        $secrets += $env:AZVAULT_SESSION
        $text = [IO.File]::ReadAllText($file)
        $text | Should -Match 'Get-AzVaultSecret'
        Assert-None $text 'trace'
    }

    It 'in a transcript, verbose and debug output, and errors' {
        $file = "$TestDrive/transcript"
        $null = Start-Transcript $file -IncludeInvocationHeader
        $global:Error.Clear()
        Get-AzVaultToken $test.Name -Verbose -Debug
        Get-AzVaultSecret $ids[0] -Reveal -Verbose
        Connect-AzVault $test.Name -AccessToken -Verbose -PassThru
        Connect-AzVault $test.Name -Verbose -PassThru
        $secrets += $env:IDENTITY_HEADER
        $global:Az.Fault = 'Refuse'
        Connect-AzVault $test.Other -Verbose -ErrorAction SilentlyContinue -ErrorVariable failed
        $global:Az.Fault = ''
        $null = Stop-Transcript
        $failed[-1].FullyQualifiedErrorId | Should -Be 'AzVault.Az,Connect-AzVault'
        Assert-None ([IO.File]::ReadAllText($file)) 'transcript'
        foreach ($record in @($failed) + @($global:Error)) {
            Assert-None ($record | Format-List -Property * -Force | Out-String -Width 4096) 'error'
            if ($record -is [Management.Automation.ErrorRecord]) { Assert-None "$($record.InvocationInfo.BoundParameters.Values)" 'bound parameters' }
        }
    }
}

Describe 'Az, which takes tokens as parameters, gets none' {
    AfterEach { (Get-Module Az.Accounts).LogPipelineExecutionDetails = $false }

    It 'while module logging is on for it' {
        (Get-Module Az.Accounts).LogPipelineExecutionDetails = $true
        $global:Az.Calls.Clear()
        { Connect-AzVault $test.Name -AccessToken -ErrorAction Stop } | Should -Throw '*module logging is on for Az.Accounts*'
        $global:Az.Calls.Count | Should -Be 0
    }

    It 'while ParameterBinding is traced' {
        $global:Az.Calls.Clear()
        Trace-Command -Name ParameterBinding -FilePath "$TestDrive/az" -Expression {
            try { Connect-AzVault $test.Name -AccessToken -ErrorAction Stop } catch { $script:said = "$_" }
        }
        $script:said | Should -BeLike '*ParameterBinding is traced*'
        $global:Az.Calls.Count | Should -Be 0
    }

    It 'and contexts without any while all of that is recorded' {
        (Get-Module Az.Accounts).LogPipelineExecutionDetails = $true
        (Get-Module AzVault).LogPipelineExecutionDetails = $true
        $file = "$TestDrive/endpoint"
        try { Trace-Command -Name '*' -Option All -FilePath $file -Expression { Connect-AzVault $test.Name } }
        finally { (Get-Module AzVault).LogPipelineExecutionDetails = $false }
        (Get-AzContext).Account.Type | Should -Be 'ManagedService'
        $secrets += $env:IDENTITY_HEADER, ($env:MSI_ENDPOINT -split '/')[3], $env:AZD_AUTH_KEY
        Assert-None ([IO.File]::ReadAllText($file)) 'trace'
        Disconnect-AzVault
    }

    It 'though it gets one while module logging is on for AzVault alone' {
        (Get-Module AzVault).LogPipelineExecutionDetails = $true
        try { Connect-AzVault $test.Name -AccessToken } finally { (Get-Module AzVault).LogPipelineExecutionDetails = $false }
        $global:Az.Calls | Should -Contain "connect $($test.Name) Process AccessToken"
    }
}
