# The package for the PowerShell Gallery, built from the files of the module.
BeforeAll {
    $test = $env:AZVAULT_TEST | ConvertFrom-Json
    $module = Split-Path $test.Module
    $script = "$PSScriptRoot/../package.ps1"
    $package = & $script "$TestDrive/one"
    function Get-Entry([string] $Path) {
        $archive = [IO.Compression.ZipFile]::OpenRead($Path)
        try { foreach ($entry in $archive.Entries) { $read = [IO.StreamReader]::new($entry.Open()); @{ Name = $entry.FullName; Text = $read.ReadToEnd() } } } finally { $archive.Dispose() }
    }
}

Describe 'the package' {
    It 'is called by the module''s version, which is in its manifest' {
        $manifest = Test-ModuleManifest $test.Module
        $package.Name | Should -Be "AzVault.$($manifest.Version).nupkg"
        $manifest.ExportedFunctions.Keys | Sort-Object | Should -Be (Import-PowerShellDataFile $test.Module).FunctionsToExport
    }

    It 'is the same, byte for byte, when it is built again, from another place and at another time' {
        Copy-Item -Recurse $module "$TestDrive/copy"
        Get-ChildItem -Recurse -File "$TestDrive/copy" | ForEach-Object { $_.LastWriteTime = '2001-01-01' }
        Push-Location /
        try { $again = & $script "$TestDrive/two" -Module "$TestDrive/copy" } finally { Pop-Location }
        (Get-FileHash $again).Hash | Should -Be (Get-FileHash $package).Hash
    }

    It 'has every file of the module and nothing else, with a description that is XML' {
        $entries = Get-Entry $package
        $own = @(Get-ChildItem -Recurse -File $module | ForEach-Object { $_.FullName.Substring((Resolve-Path $module).ProviderPath.Length + 1) })
        $entries.Name | Sort-Object | Should -Be (@($own) + '[Content_Types].xml', '_rels/.rels', 'AzVault.nuspec' | Sort-Object)
        $metadata = ([xml]$entries.Where({ $_.Name -eq 'AzVault.nuspec' }).Text).package.metadata
        $metadata.id, $metadata.version | Should -Be 'AzVault', "$((Test-ModuleManifest $test.Module).Version)"
        $metadata.tags.Split(' ') | Should -Contain 'PSFunction_Connect-AzVaultAccount'
        $types = ([xml]$entries.Where({ $_.Name -eq '[Content_Types].xml' }).Text).Types.Default.Extension
        foreach ($name in $entries.Name) { if ($name -ne '[Content_Types].xml') { $types | Should -Contain ($name -split '\.')[-1] } }
    }

    It 'holds a module that a PowerShell loads from there' {
        [IO.Compression.ZipFile]::ExtractToDirectory("$package", "$TestDrive/modules/AzVault")
        $said = pwsh -NoProfile -NonInteractive -Command "`$env:PSModulePath = '$TestDrive/modules:' + `$env:PSModulePath; (Get-AzVaultStatus).State; (Get-Module AzVault).Path; (Get-Help about_AzVault).Length -gt 100"
        $said | Should -Be 'unlocked', "$TestDrive/modules/AzVault/AzVault.psm1", 'True'
    }

    It 'is not built from a folder with files that are none of a module' {
        Copy-Item -Recurse $module "$TestDrive/odd"
        New-Item "$TestDrive/odd/id_rsa" | Out-Null
        { & $script "$TestDrive/three" -Module "$TestDrive/odd" } | Should -Throw '*id_rsa is no file of a module'
        Test-Path "$TestDrive/three" | Should -BeFalse
    }
}
