export const msalConfig = {
  auth: {
    clientId: process.env.AZURE_CLIENT_ID,
    authority: `https://login.microsoftonline.com/${process.env.TENANT}`,
  },
}
const nonce = '‹uuid›'
