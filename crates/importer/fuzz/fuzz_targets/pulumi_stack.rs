#![no_main]

azvault_importer_fuzz::reader!(PulumiStack, "Pulumi.dev.yaml");
