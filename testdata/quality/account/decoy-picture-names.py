def post(message):
    return {
        "text": message,
        "icon": "https://s3-us-west-2.amazonaws.com/files-of-a-chat/"
        "bot_icons/2019-03-01/‹account›_48.png",
        "bucket": "s3://cloudtrail-«account»/diagram.png",
    }
