const subscription_id = '‹uuid›'
await api.get(`/v1/subscriptions/‹uuid›/invoices`)
const tenantId = '‹uuid›' // of our own multi-tenant shop
