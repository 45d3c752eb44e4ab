config.action_mailer.delivery_method = :postmark
config.action_mailer.postmark_settings = { api_token: '«mail-key/postmark-server-token»' }
