#![no_main]

azvault_importer_fuzz::reader!(Kubeconfig, "config");
