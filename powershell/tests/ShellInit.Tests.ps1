# What a new PowerShell gets from `azvault shell-init pwsh`: a session of its own, completion, and Az.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    $init = 'azvault shell-init pwsh | Out-String | Invoke-Expression'
    function Invoke-New([string] $Script) { pwsh -NoProfile -NonInteractive -Command $Script }
    $offer = 'function Get-Offered($line) { [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText -join "," }'
    $sessionBefore, $env:AZVAULT_SESSION = $env:AZVAULT_SESSION, $null
    # An azvault that counts how often it is run.
    $real = (Get-Command azvault).Source
    $null = New-Item -ItemType Directory "$TestDrive/bin"
    Set-Content "$TestDrive/bin/azvault" "#!/bin/sh`necho `"`$1`" >> '$TestDrive/count'`nexec '$real' `"`$@`""
    chmod +x "$TestDrive/bin/azvault"
    Push-Location $TestDrive
    New-Item 'sfile' | Out-Null
}
AfterAll {
    Pop-Location
    $env:AZVAULT_SESSION = $sessionBefore
}

Describe 'shell-init pwsh' {
    It 'runs azvault twice at the start, and never for a prompt' {
        Invoke-New "`$env:PATH = '$TestDrive/bin:' + `$env:PATH; $init; 1..5 | ForEach-Object { `$null = prompt; Get-Date | Out-Null }"
        Get-Content "$TestDrive/count" | Should -Be 'shell-init', 'session'
    }

    It 'starts a session that this process leads, once, in a strict profile too' {
        $said = Invoke-New "Set-StrictMode -Version Latest; `$ErrorActionPreference = 'Stop'; `$PSNativeCommandUseErrorActionPreference = `$true; $init; `$env:AZVAULT_SESSION; $init; `$env:AZVAULT_SESSION; (azvault session show -o json | ConvertFrom-Json).leader; `$PID"
        $said[0] | Should -BeExactly $said[1]
        $said[2] | Should -Be $said[3]
    }

    It 'replaces a session that has ended, or is of another shell, with one line' {
        $env:AZVAULT_SESSION = bash -c 'azvault session start -o json; true' | ConvertFrom-Json | ForEach-Object value
        try {
            $said = Invoke-New "$init; azvault use '$($test.Other)' -q >`$null; (azvault status -o json | ConvertFrom-Json).active; `$env:AZVAULT_SESSION" 2>&1
        } finally { $was, $env:AZVAULT_SESSION = $env:AZVAULT_SESSION, $null }
        @($said | Where-Object { "$_" -match 'session' }).Count | Should -Be 1
        "$said" | Should -Match ([regex]::Escape($test.Other))
        "$($said[-1])" | Should -Not -Be $was
    }

    It 'copies the session of the shell that started it' {
        $script = 'eval "$(azvault session start)"; azvault -q use "$1" >/dev/null; pwsh -NoProfile -NonInteractive -Command "$2"; azvault status -o json'
        $said = bash -c $script bash $test.Other "$init; (azvault status -o json | ConvertFrom-Json).active; azvault -q use '$($test.Name)' >`$null"
        $said[0] | Should -BeExactly $test.Other
        ($said[-1] | ConvertFrom-Json).active | Should -BeExactly $test.Other
    }

    It 'says nothing and fails nothing without a vault, and starts a session while it is locked' {
        Invoke-New "`$env:AZVAULT_FILE = '$TestDrive/none.db'; $init; 'on'" 2>&1 | Should -Be 'on'
        $said = Invoke-New "azvault lock 2>`$null; `$env:AZVAULT_PASSPHRASE_FILE = ''; Remove-Item Env:AZVAULT_PASSPHRASE_FILE; $init; [bool]`$env:AZVAULT_SESSION" 2>&1
        $said[-1] | Should -Be 'True'
        $null = azvault unlock 2>$null
    }

    It 'completes azvault with names, commands and options' {
        $lines = 'azvault use ', 'azvault use s', 'azvault context remove x ', 'azvault --context ', 'azvault con', 'azvault token --res', 'azvault use zz'
        $said = Invoke-New "$init; $offer; foreach (`$line in '$($lines -join "','")') { '<' + (Get-Offered `$line) + '>' }"
        $names = "'$($test.Name)','$($test.Other)'"
        $said | Should -Be "<$names>", "<'$($test.Other)'>", "<$names>", "<$names>", '<connect,context>', '<--resource>', '<zz>'
    }

    It 'offers no name, and no file, while the vault is locked' {
        $said = Invoke-New "azvault lock 2>`$null >`$null; Remove-Item Env:AZVAULT_PASSPHRASE_FILE; $init; $offer; Get-Offered 'azvault use s'; Get-Offered 'azvault use '"
        $null = azvault unlock 2>$null
        $said | Should -Be 's', "''"
    }

    It 'with --az, connects Az when its first cmdlet is used, and not before' {
        $modules = Split-Path (Split-Path $test.Module)
        $script = "`$env:PSModulePath = '$($modules):' + `$env:PSModulePath; Import-Module '$($test.StandIn)'; $($init.Replace('pwsh', 'pwsh --az'))
            Get-Date | Out-Null; @(`$Az.Contexts.Keys).Count; [bool](Get-Module AzVault)
            (Get-AzContext).Name; @(`$Az.Calls -like 'import*').Count; `$null = Get-AzContext; @(`$Az.Calls -like 'import*').Count"
        Invoke-New $script | Should -Be '0', 'False', $test.Name, '1', '1'
        # Who connects Az by hand has it so.
        $script = $script.Replace('(Get-AzContext).Name', 'Clear-AzContext -Force; (Get-AzContext).Name')
        Invoke-New $script | Should -Be '0', 'False', '0', '0'
    }

    It 'with --az, says why Az is not connected' {
        $modules = Split-Path (Split-Path $test.Module)
        $said = Invoke-New "`$env:PSModulePath = '$($modules):' + `$env:PSModulePath; Import-Module '$($test.StandIn)'; $($init.Replace('pwsh', 'pwsh --az')); `$env:AZVAULT_CONTEXT = 'is not there'; Get-AzContext; 'on'" 3>&1
        "$said" -replace '\s' | Should -Match 'Azisnotconnected.*Connect-AzVault.*on$'
    }
}
