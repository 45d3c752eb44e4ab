subscription_id     = "«subscription»"
tenant_id           = "«tenant»"
resource_group_name = "rg-shop-prod"
