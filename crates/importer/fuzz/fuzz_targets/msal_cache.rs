#![no_main]

azvault_importer_fuzz::reader!(MsalCache, "msal.cache.nocae");
