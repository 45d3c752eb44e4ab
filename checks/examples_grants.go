package checks

import "github.com/deputy-sec/deputy/scanner/finding"

// vendorWith is a template with a role that a vendor may assume, which holds a policy of
// the given statements.
func vendorWith(statements ...string) string {
	return trusting(allow(vendorRole, givenID)) + `      Policies:
        - PolicyName: Access
          PolicyDocument:
            Statement:
` + list(statements, "              ")
}

// helperWith adds a helper with a policy of the given statements to a vendor's role.
func helperWith(statements ...string) string {
	return trusting(allow(vendorRole, givenID)) + `  Helper:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}]
      Policies:
        - PolicyName: Access
          PolicyDocument:
            Statement:
` + list(statements, "              ")
}

// gives is a statement that allows actions on resources.
func gives(actions, resources string) string {
	return "Effect: Allow\nAction: " + actions + "\nResource: " + resources
}

// bucket is the policy of a bucket with the given statement.
func bucket(statement string) string {
	return `Resources:
  Access:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
` + list([]string{statement}, "          ")
}

func reads(principal string) string {
	return "Effect: Allow\nAction: s3:GetObject\nResource: '*'\nPrincipal: " + principal
}

func roleOf(props string) string {
	return "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n" + indented(props+"\n", "      ")
}

