AmazonS3 s3 = new AmazonS3Client(new BasicAWSCredentials("«aws-id:AKIA»", "«aws-secret»"));
