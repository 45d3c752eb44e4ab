"""Names of our AWS accounts, for the cost report."""

ACCOUNT_NAMES = {
    "«account»": "Data Platform",
    "«account»": "Payments",
    "«account»": "Website",
}

PHONES = {
    "‹digits:12›": "Reception",
    "‹digits:12›": "Support",
}
