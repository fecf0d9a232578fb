#![no_main]

azvault_importer_fuzz::reader!(AzpsAutosaveSettings, "AzureRmContextSettings.json");
