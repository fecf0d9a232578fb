#![no_main]

azvault_importer_fuzz::reader!(AzcliAccessTokens, "accessTokens.json");
