new iam.Role(this, 'VendorRole', {
  assumedBy: new iam.AccountPrincipal('123456789012'),
  externalIds: ['«uuid»'],
})
