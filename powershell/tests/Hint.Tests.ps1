# Errors are in the words of somebody in PowerShell: one error a failure, hints that are cmdlets.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    Import-Module $test.Module -Force
    Import-Module $test.StandIn -Force -Global
    $module = Get-Module AzVault
}

Describe 'a hint of azvault' {
    It 'becomes <Typed>' -ForEach @(
        @{ Said = 'azvault context list, then azvault use NAME'; Typed = 'Get-AzVaultContext, then Select-AzVaultContext -Scope Process NAME' }
        @{ Said = 'azvault secret show ID --reveal, or azvault token --context x -o json'; Typed = 'Get-AzVaultSecret -Id ID -Reveal, or Get-AzVaultToken -Name x' }
        @{ Said = "azvault context remove 'a'\''b' --yes"; Typed = "Remove-AzVaultContext 'a''b' -Confirm:`$false" }
        @{ Said = 'azvault exec NAME -- az login --yes'; Typed = 'Invoke-AzVaultCommand NAME -- az login --yes' }
        @{ Said = 'eval "$(azvault session start)"'; Typed = 'azvault session start --shell pwsh | Invoke-Expression' }
        @{ Said = 'if you know them: --confirm https://x'; Typed = 'if you know them: -TrustHost https://x' }
        @{ Said = 'unset AZVAULT_SESSION'; Typed = 'Remove-Item Env:AZVAULT_SESSION' }
        @{ Said = 'export AZVAULT_FILE=/tmp/x'; Typed = '$env:AZVAULT_FILE = ''/tmp/x''' }
        @{ Said = 'azvault session show --verbose'; Typed = 'azvault session show --verbose' }
        @{ Said = 'azvault scan -o sarif, or azvault scan -o json'; Typed = 'azvault scan -o sarif, or Find-AzVaultLeftover' }
        @{ Said = 'azvault status --anchor shows it'; Typed = 'azvault status --anchor shows it' }
        @{ Said = 'azvault --context a context set b --force'; Typed = 'azvault --context a context set b --force' }
        @{ Said = 'azvault context set b --context a --force'; Typed = 'Set-AzVaultContext b -Context a -Force' }
        @{ Said = 'azvault connect --confirm https://x --tenant=t'; Typed = 'Connect-AzVaultAccount -TrustHost https://x -Tenant t' }
        @{ Said = 'there is no context -- at all'; Typed = 'there is no context -- at all' }
    ) {
        & $module { param($text) ConvertTo-CmdletText $text } $Said | Should -BeExactly $Typed
    }

    It 'is a command of this module, in an error' {
        $failures = @()
        Get-AzVaultToken 'is not there' -ErrorAction SilentlyContinue -ErrorVariable +failures
        Select-AzVaultContext 'is not there' -ErrorAction SilentlyContinue -ErrorVariable +failures
        Invoke-AzVaultCommand 'is not there' -ErrorAction SilentlyContinue -ErrorVariable +failures -- true
        $failures.Count | Should -Be 3
        foreach ($failure in $failures) {
            $failure.ErrorDetails.RecommendedAction | Should -Match '-AzVault'
            $failure.ErrorDetails.RecommendedAction | Should -Not -Match '\bazvault '
            "$failure" | Should -Not -Match 'hint|try:'
        }
    }
}

Describe 'a failure' {
    It 'of Az is one error' {
        Reset-AzStandIn
        $global:Az.Fault = 'Refuse'
        $global:Error.Clear()
        Connect-AzVault $test.Name -ErrorAction SilentlyContinue -ErrorVariable failed
        Reset-AzStandIn
        @($failed).Count | Should -Be 1
        $global:Error.Count | Should -Be 1
    }
}

Describe 'parameters behind the program' {
    It 'are the program''s after --, whatever they are called' {
        Invoke-AzVaultCommand $test.Name -- printf '[%s]' -verbose -c -Name x -- -y | Should -Be '[-verbose][-c][-Name][x][--][-y]'
        Invoke-AzVaultCommand $test.Name -- printf '[%s]' -ErrorAction Stop -ArgumentList | Should -Be '[-ErrorAction][Stop][-ArgumentList]'
    }

    It 'are refused without it: <_>' -ForEach '-verbose', '-c', '-Name x', '-v', '-i' {
        $failure = try { Invoke-Expression "Invoke-AzVaultCommand '$($test.Name)' printf '[%s]' $_" } catch { $_ }
        $failure.FullyQualifiedErrorId | Should -Match '^AzVault.Usage|^AmbiguousParameter|^ParameterAlreadyBound|^MissingArgument'
    }

    It 'may be those that no program has' {
        Invoke-AzVaultCommand $test.Name printf '[%s]' x -ErrorAction Stop | Should -Be '[x]'
        Invoke-AzVaultCommand $test.Name printf -ArgumentList '[%s]', x | Should -Be '[x]'
        Invoke-AzVaultCommand -Verbose $test.Name printf '[%s]' x 4>$null | Should -Be '[x]'
    }
}
