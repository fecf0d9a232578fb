#![no_main]

azvault_importer_fuzz::reader!(ArtifactsTokens, "SessionTokenCache.dat");
