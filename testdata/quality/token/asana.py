client = asana.Client.access_token('«asana-token/asana-personal-access-token»')
PROJECT = '‹digits:16›'
