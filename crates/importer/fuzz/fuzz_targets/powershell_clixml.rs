#![no_main]

azvault_importer_fuzz::reader!(Clixml, "credential.xml");
