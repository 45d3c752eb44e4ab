def test_external_id():
    user = User(external_id="‹uuid›")
    assert user.external_id == "‹uuid›"
