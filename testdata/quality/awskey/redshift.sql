COPY events FROM 's3://bucket/events'
CREDENTIALS 'aws_access_key_id=«aws-id:AKIA»;aws_secret_access_key=«aws-secret»'
GZIP;
COPY users FROM 's3://bucket/users' IAM_ROLE 'arn:aws:iam::123456789012:role/load';
