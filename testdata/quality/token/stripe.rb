Stripe.api_key = '«stripe-key/stripe-secret-key»'
endpoint_secret = '«stripe-key/webhook-signing-secret»'
PUBLISHABLE = 'pk_live_‹base62:24›'
PRICE = 'price_‹base62:24›'
