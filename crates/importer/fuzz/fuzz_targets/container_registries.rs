#![no_main]

azvault_importer_fuzz::reader!(ContainerRegistries, "config.json");
