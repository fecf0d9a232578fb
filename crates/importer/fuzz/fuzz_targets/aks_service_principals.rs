#![no_main]

azvault_importer_fuzz::reader!(AksServicePrincipals, "aksServicePrincipal.json");
