#![no_main]

azvault_importer_fuzz::reader!(ServicePrincipalProperties, "azure.properties");
