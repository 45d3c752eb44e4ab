func assume(ctx context.Context, client *sts.Client) (*sts.AssumeRoleOutput, error) {
	return client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:         aws.String("arn:aws:iam::123456789012:role/vendor"),
		RoleSessionName: aws.String("sync"),
		ExternalId:      aws.String("«aws-random:30»"),
	})
}
