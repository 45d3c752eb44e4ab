package handlersin

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	runtime "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A Lambda's own event is what its caller sends.

type job struct {
	integration
	Action string `json:"action"`
}

func started(ctx context.Context, j job) (string, error) { // want `Lambda event reaches STS`
	_, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &j.RoleARN, ExternalId: &j.ExternalID})
	return j.Action, err
}

func startedWithItsOwn(ctx context.Context, j job) (string, error) {
	in := find(j.RoleARN)
	_, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.ExternalID})
	return j.Action, err
}

func notStarted(ctx context.Context, j job) (string, error) {
	_, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &j.RoleARN, ExternalId: &j.ExternalID})
	return j.Action, err
}

// reported by another service of AWS: nobody outside has chosen it
func reported(ctx context.Context, e events.SNSEvent) error {
	in := integration{RoleARN: e.Records[0].Subject, ExternalID: e.Records[0].Message}
	_, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &in.RoleARN, ExternalId: &in.ExternalID})
	return err
}

func start() {
	runtime.Start(started)
	runtime.Start(startedWithItsOwn)
	runtime.Start(reported)
}
