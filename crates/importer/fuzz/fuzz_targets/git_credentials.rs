#![no_main]

azvault_importer_fuzz::reader!(GitCredentials, ".git-credentials");
