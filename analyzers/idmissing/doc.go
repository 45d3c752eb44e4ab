// Package idmissing reports AssumeRole for a role that comes from data, without an
// External ID.
//
// "No externalID was set in the recommended policy" is one of the guide's cases in
// which customers must be notified: whoever knows the ARN of another customer's role
// can enter it as their own, and the vendor assumes it.
//
// Bad:
//
//	client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &customer.RoleARN, RoleSessionName: &name})
//
// Good:
//
//	client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &customer.RoleARN, RoleSessionName: &name, ExternalId: &customer.ExternalID})
//
// So are an empty External ID, a constructor of the project's own that is given an option
// for the role and none for the External ID, and a trust policy for an AWS principal, spelt
// as a map, that has no condition.
//
// A role that is known at build time, or that the operator configures, is not
// reported, nor is one whose options are not all in sight: an input that is handed
// on, options passed as a slice or variable.
package idmissing
