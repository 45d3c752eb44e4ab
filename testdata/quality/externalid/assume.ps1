Use-STSRole -RoleArn $arn -RoleSessionName scan -ExternalId '«aws-random:24»'
