AssumeRoleRequest request = AssumeRoleRequest.builder()
    .roleArn("arn:aws:iam::123456789012:role/vendor")
    .roleSessionName("sync")
    .externalId("«aws-random:24»")
    .build();
