#![no_main]

azvault_importer_fuzz::reader!(TerraformState, "terraform.tfstate");
