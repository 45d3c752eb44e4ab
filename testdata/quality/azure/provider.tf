provider "azurerm" {
  features {}
  subscription_id = "«subscription»"
  client_id       = "«client»"
  client_secret   = "«clientsecret»"
  tenant_id       = "«tenant»"
}
