#![no_main]

azvault_importer_fuzz::reader!(DatabricksTokens, "token-cache.json");
