func assume(ctx context.Context, client *sts.Client, c Customer) (*sts.AssumeRoleOutput, error) {
	return client.AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn:    aws.String(c.RoleARN),
		ExternalId: aws.String(c.ExternalID),
	})
}
