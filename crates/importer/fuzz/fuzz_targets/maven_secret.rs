#![no_main]

azvault_importer_fuzz::reader!(MavenSecret, "azure-secret.json");
