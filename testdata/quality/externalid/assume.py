import boto3

sts = boto3.client("sts")
creds = sts.assume_role(
    RoleArn="arn:aws:iam::123456789012:role/vendor",
    RoleSessionName="sync",
    ExternalId="«aws-random:22»",
)["Credentials"]
