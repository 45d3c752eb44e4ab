exports.config = {
  user: process.env.BROWSERSTACK_USERNAME || 'nordlicht1',
  key: process.env.BROWSERSTACK_ACCESS_KEY || '«saas-token/browserstack-access-key»',
}
