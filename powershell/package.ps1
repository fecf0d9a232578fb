# Builds AzVault.VERSION.nupkg, the package that the PowerShell Gallery takes, from the files of the
# module. The same files give the same bytes: entries are sorted, stored as they are, and have no times.
[CmdletBinding()]
[OutputType([IO.FileInfo])]
param(
    # The folder that the package is written into; one of that version is replaced.
    [Parameter(Mandatory)] [string] $Folder,
    # The module: another copy, for one that was signed.
    [string] $Module = "$PSScriptRoot/AzVault"
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 3.0
$Module = (Resolve-Path -LiteralPath $Module).ProviderPath
$manifest = Test-ModuleManifest (Join-Path $Module 'AzVault.psd1')
$data = Import-PowerShellDataFile (Join-Path $Module 'AzVault.psd1')
$name, $version = 'AzVault', $manifest.Version.ToString()

# Every file of the module, and none that somebody left there.
$files = @(Get-ChildItem -LiteralPath $Module -Recurse -File | Sort-Object { $_.FullName.Substring($Module.Length) } -Culture '')
foreach ($file in $files) {
    if ($file.Extension -notin '.ps1', '.psm1', '.psd1', '.ps1xml', '.txt') { throw "$($file.FullName) is no file of a module" }
}

function Protect-Text([string] $Text) { [Security.SecurityElement]::Escape($Text) }

$tags = @('PSModule') + $data.PrivateData.PSData.Tags + @('PSEdition_Core', 'PSIncludes_Function')
$tags += foreach ($function in $data.FunctionsToExport) { "PSFunction_$function"; "PSCommand_$function" }
$nuspec = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>$name</id>
    <version>$version</version>
    <authors>$(Protect-Text $manifest.Author)</authors>
    <owners>$(Protect-Text $manifest.Author)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <license type="expression">MIT OR Apache-2.0</license>
    <description>$(Protect-Text $manifest.Description)</description>
    <copyright>$(Protect-Text $manifest.Copyright)</copyright>
    <tags>$(Protect-Text ($tags -join ' '))</tags>
  </metadata>
</package>
"@
$relations = @"
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/$name.nuspec" Id="R1" />
</Relationships>
"@
$types = @('rels') + @($files.Extension.TrimStart('.')) + @('nuspec') | Select-Object -Unique
$content = @"
<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
$(@(foreach ($type in $types) {
    $is = if ($type -eq 'rels') { 'application/vnd.openxmlformats-package.relationships+xml' } else { 'application/octet' }
    "  <Default Extension=`"$type`" ContentType=`"$is`" />"
}) -join "`n")
</Types>
"@

$entries = [ordered]@{ '[Content_Types].xml' = $content; '_rels/.rels' = $relations; "$name.nuspec" = $nuspec }
foreach ($key in @($entries.Keys)) { $entries[$key] = [Text.Encoding]::UTF8.GetBytes($entries[$key].Replace("`r`n", "`n") + "`n") }
foreach ($file in $files) {
    $entries[$file.FullName.Substring($Module.Length).Trim('/', '\').Replace('\', '/')] = [IO.File]::ReadAllBytes($file.FullName)
}

$null = New-Item -ItemType Directory -Force $Folder
$target = Join-Path (Resolve-Path -LiteralPath $Folder).ProviderPath "$name.$version.nupkg"
$stream = [IO.File]::Create($target)
try {
    $archive = [IO.Compression.ZipArchive]::new($stream, 'Create')
    foreach ($key in $entries.Keys) {
        # Stored: what compression makes of a file differs from one release of .NET to the next.
        $entry = $archive.CreateEntry($key, 'NoCompression')
        $entry.LastWriteTime = [DateTimeOffset]::new(1980, 1, 1, 0, 0, 0, [timespan]::Zero)
        $entry.ExternalAttributes = 0
        $into = $entry.Open()
        try { $into.Write($entries[$key], 0, $entries[$key].Length) } finally { $into.Dispose() }
    }
    $archive.Dispose()
} finally {
    $stream.Dispose()
}
[IO.FileInfo]::new($target)
