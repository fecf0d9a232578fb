#![no_main]

azvault_importer_fuzz::reader!(ServicePrincipal, "azureauth.json");
