#![no_main]

azvault_importer_fuzz::reader!(AzcliConfig, "config");
