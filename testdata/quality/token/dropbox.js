const dbx = new Dropbox({ accessToken: '«dropbox-token/dropbox-short-lived-token»' })
