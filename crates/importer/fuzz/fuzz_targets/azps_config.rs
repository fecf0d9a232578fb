#![no_main]

azvault_importer_fuzz::reader!(AzpsConfig, "PSConfig.json");
