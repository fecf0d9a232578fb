function Invoke-AzVaultCommand {
    <#
    .SYNOPSIS
    Runs a program with a context, as azvault exec does.
    .DESCRIPTION
    The program, and what it starts, gets tokens from an identity endpoint on this machine: az, azd,
    Terraform and the SDKs need no sign-in. Its output is the output, as of a program that PowerShell
    runs itself. Its exit code is in $LASTEXITCODE; one that is not 0 is an error, which
    -ErrorAction rules. Its arguments are passed on exactly as they are.
    .PARAMETER Name
    The context's name, in any case.
    .PARAMETER Command
    The program.
    .PARAMETER ArgumentList
    Its arguments; a list among them is several. Where one of them begins with a hyphen, write --
    before the program.
    .PARAMETER AllAccounts
    The program gets tokens of every account of the vault, not of the acting one alone.
    .PARAMETER AsIdentity
    Ids of a managed identity that a tool is configured with, which are taken for the acting account.
    .PARAMETER OnlyTenant
    The program gets tokens for these tenants alone, by id or domain.
    .PARAMETER OnlyResource
    The program gets tokens for these resources alone.
    .PARAMETER ExpiresIn
    The program gets no token after this time: 8h, 45m.
    .PARAMETER EnvToken
    Variables that get an access token, each with its resource: PGPASSWORD=oss-rdbms.
    .PARAMETER EnvPrincipal
    Puts the secret of the context's service principal into variables.
    .PARAMETER Imds
    Serves programs that ask 169.254.169.254 alone too: in a network of the program's own, from which
    pasta leads out. Nothing outside reaches a server of the program.
    .PARAMETER InputObject
    What the program reads on its standard input, a line an object, where -Name is given as a
    parameter. Objects with a Name choose the context where it is not.
    .EXAMPLE
    Invoke-AzVaultCommand prod -- terraform plan -out plan.bin
    .EXAMPLE
    Get-AzVaultContext 'prod*' | Invoke-AzVaultCommand -Command az -ArgumentList account, show
    .EXAMPLE
    Get-Content query.kql | Invoke-AzVaultCommand prod -- az graph query -q '@-'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,

        [Parameter(Mandatory, Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Command,

        [Parameter(Position = 2, ValueFromRemainingArguments)]
        [AllowNull()]
        [AllowEmptyCollection()]
        [object[]] $ArgumentList = @(),

        [switch] $AllAccounts,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $AsIdentity,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $OnlyTenant,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $OnlyResource,

        [ValidateNotNullOrEmpty()]
        [string] $ExpiresIn,

        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string[]] $EnvToken,

        [switch] $EnvPrincipal,

        [switch] $Imds,

        [Parameter(ValueFromPipeline)]
        [AllowNull()]
        [object] $InputObject
    )
    begin {
        Use-CallerPreference $PSCmdlet
        Assert-OwnParameters $PSCmdlet
        $takesInput = $PSBoundParameters.ContainsKey('Name') -and $MyInvocation.ExpectingInput
        $lines = [Collections.Generic.List[object]]::new()
        $words = [Collections.Generic.List[string]]::new()
        $words.Add($Command)
        $options = @(
            if ($AllAccounts) { '--all-accounts' }
            foreach ($id in $AsIdentity) { "--as-identity=$id" }
            foreach ($tenant in $OnlyTenant) { "--only-tenant=$tenant" }
            foreach ($resource in $OnlyResource) { "--only-resource=$resource" }
            if ($ExpiresIn) { "--expires-in=$ExpiresIn" }
            if ($EnvPrincipal) { '--env-principal' }
            if ($Imds) { '--imds' }
            foreach ($variable in $EnvToken) { "--env-token=$variable" }
        )
        foreach ($argument in $ArgumentList) {
            foreach ($word in $argument) { $words.Add([string]$word) }
        }
    }
    process {
        if ($takesInput) { $lines.Add($InputObject) }
        else { Start-Program $PSCmdlet $Name $words -Option $options }
    }
    end {
        if ($takesInput) { Start-Program $PSCmdlet $Name $words -Option $options -Line $lines }
    }
}

