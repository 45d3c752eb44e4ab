package staticcreds

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// What one branch sets, the other one does not use.
func eitherKeysOrRole(ctx context.Context, in *sts.AssumeRoleInput, cfg aws.Config) aws.Config {
	if key := os.Getenv("KEY"); key != "" {
		cfg.Credentials = credentials.NewStaticCredentialsProvider(key, os.Getenv("SECRET"), "")
	} else {
		sts.NewFromConfig(cfg).AssumeRole(ctx, in)
	}
	return cfg
}

func keysThenRole(ctx context.Context, in *sts.AssumeRoleInput, cfg aws.Config) {
	if key := os.Getenv("KEY"); key != "" {
		cfg.Credentials = credentials.NewStaticCredentialsProvider(key, os.Getenv("SECRET"), "")
	}
	sts.NewFromConfig(cfg).AssumeRole(ctx, in) // want `with the credentials of a user`
}
