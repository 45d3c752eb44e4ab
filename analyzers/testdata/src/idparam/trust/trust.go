// Package trust hands External IDs to STS for the handlers of package idparam.
package trust

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type Service struct{ client *sts.Client }

func (s *Service) Connect(ctx context.Context, role, handshake string) aws.CredentialsProvider {
	return stscreds.NewAssumeRoleProvider(s.client, role, func(o *stscreds.AssumeRoleOptions) {
		o.ExternalID = &handshake
	})
}

// Account is kept; its Handshake reaches STS in Open.
type Account struct {
	ID, RoleARN, Handshake string
}

func (s *Service) Open(ctx context.Context, a Account) aws.CredentialsProvider {
	return s.Connect(ctx, a.RoleARN, a.Handshake)
}
