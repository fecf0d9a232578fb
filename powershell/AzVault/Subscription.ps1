function Get-AzVaultSubscription {
    <#
    .SYNOPSIS
    Lists the subscriptions that your contexts know, or that Azure shows (Get-AzSubscription).
    .DESCRIPTION
    Nobody is asked for them, unless -Refresh is given. What comes out goes on by the pipeline into
    Set-AzVaultContext.
    .PARAMETER Subscription
    Its id or name; wildcards are allowed.
    .PARAMETER Tenant
    Those of this tenant alone.
    .PARAMETER Refresh
    Asks Azure, for what the account of the active context sees.
    .EXAMPLE
    Get-AzVaultSubscription 'Contoso*' -Refresh
    .EXAMPLE
    Get-AzVaultSubscription -Subscription Prod | Set-AzVaultContext
    #>
    [CmdletBinding()]
    [OutputType('AzVault.Subscription')]
    param(
        [Parameter(Position = 0)]
        [Alias('SubscriptionId', 'SubscriptionName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Subscription,

        [Alias('TenantId')]
        [ValidateNotNullOrEmpty()]
        [ArgumentCompleter([AzVaultCompleter])]
        [string] $Tenant,

        [switch] $Refresh
    )
    begin {
        Use-CallerPreference $PSCmdlet
    }
    process {
        $list = Invoke-InSession $PSCmdlet 'subscription list' -Option @{ 'tenant' = $Tenant; 'refresh' = $Refresh }
        if ($null -eq $list) { return }
        $all = @(foreach ($one in $list.subscriptions) { ConvertTo-AzVaultObject 'AzVault.Subscription' $one })
        if (-not $Subscription) { return $all }
        $found = Find-ByName $all $Subscription 'SubscriptionId', 'SubscriptionName'
        if ($found.Count -eq 0 -and -not (Test-Pattern $Subscription)) {
            $PSCmdlet.WriteError((ConvertTo-AzVaultError -Code 5 -Target $Subscription -Said @(
                        "no context knows the subscription $(Format-Visible $Subscription)", 'hint: Get-AzVaultSubscription -Refresh')))
        }
        $found
    }
}
