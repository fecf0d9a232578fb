#![no_main]

azvault_importer_fuzz::reader!(ShellVariables, ".env");
