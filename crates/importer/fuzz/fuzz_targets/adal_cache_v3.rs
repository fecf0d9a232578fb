#![no_main]

azvault_importer_fuzz::reader!(AdalCacheV3, "TokenCache.dat");