func init() {
	describe(permBroad,
		[]finding.Example{
			example("administrator", trusting(allow(vendorRole, givenID))+"      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]\n"),
			example("reads-everything", trusting(allow(vendorRole, givenID))+"      ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/ReadOnlyAccess']\n"),
			example("all-actions", vendorWith(gives("'*'", "'*'"))),
			example("all-of-a-service", vendorWith(gives("[ec2:DescribeInstances, 's3:*']", "'*'"))),
			example("secrets-anywhere", vendorWith(gives("secretsmanager:GetSecretValue", "'*'"))),
			example("objects-of-all-buckets", vendorWith(gives("'s3:Get*'", "'arn:aws:s3:::*/*'"))),
			example("all-but-something", vendorWith("Effect: Allow\nNotAction: iam:*\nResource: '*'")),
			example("policy-beside-the-role", trusting(allow(vendorRole, givenID))+`  Access:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref Role]
      PolicyDocument: {Statement: {Effect: Allow, Action: 'kms:Decrypt', Resource: '*'}}
`),
		},
		[]finding.Example{
			example("security-audit", trusting(allow(vendorRole, givenID))+"      ManagedPolicyArns: [arn:aws:iam::aws:policy/SecurityAudit, arn:aws:iam::aws:policy/job-function/ViewOnlyAccess]\n"),
			example("describe-and-list", vendorWith(gives("['ec2:Describe*', 's3:List*', 's3:GetBucketPolicy']", "'*'"))),
			example("one-bucket", vendorWith(gives("'s3:*'", "[!GetAtt Bucket.Arn, !Sub '${Bucket.Arn}/*']"))),
			example("tagged-secrets", vendorWith(gives("secretsmanager:GetSecretValue", "'*'")+"\nCondition: {StringEquals: {aws:ResourceTag/vendor: acme}}")),
			example("role-of-a-service", roleOf("AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ec2.amazonaws.com}}}\nManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]")),
		},
	)
	describe(permEscalation,
		[]finding.Example{
			example("writes-policies", vendorWith(gives("iam:PutRolePolicy", "'*'"))),
			example("all-of-iam", vendorWith(gives("'iam:*'", "'*'"))),
			example("passes-any-role", vendorWith(gives("iam:PassRole", "'*'"))),
			example("passes-any-role-to-a-service", vendorWith(gives("iam:PassRole", "'*'")+"\nCondition: {StringEquals: {iam:PassedToService: lambda.amazonaws.com}}")),
			example("any-role-of-the-account", vendorWith(gives("iam:AttachRolePolicy", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/*'"))),
			example("pattern-that-takes-new-roles", vendorWith(gives("[iam:CreateRole, iam:PutRolePolicy]", "'arn:aws:iam::*:role/acme-*'"))),
		},
		[]finding.Example{
			example("named-role", vendorWith(gives("iam:PassRole", "!GetAtt Worker.Arn"))),
			example("named-role-by-its-arn", vendorWith(gives("iam:PutRolePolicy", "!Sub 'arn:aws:iam::${AWS::AccountId}:role/acme-worker'"))),
			example("service-linked", vendorWith(gives("[iam:CreateServiceLinkedRole, iam:PutRolePolicy, iam:AttachRolePolicy]", "'arn:aws:iam::*:role/aws-service-role/*'"))),
			example("named-policies-only", vendorWith(gives("iam:AttachRolePolicy", "'*'")+"\nCondition: {ArnEquals: {iam:PolicyARN: arn:aws:iam::aws:policy/SecurityAudit}}")),
			example("boundary", vendorWith(gives("[iam:CreateRole, iam:PutRolePolicy]", "'*'")+"\nCondition: {StringEquals: {iam:PermissionsBoundary: !Ref Boundary}}")),
			example("reads-iam", vendorWith(gives("['iam:Get*', 'iam:List*']", "'*'"))),
		},
		example("resources-that-nobody-knows", with(`
Parameters:
  Roles: {Type: String}
`, vendorWith(gives("iam:PassRole", "!Ref Roles")))),
	)
	describe(permReview,
		[]finding.Example{
			example("opens-security-groups", vendorWith(gives("[ec2:CreateSecurityGroup, ec2:AuthorizeSecurityGroupIngress]", "'*'"))),
			example("rewrites-bucket-policies", vendorWith(gives("s3:PutBucketPolicy", "'*'"))),
		},
		[]finding.Example{
			example("removes", vendorWith(gives("[ec2:DeleteSecurityGroup, ec2:RevokeSecurityGroupIngress]", "'*'"))),
			example("role-of-the-cluster", roleOf("AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: eks.amazonaws.com}}}\nPolicies: [{PolicyDocument: {Statement: {Effect: Allow, Action: ec2:CreateSecurityGroup, Resource: '*'}}}]")),
		},
	)
	describe(helperPrivilege,
		[]finding.Example{
			example("custom-resource-writes-iam", helperWith(gives("[iam:CreateRole, iam:PutRolePolicy]", "'*'"))),
			example("invokes-any-function", helperWith(gives("lambda:InvokeFunction", "'*'"))),
		},
		[]finding.Example{
			example("named-resources", helperWith(gives("iam:PutRolePolicy", "!GetAtt Role.Arn"))),
			example("named-policies-only", helperWith(gives("iam:AttachRolePolicy", "'*'")+"\nCondition: {ArnEquals: {iam:PolicyARN: arn:aws:iam::aws:policy/SecurityAudit}}")),
			example("logs", helperWith(gives("[logs:CreateLogGroup, logs:PutLogEvents]", "'*'"))),
			example("prefix-of-one-bucket", helperWith(gives("s3:GetObject", "'arn:aws:s3:::acme-templates/*'"))),
			example("template-without-a-vendor", roleOf("AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}}\nPolicies: [{PolicyDocument: {Statement: {Effect: Allow, Action: iam:PutRolePolicy, Resource: '*'}}}]")),
		},
	)
	describe(sessionLength,
		[]finding.Example{
			example("twelve-hours", trusting(allow(vendorRole, givenID))+"      MaxSessionDuration: 43200\n"),
		},
		[]finding.Example{
			example("an-hour", trusting(allow(vendorRole, givenID))+"      MaxSessionDuration: 3600\n"),
			example("default", trusting(allow(vendorRole, givenID))),
			example("role-of-ours", roleOf("AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ec2.amazonaws.com}}}\nMaxSessionDuration: 43200")),
		},
	)
	describe(trusteeScope,
		[]finding.Example{
			example("everything", roleOf("Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Resource: '*'}}}]")),
			example("any-role-of-any-account", roleOf("Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: 'sts:*', Resource: 'arn:aws:iam::*:role/*'}}}]")),
		},
		[]finding.Example{
			example("named-role-of-any-account", roleOf("Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Resource: 'arn:aws:iam::*:role/integration'}}}]")),
			example("own-organisation", roleOf("Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Resource: '*', Condition: {StringEquals: {aws:ResourceAccount: !Ref AWS::AccountId}}}}}]")),
			example("tagged-roles", roleOf("Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: sts:AssumeRole, Resource: '*', Condition: {StringEquals: {'iam:ResourceTag/Vendor': acme}}}}}]")),
			example("caller-identity", roleOf("Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: sts:GetCallerIdentity, Resource: '*'}}}]")),
		},
	)
	describe(resourceDirect,
		[]finding.Example{
			example("bucket", bucket(reads("{AWS: 'arn:aws:iam::464622532012:root'}"))),
			example("key", `Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: {Statement: [{Effect: Allow, Action: 'kms:Decrypt', Resource: '*', Principal: {AWS: '777788889999'}}]}
`),
			example("function", `Resources:
  Allow:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: '464622532012'}
`),
			example("parameter-beside-our-own", with(`
Parameters:
  VendorAccountId: {Type: String}
`, bucket(reads("{AWS: [!Sub 'arn:aws:iam::${AWS::AccountId}:root', !Sub 'arn:aws:iam::${VendorAccountId}:root']}")))),
		},
		[]finding.Example{
			example("own", bucket(reads("{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}"))),
			example("logs-of-load-balancers", bucket(reads("{AWS: 'arn:aws:iam::127311923021:root'}"))),
			example("identity-of-cloudfront", bucket(reads("{AWS: !Sub 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${Identity}'}"))),
			example("service", bucket(reads("{Service: cloudtrail.amazonaws.com}"))),
			example("deny", bucket("Effect: Deny\nAction: s3:*\nResource: '*'\nPrincipal: {AWS: '464622532012'}")),
			example("own-organisation", bucket(reads("'*'")+"\nCondition: {StringEquals: {aws:PrincipalOrgID: !Ref Org}}")),
			example("function-of-a-service", `Resources:
  Allow:
    Type: AWS::Lambda::Permission
    Properties: {FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: s3.amazonaws.com}
`),
		},
		example("account-that-nobody-knows", bucket(reads("{AWS: 'arn:aws:iam::111122223333:root'}"))),
	)
	describe(nameFixed,
		[]finding.Example{
			example("literal", roleOf("RoleName: AcmeIntegration")),
			example("default", "Parameters:\n  Name: {Type: String, Default: acme}\nResources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Name}}\n"),
			example("account-and-region", "Resources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'acme-${AWS::AccountId}-${AWS::Region}'}}\n"),
			example("stack-name", roleOf("RoleName: !Sub '${AWS::StackName}-role'")),
		},
		[]finding.Example{
			example("no-name", roleOf("Path: /")),
			example("part-of-the-stack-id", roleOf("RoleName: !Join ['-', [acme, !Select [2, !Split ['/', !Ref AWS::StackId]]]]")),
			example("name-of-an-inline-policy", roleOf("Policies: [{PolicyName: access, PolicyDocument: {Statement: {Effect: Allow, Action: 'ec2:Describe*', Resource: '*'}}}]")),
			example("role-that-customers-trust", trusting(allow("arn:aws:iam::111122223333:role/acme-service", givenID))+"  Service:\n    Type: AWS::IAM::Role\n    Properties: {RoleName: acme-service}\n"),
			example("no-value", roleOf("RoleName: !Ref AWS::NoValue")),
		},
		example("parameter-without-a-default", "Parameters:\n  Name: {Type: String}\nResources:\n  Role: {Type: AWS::IAM::Role, Properties: {RoleName: !Ref Name}}\n"),
	)
	describe(userKey,
		[]finding.Example{
			example("output", "Resources:\n  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}\nOutputs:\n  Secret: {Value: !GetAtt Key.SecretAccessKey}\n"),
		},
		[]finding.Example{
			example("secret-store", "Resources:\n  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref User}}\n  Kept: {Type: AWS::SecretsManager::Secret, Properties: {SecretString: !GetAtt Key.SecretAccessKey}}\nOutputs:\n  Id: {Value: !Ref Key}\n"),
		},
	)
}
