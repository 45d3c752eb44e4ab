// Package stscreds is a stub of the SDK's package, as far as fixtures need it.
package stscreds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

type AssumeRoleAPIClient interface{}

type AssumeRoleOptions struct {
	RoleARN         string
	RoleSessionName string
	ExternalID      *string
}

type AssumeRoleProvider struct{}

func (*AssumeRoleProvider) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, nil
}

func NewAssumeRoleProvider(client AssumeRoleAPIClient, roleARN string, optFns ...func(*AssumeRoleOptions)) *AssumeRoleProvider {
	return &AssumeRoleProvider{}
}
