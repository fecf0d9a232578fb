#![no_main]

azvault_importer_fuzz::reader!(AzpsDataCollection, "AzurePSDataCollectionProfile.json");
