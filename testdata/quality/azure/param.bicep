@description('Entra tenant')
param tenantId string = '«tenant»'
param location string = resourceGroup().location
