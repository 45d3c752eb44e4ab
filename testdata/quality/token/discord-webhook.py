requests.post('«discord-webhook/discord-webhook»', json={'content': 'deployed'})
CHANNEL = ‹digits:18›
