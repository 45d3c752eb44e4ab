param tenantId string = subscription().tenantId
param location string = resourceGroup().location
var readerRole = '‹uuid›'

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: 'kv-${uniqueString(resourceGroup().id)}'
  location: location
  properties: {tenantId: tenantId}
}
