# The session in which changes of process scope live belongs to this process: all its runspaces share
# it. Jobs, child processes and the shell that started this one have their own.

# Makes the session in the environment this process's own. One that was inherited is copied, and left
# as it is; one that has ended is replaced. Where there is none, -Needed starts one. Gives whether
# azvault may be run.
function Use-Session {
    param([Management.Automation.PSCmdlet] $Caller, [switch] $Needed, [switch] $Quiet)

    # Runspaces run at once. An interned string is one object for all of them.
    $lock = [string]::Intern('AzVault.Session')
    [Threading.Monitor]::Enter($lock)
    try {
        $named = [bool][Environment]::GetEnvironmentVariable('AZVAULT_SESSION')
        if (-not $named -and -not $Needed) { return $true }
        if ($named -and [Environment]::GetEnvironmentVariable('AZVAULT_SESSION') -ceq [AppDomain]::CurrentDomain.GetData('AzVault.Session')) {
            return $true
        }
        # Where there is no session to copy and none can be started, azvault says what it cannot keep.
        $started = Invoke-AzVault $Caller 'session start' -Quiet:($Quiet -or -not $named) -Option @{ leader = $PID; inherit = $true }
        if ($null -eq $started) { return -not $named }
        [AppDomain]::CurrentDomain.SetData('AzVault.Session', [AzVaultAnswer]::Reveal($started.value))
        [Environment]::SetEnvironmentVariable('AZVAULT_SESSION', [AzVaultAnswer]::Reveal($started.value))
        return $true
    } finally {
        [Threading.Monitor]::Exit($lock)
    }
}

# Runs azvault as this process: with its session, where one is named.
function Invoke-InSession {
    param(
        [Management.Automation.PSCmdlet] $Caller,
        [string] $Verb,
        [hashtable] $Option = @{},
        [string[]] $Operand = @(),
        # The change may be of process scope.
        [switch] $Changes,
        # Further parameters of Invoke-AzVault.
        [hashtable] $How = @{}
    )

    if (Use-Session $Caller -Needed:$Changes) {
        Invoke-AzVault $Caller $Verb -Option $Option -Operand $Operand @How
    }
}
