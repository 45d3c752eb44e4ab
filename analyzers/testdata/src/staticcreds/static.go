// Package staticcreds shows keys in code, and such that are not.
package staticcreds

import (
	"context"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	v1 "github.com/aws/aws-sdk-go/aws/credentials"
)

// secret has the shape of a key, put together so that none stands here.
const secret = "abcdefghij0123456789" + "ABCDEFGHIJ+/01234567"

func constants() {
	credentials.NewStaticCredentialsProvider("id", secret, "") // want `long-lived AWS credentials`
	v1.NewStaticCredentials("id", secret, "")                  // want `long-lived AWS credentials`
}

func elsewhere(given string) {
	credentials.NewStaticCredentialsProvider("id", given, "")
	credentials.NewStaticCredentialsProvider("id", "MockStaticSecretKey", "")
	credentials.NewStaticCredentialsProvider(os.Getenv("ID"), os.Getenv("SECRET"), "")
	credentials.NewStaticCredentialsProvider("test", "test", "") // a local stack
}

func robot(key, secret string) aws.Config {
	return aws.Config{Credentials: credentials.NewStaticCredentialsProvider(key, secret, "")}
}

func byUser(ctx context.Context, in *sts.AssumeRoleInput) {
	c := sts.NewFromConfig(robot(os.Getenv("KEY"), os.Getenv("SECRET")))
	c.AssumeRole(ctx, in) // want `with the credentials of a user`
}

func bySession(ctx context.Context, in *sts.AssumeRoleInput, key, secret, token string) {
	cfg := aws.Config{Credentials: credentials.NewStaticCredentialsProvider(key, secret, token)}
	sts.NewFromConfig(cfg).AssumeRole(ctx, in)
}

func atALocalStack(ctx context.Context, in *sts.AssumeRoleInput) {
	cfg := aws.Config{Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	sts.NewFromConfig(cfg).AssumeRole(ctx, in)
}

func byDefault(ctx context.Context, in *sts.AssumeRoleInput, cfg aws.Config) {
	sts.NewFromConfig(cfg).AssumeRole(ctx, in)
}
