export const msalConfig = {
  auth: {
    clientId: '«client»',
    authority: 'https://login.microsoftonline.com/«tenant»',
    redirectUri: '/',
  },
}
