CarrierWave.configure do |config|
  config.fog_credentials = {
    provider:              'AWS',
    aws_access_key_id:     '«aws-id:AKIA»',
    aws_secret_access_key: '«aws-secret»',
  }
end
