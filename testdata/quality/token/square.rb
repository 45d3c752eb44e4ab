Square::Client.new(access_token: '«square-token/square-access-token»', environment: 'production')
