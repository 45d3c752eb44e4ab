from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID

OTHER = "«account»"


@mock_aws
def test_describe_images_of_other_owner():
    client = boto3.client("ec2", "eu-west-1")
    images = client.describe_images(Owners=["«account»"])["Images"]
    assert images[0]["OwnerId"] == "«account»"
    assert response["ResponseMetadata"]["RequestId"] == "‹uuid›"
