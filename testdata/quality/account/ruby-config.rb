module Deploy
  ACCOUNTS = {
    staging: '«account»',
    production: '«account»',
  }.freeze

  def self.ecr
    "#{ACCOUNTS[:staging]}.dkr.ecr.us-east-1.amazonaws.com"
  end

  AWS_ACCOUNT_NUMBER = '«account»'
  BUILD = '202312120012'
end
