const secret = SecretValue.secretsManager('aws-secret-access-key')
const digest = '‹hex:40›'
new CfnAccessKey(this, 'Key', { userName: user.userName })
