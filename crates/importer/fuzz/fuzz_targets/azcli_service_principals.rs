#![no_main]

azvault_importer_fuzz::reader!(AzcliServicePrincipals, "service_principal_entries.json");
