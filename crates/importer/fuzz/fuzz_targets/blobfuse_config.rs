#![no_main]

azvault_importer_fuzz::reader!(BlobfuseConfig, "config.yaml");
