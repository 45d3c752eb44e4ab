Rails.application.config.middleware.use OmniAuth::Builder do
  provider :google_oauth2, '«clientid»', '«gocspx»'
end
