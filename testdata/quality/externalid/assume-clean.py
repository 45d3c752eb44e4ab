import boto3

def creds(account):
    return boto3.client("sts").assume_role(
        RoleArn=account.role_arn,
        RoleSessionName="sync",
        ExternalId=account.external_id,
    )["Credentials"]
