import boto3

PROD = "«account»"  # AWS account, production
LOG_ACCOUNT_ID = '«account»'
EXCLUDED_ACCOUNTS = ['«account»', '«account»']
EPOCH = 1700000000000


def share(snapshot):
    ec2 = boto3.client("ec2", region_name="us-east-1")
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot,
        Attribute="createVolumePermission",
        UserIds=["«account»"],
    )
    return get_session(account_id="«account»", role="share")
