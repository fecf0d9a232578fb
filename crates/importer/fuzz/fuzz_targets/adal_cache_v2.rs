#![no_main]

azvault_importer_fuzz::reader!(AdalCacheV2, "TokenCache.dat");
