from tencent_common import BaseTest


class TestDnsRecord(BaseTest):

    def test_dns_records(self):
        policy = self.load_policy(
            {"name": "test-dns-record", "resource": "tencentcloud.dns-record"},
            config={"region": "na-ashburn"},
            account_id="‹digits:12›",
        )
