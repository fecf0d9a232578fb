#![no_main]

azvault_importer_fuzz::reader!(ServicePrincipalIni, "credentials");
