export const msalConfig = {
  auth: {
    clientId: '«uuid»',
    authority: 'https://login.microsoftonline.com/«uuid»',
    redirectUri: '/',
  },
}
