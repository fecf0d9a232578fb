#![no_main]

azvault_importer_fuzz::reader!(ShellHistory, ".zsh_history");
