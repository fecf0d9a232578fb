#![no_main]

azvault_importer_fuzz::reader!(AzpsContext, "AzureRmContext.json");
