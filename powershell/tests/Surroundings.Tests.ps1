# Whatever a session has set, defined or lies in, the cmdlets do the same.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    function Get-Failure([scriptblock] $Body) { try { $null = & $Body } catch { return $_ }; throw 'nothing failed' }
    # What a script does with the module, as a text that each test runs in its own way.
    $work = @'
        $context = Get-AzVaultContext $test.Name
        $token = $context | Get-AzVaultToken
        Select-AzVaultContext $test.Other -Scope Process
        $active = (Get-AzVaultContext -Active).Name
        Select-AzVaultContext $test.Name -Scope Process
        $ran = Invoke-AzVaultCommand $test.Name -- printf '[%s]' a '*'
        $secrets = @(Get-AzVaultSecret).Count
        Connect-AzVault $test.Name -InformationAction Ignore
        Disconnect-AzVault
        "$($context.Name) $($token.Token.GetType().Name) $active $ran $($secrets -gt 2) $((Get-AzVaultStatus).State) $($global:Az.Contexts.Count)"
'@
    $right = "$($test.Name) SecureString $($test.Other) [a][*] True unlocked 0"
    $body = [scriptblock]::Create($work)
}

Describe 'the same work' {
    BeforeEach { Reset-AzStandIn }

    It 'in StrictMode' {
        & { Set-StrictMode -Version Latest; & $body } | Should -BeExactly $right
    }

    It 'under the preference <_>' -ForEach @(
        '$VerbosePreference = "Continue"', '$DebugPreference = "Continue"', '$ErrorActionPreference = "Stop"', '$WarningPreference = "Stop"'
        '$InformationPreference = "Stop"', '$ProgressPreference = "Stop"', '$ConfirmPreference = "None"', '$OFS = "-"'
        '$PSNativeCommandUseErrorActionPreference = $true; $ErrorActionPreference = "Stop"', '$PSNativeCommandArgumentPassing = "Legacy"'
        '$PSDefaultParameterValues = @{ "*:Verbose" = $true; "Select-Object:First" = 0; "Get-Command:Name" = "x" }'
        '$OutputEncoding = [Text.Encoding]::Unicode'
    ) {
        & ([scriptblock]::Create("$_`n$work")) 4>$null 5>$null | Should -BeExactly $right
    }

    It 'in a folder of files that are called like contexts, parameters and patterns' {
        New-Item -ItemType Directory "$TestDrive/folder" | Out-Null
        Push-Location "$TestDrive/folder"
        try {
            New-Item $test.Name, $test.Other, '-Name', 'arm', 'a', '*' | Out-Null
            & $body | Should -BeExactly $right
        } finally { Pop-Location }
    }

    It 'where no file system is the place' {
        Push-Location Env:
        try { & $body | Should -BeExactly $right } finally { Pop-Location }
    }

    It 'where functions and aliases have the names of cmdlets, Az''s among them' {
        $names = 'ConvertFrom-Json', 'Get-Command', 'Where-Object', 'Select-Object', 'Set-Variable', 'ForEach-Object', 'Write-Information'
        $names += 'Connect-AzAccount', 'Get-AzContext', 'Remove-AzContext', 'Get-AzAccessToken', 'Disable-AzContextAutosave'
        $global:stolen = @()
        foreach ($name in $names) { Set-Item "function:global:$name" ([scriptblock]::Create("`$global:stolen += '$name'")) }
        Set-Alias -Scope Global Group-Object Get-Date
        try { & $body | Should -BeExactly $right } finally {
            foreach ($name in $names) { Remove-Item "function:global:$name" }
            Remove-Item Alias:Group-Object
        }
        $global:stolen | Should -BeNullOrEmpty
    }

    It 'from a function of another module, from a script, and in a runspace of its own' {
        $other = New-Module -Name Other -ScriptBlock { param($work) function Use-It { param($test) & ([scriptblock]::Create($work)) } } -ArgumentList $work
        & $other { param($test) Use-It $test } $test | Should -BeExactly $right
        Set-Content "$TestDrive/work.ps1" "[CmdletBinding()] param(`$test)`n$work"
        & "$TestDrive/work.ps1" $test -Verbose 4>$null | Should -BeExactly $right
        $shell = [PowerShell]::Create()
        $null = $shell.AddScript("param(`$test) Import-Module `$test.Module; Import-Module `$test.StandIn -Global`n$work").AddArgument($test)
        $shell.Invoke() | Should -BeExactly $right
        $shell.Streams.Error | Should -BeNullOrEmpty
        $shell.Dispose()
    }

    It 'leaves the encodings and the session''s variables as they were' {
        $before = [Console]::OutputEncoding.WebName, $OutputEncoding.WebName, $PSNativeCommandArgumentPassing, @(Get-Variable -Scope Global).Count
        $null = & $body
        [Console]::OutputEncoding.WebName, $OutputEncoding.WebName, $PSNativeCommandArgumentPassing, @(Get-Variable -Scope Global).Count | Should -Be $before
    }
}

Describe 'a session in ConstrainedLanguage' {
    It 'is told in one line why the module is not for it' {
        $said = pwsh -NoProfile -NonInteractive -Command "`$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; Import-Module '$($test.Module)'; @(Get-Command -Module AzVault).Count" 2>&1
        (-join $said) -replace '[\s|]' | Should -Match 'thelanguagemodeFullLanguage'
        "$said" | Should -Not -Match 'Class keyword'
        "$($said[-1])" | Should -Be '0'
    }
}
