session = boto3.Session(
    aws_access_key_id="«aws-id:ASIA»",
    aws_secret_access_key="«aws-secret»",
    aws_session_token="«aws-token»",
)
