# How Az is used: by its own cmdlets, whose words are kept and whose error records are not.

# A cmdlet of Az; $null where this release has none. Az is named with its module: a function that somebody
# defined under the name of a cmdlet would be given the token.
function Find-AzCommand {
    param([string] $Name)

    Microsoft.PowerShell.Core\Get-Command -Name "Az.Accounts\$Name" -ErrorAction Ignore
}

function Assert-AzAccounts {
    param([Management.Automation.PSCmdlet] $Caller)

    if ($null -ne (Find-AzCommand 'Connect-AzAccount')) { return }
    $Caller.ThrowTerminatingError((New-AzVaultError -Id 'AzNotInstalled' -Category 'NotInstalled' `
                -Message 'Az.Accounts is not installed, the module of Connect-AzAccount' `
                -Hint 'Install-Module Az.Accounts -Scope CurrentUser'))
}

# Az takes a token as a parameter, and parameters are written down where module logging is on for Az or
# ParameterBinding is traced. Then no token is given.
function Assert-NothingRecorded {
    param([Management.Automation.PSCmdlet] $Caller)

    $module = (Find-AzCommand 'Connect-AzAccount').Module
    $because = if ($null -ne $module -and $module.LogPipelineExecutionDetails) {
        "module logging is on for $($module.Name)"
    } elseif ((Microsoft.PowerShell.Utility\Get-TraceSource -Name 'ParameterBinding').Options -ne 'None') {
        'ParameterBinding is traced'
    }
    if (-not $because) { return }
    $Caller.ThrowTerminatingError((New-AzVaultError -Id 'Recorded' -Category 'SecurityError' -Code 7 `
                -Message "$because, which would write down the token that Az is given" `
                -Hint 'azvault exec NAME -- pwsh, and in it: Connect-AzAccount -Identity -Scope Process'))
}

# Has Az do something: what it gave, and in Failed its words where it failed. An error record of Az
# carries the parameters that Az was given, tokens among them: none gets into $Error, nor into the
# -ErrorVariable of a caller, which takes what happens in the pipeline of its own.
function Invoke-Az {
    param([scriptblock] $What)

    $ErrorActionPreference = 'Stop'
    $WarningPreference = 'SilentlyContinue'
    $newest = if ($global:Error.Count -gt 0) { $global:Error[0] } else { $null }
    $apart = [PowerShell]::Create('CurrentRunspace')
    try {
        $null = $apart.AddScript('try { @{ Answer = @(& $args[0]); Failed = $null } } catch { @{ Answer = @(); Failed = "$($_.Exception.Message)" } }')
        $done = $apart.AddArgument($What).Invoke()[0]
    } finally {
        $apart.Dispose()
    }
    if ($null -eq $done.Failed) { return $done }
    while ($global:Error.Count -gt 0 -and -not [object]::ReferenceEquals($global:Error[0], $newest)) {
        $global:Error.RemoveAt(0)
    }
    if (-not $done.Failed) { $done.Failed = 'Az failed and did not say why' }
    $done
}

function Write-AzError {
    param([Management.Automation.PSCmdlet] $Caller, [string] $Name, [string[]] $Word)

    $Caller.WriteError((New-AzVaultError -Id 'Az' -Category 'ConnectionError' -Message ($Word -join "`n") -Target $Name))
}

# Whether this Az asks the endpoint of App Service: Az 1 asks another one.
function Test-AzAsksEndpoint {
    $module = (Find-AzCommand 'Connect-AzAccount').Module
    $null -ne $module -and $module.Version.Major -ge 2 -and $null -ne (Find-AzCommand 'Import-AzContext')
}

# In Invoke-Az: Az saves no context by itself in this process.
function Disable-AzAutosave {
    Az.Accounts\Disable-AzContextAutosave -Scope Process -Confirm:$false
    if ($null -ne (Find-AzCommand 'Get-AzContextAutosaveSetting')) {
        $mode = (Az.Accounts\Get-AzContextAutosaveSetting -Scope Process).Mode
        if ($mode -and $mode -ne 'Process') { throw "Az still saves contexts by itself: autosave is $mode" }
    }
}

# The contexts that Az has in this process.
function Get-AzList {
    foreach ($context in (Invoke-Az { Az.Accounts\Get-AzContext -ListAvailable }).Answer) {
        if ($null -ne [AzVaultGiven]::Member($context, 'Account.Id')) { $context }
    }
}

# The context that Az acts as, if any.
function Get-AzCurrent {
    foreach ($context in (Invoke-Az { Az.Accounts\Get-AzContext }).Answer) {
        if ($null -ne [AzVaultGiven]::Member($context, 'Account.Id')) { $context }
    }
}

# The digest of the token that Az uses as its current context, asked for as any cmdlet of Az would;
# releases without Get-AzAccessToken show it in the context.
function Get-AzTokenDigest {
    $command = Find-AzCommand 'Get-AzAccessToken'
    if ($null -eq $command) { return [AzVaultGiven]::DigestIn((Get-AzCurrent)) }
    $option = @{}
    if ($command.Parameters.ContainsKey('AsSecureString')) { $option.AsSecureString = $true }
    $asked = Invoke-Az { Az.Accounts\Get-AzAccessToken @option }
    foreach ($answer in $asked.Answer) { return [AzVaultGiven]::Digest($answer.Token) }
}

# The file in which Az keeps contexts of the scope CurrentUser; nothing where this release does not say.
function Get-AzFile {
    if ($null -eq (Find-AzCommand 'Get-AzContextAutosaveSetting')) { return }
    foreach ($setting in (Invoke-Az { Az.Accounts\Get-AzContextAutosaveSetting -Scope CurrentUser }).Answer) {
        $folder = [AzVaultGiven]::Member($setting, 'ContextDirectory')
        $name = [AzVaultGiven]::Member($setting, 'ContextFile')
        if ($folder -and $name -and $folder -ne 'None') { return [IO.Path]::Combine($folder, $name) }
    }
}
