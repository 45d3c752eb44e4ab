Stripe.api_key = ENV.fetch('STRIPE_SECRET_KEY')
# sk_test_xxxxxxxxxxxxxxxxxxxxxxxx
CUSTOMER = 'cus_‹base62:14›'
INTENT = 'pi_‹base62:24›_secret_‹base62:25›'
