#![no_main]

azvault_importer_fuzz::reader!(AzcliClouds, "clouds.config");
