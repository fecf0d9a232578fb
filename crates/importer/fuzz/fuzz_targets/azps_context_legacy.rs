#![no_main]

azvault_importer_fuzz::reader!(AzpsContextLegacy, "profile.json");
