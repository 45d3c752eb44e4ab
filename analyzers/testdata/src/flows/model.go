// Package flows shows, one file per feature of the language, a flow that is found and
// a near-miss.
package flows

import (
	"context"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Integration holds an External ID under a name that does not say so: it is one
// because assume hands it to STS.
type Integration struct {
	Name      string
	RoleARN   string
	Handshake string
}

func assume(ctx context.Context, c *sts.Client, in Integration) error {
	_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(in.RoleARN), ExternalId: aws.String(in.Handshake)})
	return err
}

func load() *Integration

// leak is a sink of our own, whose body is in sight.
func leak(args ...any) {
	for _, a := range args {
		log.Println(a)
	}
}
