DEVICES = [
    {"serial": "arn:aws:iam::08512000370‹digits:1›:mfa/a"},
    {"serial": "arn:aws:iam::08512000371‹digits:1›:mfa/b"},
]








































# far below
OTHER = 'arn:aws:iam::«account»:mfa/c'
