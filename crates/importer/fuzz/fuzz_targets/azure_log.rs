#![no_main]

azvault_importer_fuzz::reader!(AzureLog, "azure.err");
