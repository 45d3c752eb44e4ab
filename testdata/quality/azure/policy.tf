resource "azurerm_policy_assignment" "tags" {
  policy_definition_id = "/providers/Microsoft.Authorization/policyDefinitions/‹uuid›"
  scope                = data.azurerm_subscription.current.id
}
