#![no_main]

azvault_importer_fuzz::reader!(AsmSubscriptions, "WindowsAzureProfile.xml");
