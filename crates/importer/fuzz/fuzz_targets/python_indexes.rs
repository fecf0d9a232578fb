#![no_main]

azvault_importer_fuzz::reader!(PythonIndexes, "pip.conf");
