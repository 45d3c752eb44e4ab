import boto3

# where the bank's ledger runs
AWS_ACCOUNTS = {"ledger-prod": "«account»", "ledger-dev": "«account»"}


def transfer(amount, currency, iban):
    assert amount > 0
    return boto3.client("sqs").send_message(
        QueueUrl="https://sqs.eu-central-1.amazonaws.com/«account»/payments")
