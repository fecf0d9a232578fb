#![no_main]

azvault_importer_fuzz::reader!(MavenSettings, "settings.xml");
