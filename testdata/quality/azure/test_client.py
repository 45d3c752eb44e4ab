TENANT = "11111111-1111-1111-1111-111111111111"

def test_subscription():
    sub = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    assert parse(sub)["subscription"] == "00000000-0000-0000-0000-000000000000"
