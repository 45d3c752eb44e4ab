aws configure set aws_access_key_id «aws-id:AKIA»
aws configure set aws_secret_access_key «aws-secret»
aws configure set region eu-west-1
