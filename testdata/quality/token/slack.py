client = WebClient(token="«slack-token/slack-bot-token»")
WEBHOOK = "«slack-webhook/slack-webhook»"
CHANNEL = "‹upper:11›"
