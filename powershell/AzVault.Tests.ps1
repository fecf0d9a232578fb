# Tests of the module in PowerShell itself. Needs a vault with two contexts that are signed in, unlocked:
# tests/e2e/powershell.rs makes one. In place of Az.Accounts there are stand-ins that record what they
# are given.
[CmdletBinding()]
param(
    # The default context.
    [Parameter(Mandatory)] [string] $Name,
    # Another one.
    [Parameter(Mandatory)] [string] $OtherName,
    # The token for Key Vault that the vault holds.
    [Parameter(Mandatory)] [string] $KeyVaultToken,
    [Parameter(Mandatory)] [string] $PassphraseFile
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/AzVault/AzVault.psd1" -Force

$failed = 0
function Test-Claim {
    param([string] $Claim, [scriptblock] $Body)

    try {
        $wrong = @(& $Body | Where-Object { $_ -ne $true })
        $held = $wrong.Count -eq 0
        $why = $wrong -join ', '
    } catch {
        $held = $false
        $why = "$_ $($_.ScriptStackTrace)"
    }
    if ($held) { Write-Host "held: $Claim" }
    else { $script:failed += 1; Write-Host "FAILED: $Claim ($why)" }
}

# The error of what is run, which must be one and must not stop at anything else.
function Get-Failure {
    param([scriptblock] $Body)

    try { $null = & $Body } catch { return $_ }
    throw 'nothing failed'
}

function Read-Secret {
    param([securestring] $Secret)

    [Net.NetworkCredential]::new('', $Secret).Password
}

$global:Given = [Collections.Generic.List[hashtable]]::new()
$global:Refuses = $false
function global:Connect-AzAccount {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [string] $AccessToken, [string] $GraphAccessToken, [string] $KeyVaultAccessToken,
        [string] $MicrosoftGraphAccessToken, [string] $AccountId, [string] $Tenant, [string] $Environment,
        [string] $Subscription, [string] $ContextName, [string] $Scope, [switch] $SkipContextPopulation, [switch] $Force
    )
    if ($global:Refuses) { throw 'Az refuses' }
    $global:Given.Add(@{} + $PSBoundParameters)
}
function global:Disable-AzContextAutosave {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Scope)
    $global:Given.Add(@{ Autosave = $Scope })
}
function global:Remove-AzContext {
    [CmdletBinding(SupportsShouldProcess)]
    param([string] $Name, [string] $Scope, [switch] $Force)
    $global:Given.Add(@{ Removed = $Name; Scope = $Scope })
}

Test-Claim 'contexts are listed, by name, by pattern and by being active' {
    @(Get-AzVaultContext).Count -ge 2
    (Get-AzVaultContext -Name $Name.ToUpperInvariant()).Name -ceq $Name
    @(Get-AzVaultContext -Name '*').Count -eq @(Get-AzVaultContext).Count
    (Get-AzVaultContext -Active).Name -ceq $Name
    (Get-AzVaultContext $Name).PSObject.TypeNames[0] -eq 'AzVault.Context'
    (Get-AzVaultContext | Format-Table | Out-String).Contains($Name)
}

Test-Claim 'an error has the category of its exit code, and the hint' {
    $failure = Get-Failure { Get-AzVaultToken -Name 'is not there' -ErrorAction Stop }
    $failure.FullyQualifiedErrorId -eq 'AzVault.NotFound,Get-AzVaultToken'
    $failure.CategoryInfo.Category -eq 'ObjectNotFound'
    $failure.Exception.Data['ExitCode'] -eq 5
    $failure.ErrorDetails.RecommendedAction.Length -gt 0
    (Get-Failure { Get-AzVaultContext -Name 'is not there' -ErrorAction Stop }).CategoryInfo.Category -eq 'ObjectNotFound'
}

Test-Claim 'an error in a pipeline does not stop it' {
    $names = @([pscustomobject]@{ Name = 'is not there' }, [pscustomobject]@{ Name = $Name })
    @($names | Get-AzVaultToken -Resource keyvault -ErrorAction SilentlyContinue).Count -eq 1
}

Test-Claim 'a token is a SecureString, and text on request' {
    $token = Get-AzVaultContext | Where-Object Name -eq $Name | Get-AzVaultToken -Resource keyvault
    $token.Token -is [securestring]
    (Read-Secret $token.Token) -ceq $KeyVaultToken
    $token.ExpiresOn -gt [DateTimeOffset]::Now
    (Get-AzVaultToken $Name -Resource keyvault -AsPlainText).Token -ceq $KeyVaultToken
}

Test-Claim 'a secret has its value only when that is asked for' {
    $secret = Get-AzVaultSecret | Where-Object Kind -eq 'access_token' | Select-Object -First 1
    $null -eq $secret.PSObject.Properties['Value']
    ($secret | Get-AzVaultSecret -Reveal).Value -is [securestring]
}

