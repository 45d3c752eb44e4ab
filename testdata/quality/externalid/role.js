const { Credentials } = await sts.send(new AssumeRoleCommand({
  RoleArn: 'arn:aws:iam::123456789012:role/vendor',
  RoleSessionName: 'sync',
  ExternalId: '«uuid»',
}))