# PowerShell takes a word with a hyphen for a parameter of the cmdlet, also behind the program's name,
# where it was meant for the program. Only parameters that no program has are let through there.
function Assert-OwnParameters {
    param([Management.Automation.PSCmdlet] $Caller)

    $call = $Caller.MyInvocation
    $whole = $call.PSObject.Properties['Statement']
    $typed = if ($null -ne $whole -and $whole.Value) { $whole.Value } else { $call.Line }
    $read = [Management.Automation.Language.Parser]::ParseInput($typed, [ref]$null, [ref]$null)
    $commands = $read.FindAll({ param($at) $at -is [Management.Automation.Language.CommandAst] -and $at.GetCommandName() -eq $call.InvocationName }, $true)
    foreach ($command in $commands) {
        $positional = 0
        $isValue = $false
        foreach ($element in $command.CommandElements) {
            if ($element.Extent.Text -eq '--') { break }
            if ($element -isnot [Management.Automation.Language.CommandParameterAst]) {
                if (-not $isValue) { $positional++ }
                $isValue = $false
                continue
            }
            $name = $element.ParameterName
            $isKnown = $name -match '^(ArgumentList|(Error|Warning|Information|Progress)(Action|Variable)|Out(Variable|Buffer)|PipelineVariable)$'
            # The cmdlet, the context and the program stand before.
            if ($positional -gt 2 -and -not $isKnown) {
                $Caller.ThrowTerminatingError((New-AzVaultError -Id 'Usage' -Category 'InvalidArgument' -Code 2 -Target $element.Extent.Text `
                            -Message "PowerShell would keep $($element.Extent.Text) from the program" `
                            -Hint "write -- before the program, or $($element.Extent.Text) before the context's name"))
            }
            $parameter = @($call.MyCommand.Parameters.Values.Where({ $_.Name -like "$name*" -or $_.Aliases -contains $name }, 'First'))
            $isValue = $parameter.Count -gt 0 -and $parameter[0].ParameterType -ne [switch] -and $null -eq $element.Argument
        }
    }
}

# Runs a program by azvault exec. Terminal, output and errors are the program's own, which only
# PowerShell's own way of running programs can give: as long as nothing catches its output the program
# writes to the terminal itself. Each argument is a quoted string in the source of the call, for values
# of anything else are expanded against the current folder.
function Start-Program {
    param(
        [Management.Automation.PSCmdlet] $Caller,
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Name,
        [string[]] $Word,
        [string[]] $Option,
        [Collections.Generic.List[object]] $Line
    )

    # azvault's own errors are known here; from then on an exit code is the program's.
    $context = Invoke-InSession $Caller 'context show' -Operand $Name
    if ($null -eq $context) { return }
    $executable = Find-AzVault $Caller
    $all = @("--context=$($context.name)", 'exec') + $Option + '--' + $Word
    $source = [Text.StringBuilder]::new('& $executable')
    for ($number = 0; $number -lt $all.Count; $number++) { $null = $source.Append(' "$($all[' + $number + '])"') }
    if ($null -ne $Line) { $null = $source.Insert(0, '$Line | ') }
    $PSNativeCommandArgumentPassing = 'Standard'
    $PSNativeCommandUseErrorActionPreference = $false
    . ([scriptblock]::Create($source.ToString()))
    if ($LASTEXITCODE -eq 0) { return }
    $known = if ($LASTEXITCODE -in 126, 127) { $ExitCodes[$LASTEXITCODE] } else { @{ Id = 'ProgramFailed'; Category = 'FromStdErr' } }
    $Caller.WriteError((New-AzVaultError -Id $known.Id -Category $known.Category -Target $Word[0] -Code $LASTEXITCODE `
                -Message "$($Word[0]) ended with exit code $LASTEXITCODE"))
}
