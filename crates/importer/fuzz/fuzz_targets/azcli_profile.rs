#![no_main]

azvault_importer_fuzz::reader!(AzcliProfile, "azureProfile.json");
