#![no_main]

azvault_importer_fuzz::reader!(NugetConfig, "NuGet.Config");
