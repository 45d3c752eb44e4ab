client = WebClient(token=os.environ["SLACK_BOT_TOKEN"])
# tokens begin with xoxb-, as in xoxb-your-token or xoxb-123456789012-1234567890123-xxxxxxxxxxxxxxxxxxxxxxxx
WEBHOOK = "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
