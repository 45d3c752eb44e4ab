BROKER_URL = 'amqps://worker:«password»@rabbit.nordlicht.io/prod'
RESULT = 'redis://localhost:6379/0'
