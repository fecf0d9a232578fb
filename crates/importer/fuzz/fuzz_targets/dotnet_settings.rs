#![no_main]

azvault_importer_fuzz::reader!(DotnetSettings, "secrets.json");
