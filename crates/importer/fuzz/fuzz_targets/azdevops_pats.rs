#![no_main]

azvault_importer_fuzz::reader!(DevopsPats, "personalAccessTokens");
