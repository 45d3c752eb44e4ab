def test_account_pricing(client, dummy_data):
    assert isinstance(client.account.get_voice_pricing('447525‹digits:6=p›'), dict)
    assert 'phone=447525‹=p›' in request_query()
