assumeRole: { roleArn: `arn:aws:iam::${acct}:role/deploy`, externalId: "«aws-random:20»" },
