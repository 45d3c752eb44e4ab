// Package shop is an example, which is not reported on.
package shop

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type Customer struct{ RoleARN string }

func FromDatabase(ctx context.Context, c *sts.Client, cust Customer) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &cust.RoleARN})
}
