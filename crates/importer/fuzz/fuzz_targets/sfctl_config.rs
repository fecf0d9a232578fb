#![no_main]

azvault_importer_fuzz::reader!(SfctlConfig, "config");
