// Package sts is a stub of the SDK's package, as far as fixtures need it.
package sts

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
)

type Client struct{}

type Options struct{}

type AssumeRoleInput struct {
	RoleArn         *string
	RoleSessionName *string
	ExternalId      *string
	DurationSeconds *int32
}

type AssumeRoleOutput struct{ AssumedRole *string }

type AssumeRoleWithWebIdentityInput struct {
	RoleArn          *string
	WebIdentityToken *string
}

func NewFromConfig(aws.Config, ...func(*Options)) *Client { return &Client{} }

func (*Client) AssumeRole(context.Context, *AssumeRoleInput, ...func(*Options)) (*AssumeRoleOutput, error) {
	return nil, nil
}

func (*Client) AssumeRoleWithWebIdentity(context.Context, *AssumeRoleWithWebIdentityInput, ...func(*Options)) (*AssumeRoleOutput, error) {
	return nil, nil
}
