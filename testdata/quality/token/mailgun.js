const mg = mailgun.client({ username: 'api', key: '«mail-key/mailgun-api-key»' })
