provider "azurerm" {
  features {}
  subscription_id = "«uuid»"
  client_id       = "«uuid»"
  client_secret   = "«clientsecret»"
  tenant_id       = "«uuid»"
}
