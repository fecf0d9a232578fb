#![no_main]

azvault_importer_fuzz::reader!(PulumiState, "dev.json");
