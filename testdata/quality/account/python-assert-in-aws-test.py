import boto3
from botocore.stub import Stubber


def test_cross_account(self):
    factory = self.replay_flight_data("test_sns_cross_account")
    p = self.load_policy({"name": "sns", "resource": "aws.sns", "filters": ["cross-account"]}, session_factory=factory)
    resources = p.run()
    self.assertEqual(resources[0]["Owner"], "«account»")
    self.assertEqual(violations[0]["Principal"]["AWS"], ["arn:aws:iam::«account»:root"])
