client.login('«discord-token/discord-bot-token»')
const guild = '‹digits:18›'
