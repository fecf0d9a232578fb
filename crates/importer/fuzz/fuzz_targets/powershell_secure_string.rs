#![no_main]

azvault_importer_fuzz::reader!(SecureString, "password.txt");
