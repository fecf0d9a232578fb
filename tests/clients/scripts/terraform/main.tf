terraform {
  backend "azurerm" {
    storage_account_name = "myacct"
    container_name       = "box"
    use_azuread_auth     = true
  }
}

resource "terraform_data" "one" {
  input = "kept"
}

output "one" {
  value = terraform_data.one.output
}
