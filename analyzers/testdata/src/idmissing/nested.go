package idmissing

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// AWSConfig belongs to one of many customers, or to the service itself: what it lies in
// tells.
type AWSConfig struct{ RoleARN, ExternalID string }

type Tenant struct {
	ID  string
	AWS AWSConfig
}

type Server struct {
	listen string
	aws    AWSConfig
	client *sts.Client
}

func OfATenant(ctx context.Context, c *sts.Client, t *Tenant) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(t.AWS.RoleARN)}) // want `AssumeRole without an External ID`
}

func (s *Server) Own(ctx context.Context) {
	s.client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(s.aws.RoleARN)})
}

// An empty External ID is none.
func Empty(ctx context.Context, c *sts.Client, cust Customer) {
	none := ""
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &cust.RoleARN, ExternalId: aws.String("")}) // want `AssumeRole without an External ID`
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &cust.RoleARN, ExternalId: &none})          // want `AssumeRole without an External ID`
}

func NotAlwaysEmpty(ctx context.Context, c *sts.Client, cust Customer) {
	id := ""
	if cust.ExternalID != "" {
		id = cust.ExternalID
	}
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &cust.RoleARN, ExternalId: &id})
}
