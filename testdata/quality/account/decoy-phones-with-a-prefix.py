@pytest.mark.parametrize('recipient, international, prefix, units', [
    ('65‹digits:8›', False, '1', 1),  # NA
    ('+165‹digits:8›', False, '1', 1),  # NA
    ('731‹digits:8›', True, '7', 1),  # Russia
    ('36‹digits:10›', True, '36', 3)]  # Hungary
)
def test_send(recipient): boto3.client('sns')  # aws
