// Package stscreds is a stub of the SDK's package, as far as fixtures need it.
package stscreds

import "github.com/aws/aws-sdk-go/aws/credentials"

type AssumeRoleProvider struct {
	RoleARN    string
	ExternalID *string
}

func NewCredentials(c any, roleARN string, options ...func(*AssumeRoleProvider)) *credentials.Credentials {
	return nil
}
