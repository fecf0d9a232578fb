#![no_main]

azvault_importer_fuzz::reader!(AzpsKeystore, "keystore.cache");