Test-Claim 'Az gets the token in process scope, with autosave off before' {
    $global:Given.Clear()
    $connection = Get-AzVaultContext $Name | Connect-AzVault -Include KeyVault -PassThru -InformationVariable said
    $global:Given.Count -eq 2
    $global:Given[0].Autosave -eq 'Process'
    $az = $global:Given[1]
    $az.Scope -eq 'Process'
    $az.AccessToken -ceq (Get-AzVaultToken $Name -AsPlainText).Token
    $az.KeyVaultAccessToken -ceq $KeyVaultToken
    -not $az.ContainsKey('GraphAccessToken')
    $context = Get-AzVaultContext $Name
    $az.AccountId -eq $context.AccountId
    $az.Tenant -eq $context.TenantId
    $az.Subscription -eq $context.SubscriptionId
    $az.Environment -eq $context.Environment
    $az.ContextName -ceq $Name
    "$said".Contains($connection.ExpiresOn.ToString('yyyy-MM-dd HH:mm'))
}

Test-Claim 'nothing is done with -WhatIf' {
    $global:Given.Clear()
    Connect-AzVault $Name -WhatIf
    Remove-AzVaultContext $Name -WhatIf
    $global:Given.Count -eq 0
    (Get-AzVaultContext $Name).Name -ceq $Name
}

Test-Claim 'no token is in the error when Az refuses' {
    $token = (Get-AzVaultToken $Name -AsPlainText).Token
    $global:Refuses = $true
    $global:Error.Clear()
    $failure = Get-Failure { Connect-AzVault $Name -ErrorAction Stop }
    $global:Refuses = $false
    $failure.FullyQualifiedErrorId -eq 'AzVault.Az,Connect-AzVault'
    foreach ($record in @($failure) + @($global:Error)) {
        -not ($record | Format-List -Property * -Force | Out-String -Width 4096).Contains($token)
        if ($record -is [Management.Automation.ErrorRecord] -and $null -ne $record.InvocationInfo) {
            -not (@($record.InvocationInfo.BoundParameters.Values) -ccontains $token)
        }
    }
}

Test-Claim 'what Az has got is taken from it' {
    $global:Given.Clear()
    Disconnect-AzVault
    $global:Given.Count -eq 1
    $global:Given[0].Removed -ceq $Name
    $global:Given[0].Scope -eq 'Process'
    Disconnect-AzVault
    $global:Given.Count -eq 1
}

Test-Claim 'process scope is this process alone' {
    Select-AzVaultContext $OtherName -Scope Process
    (Get-AzVaultStatus).Active -ceq $OtherName
    (Get-AzVaultStatus).Default -ceq $Name
    (Select-AzVaultContext $Name -Scope Process -PassThru).Name -ceq $Name
}

Test-Claim 'a name may hold anything' {
    $odd = '-x "' + [char]0xFC + [char]0x4E2D + "' \" + '" $(b) %c%'
    (Rename-AzVaultContext $OtherName $odd -Scope User -PassThru).Name -ceq $odd
    (Get-AzVaultContext | Where-Object Name -ceq $odd) -ne $null
    (Invoke-AzVaultCommand $odd -Command sh -ArgumentList '-c', 'printf %s "$1"', 'sh', 'a "b" c') -ceq 'a "b" c'
    Rename-AzVaultContext -Name $odd -NewName $OtherName -Scope User
    (Get-AzVaultContext $OtherName).Name -ceq $OtherName
}

Test-Claim 'the exit code of a program is its own' {
    Invoke-AzVaultCommand $Name -Command sh -ArgumentList '-c', 'exit 41'
    $LASTEXITCODE -eq 41
}

Test-Claim 'names are completed' {
    $line = 'Connect-AzVault -Name '
    $completed = [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
    @($completed.CompletionMatches.CompletionText) -ccontains "'$Name'"
}

Test-Claim 'a locked vault is an error that says how to unlock it' {
    $before = $env:AZVAULT_PASSPHRASE_FILE
    $env:AZVAULT_PASSPHRASE_FILE = $null
    try {
        Lock-AzVault
        (Get-AzVaultStatus).State -eq 'locked'
        $failure = Get-Failure { Get-AzVaultContext -ErrorAction Stop }
        $failure.FullyQualifiedErrorId -eq 'AzVault.NeedsTerminal,Get-AzVaultContext'
        $failure.ErrorDetails.RecommendedAction.Contains('azvault unlock')
        Unlock-AzVault -PassphraseFile $PassphraseFile
        (Get-AzVaultStatus).State -eq 'unlocked'
    } finally {
        $env:AZVAULT_PASSPHRASE_FILE = $before
    }
}

Test-Claim 'without azvault it is said that it is missing' {
    $before = $env:PATH
    $env:PATH = [IO.Path]::GetTempPath()
    try {
        (Get-Failure { Get-AzVaultStatus -ErrorAction Stop }).FullyQualifiedErrorId -eq 'AzVault.NotInstalled,Get-AzVaultStatus'
    } finally {
        $env:PATH = $before
    }
}

Test-Claim 'every cmdlet has help with an example' {
    foreach ($command in Get-Command -Module AzVault) {
        $help = Get-Help $command.Name
        $help.Synopsis.Length -gt 0
        @($help.examples.example).Count -gt 0
    }
}

if ($failed -gt 0) { exit 1 }
