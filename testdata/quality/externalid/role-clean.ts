new iam.Role(this, 'VendorRole', {
  assumedBy: new iam.AccountPrincipal(props.vendorAccount),
  externalIds: [props.externalId],
})
