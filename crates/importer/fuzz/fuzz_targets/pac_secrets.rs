#![no_main]

azvault_importer_fuzz::reader!(PacSecrets, "pac.spn.cache.dat");
