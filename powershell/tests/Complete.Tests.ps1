# What completes a line: names, ids and resources; never the names of files.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    function Get-Offered([string] $Line) { [Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches.CompletionText }
    New-Item -ItemType Directory "$TestDrive/folder" | Out-Null
    Push-Location "$TestDrive/folder"
    New-Item $test.Name, 'arm', 'file' | Out-Null
    # Each parameter that takes text and no path.
    $parameters = foreach ($command in Get-Command -Module AzVault) {
        foreach ($parameter in $command.Parameters.Values) {
            if ($parameter.Name -in [Management.Automation.PSCmdlet]::CommonParameters -or $parameter.Name -match '(Path|File)$|^From$|^Also$') { continue }
            if ($parameter.ParameterType -notin [string], [string[]]) { continue }
            # Behind a program stands what is its own.
            if ($command.Name -eq 'Invoke-AzVaultCommand' -and $parameter.Name -ne 'Name') { continue }
            "$($command.Name) -$($parameter.Name) "
        }
    }
}
AfterAll { Pop-Location }

Describe 'completion' {
    It 'offers names, tenants, subscriptions, ids and resources' {
        Get-Offered 'Get-AzVaultToken ' | Should -Be "'$($test.Name)'", "'$($test.Other)'"
        Get-Offered "Get-AzVaultToken -Name s" | Should -Be "'$($test.Other)'"
        Get-Offered 'Get-AzVaultToken -Resource keyv' | Should -Be "'keyvault'"
        Get-Offered 'Get-AzVaultSecret -Id ' | Should -HaveCount @(Get-AzVaultSecret).Count
        Get-Offered 'Connect-AzVault -Tenant ' | Should -Be "'$((Get-AzVaultContext $test.Name).TenantId)'"
        Get-Offered 'Connect-AzVault -Subscription ' | Should -Be "'$((Get-AzVaultContext $test.Name).SubscriptionId)'"
        Get-Offered '(Get-AzVaultContext).Acc' | Should -Contain 'AccountId'
    }

    It 'offers no file for any parameter, unlocked or locked' {
        $parameters.Count | Should -BeGreaterThan 15
        foreach ($line in $parameters) { Get-Offered ($line + 'fil') | Should -BeNullOrEmpty -Because $line }
        $before = $env:AZVAULT_PASSPHRASE_FILE
        $env:AZVAULT_PASSPHRASE_FILE = $null
        $global:Error.Clear()
        try {
            Lock-AzVault
            foreach ($line in $parameters) {
                $offered = Get-Offered $line
                # Words that the module itself knows are no secret.
                if ($line -notmatch '-(Scope|Reach|Resource|Include|ResourceTypeName|Kind|Format|Kdf) ') { $offered | Should -BeNullOrEmpty -Because $line }
                $offered | Should -Not -MatchExactly 'file$'
            }
        } finally {
            Unlock-AzVault -PassphraseFile $test.PassphraseFile
            $env:AZVAULT_PASSPHRASE_FILE = $before
        }
    }
}
