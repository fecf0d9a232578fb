#![no_main]

azvault_importer_fuzz::reader!(TerraformCode, "terraform.tfvars");
