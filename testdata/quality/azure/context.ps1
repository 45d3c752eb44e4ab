Set-AzContext -Subscription '«subscription»' -Tenant '«tenant»'
