#![no_main]

azvault_importer_fuzz::reader!(M365Connection, ".cli-m365-connection.json");
