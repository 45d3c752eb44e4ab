// Package sdks hands External IDs to STS by each of the SDKs, under names that say
// nothing, which shows by what is known of them afterwards.
package sdks

import (
	"context"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	awsv1 "github.com/aws/aws-sdk-go/aws"
	credsv1 "github.com/aws/aws-sdk-go/aws/credentials"
	stscredsv1 "github.com/aws/aws-sdk-go/aws/credentials/stscreds"
	"github.com/aws/aws-sdk-go/aws/session"
	stsv1 "github.com/aws/aws-sdk-go/service/sts"
	awsbase "github.com/hashicorp/aws-sdk-go-base/v2"
)

// Second is of the second SDK.
type Second struct{ Arn, Word, Note string }

func second(ctx context.Context, c *sts.Client, s *Second) {
	_, err := c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &s.Arn, ExternalId: &s.Word})
	log.Println(s.Word, err) // planted: idlogged
	log.Println(s.Note, err) // decoy: something else
}

// Option is of its options.
type Option struct{ Arn, Word, Note string }

func option(c stscreds.AssumeRoleAPIClient, o Option) aws.CredentialsProvider {
	log.Println(o.Note) // decoy: something else
	log.Println(o.Word) // planted: idlogged
	return stscreds.NewAssumeRoleProvider(c, o.Arn, func(x *stscreds.AssumeRoleOptions) {
		x.ExternalID = aws.String(o.Word)
		x.Duration = time.Hour
	})
}

// Loaded is of its configuration.
type Loaded struct{ Word, Note string }

func loaded(ctx context.Context, l Loaded) (aws.Config, error) {
	log.Println(l.Word) // planted: idlogged
	log.Println(l.Note) // decoy: something else
	return config.LoadDefaultConfig(ctx, config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) { o.ExternalID = &l.Word }))
}

// First is of the first SDK.
type First struct{ Arn, Word, Note string }

func first(s *session.Session, f First) *credsv1.Credentials {
	log.Println(f.Word) // planted: idlogged
	log.Println(f.Note) // decoy: something else
	return stscredsv1.NewCredentials(s, f.Arn, func(p *stscredsv1.AssumeRoleProvider) { p.ExternalID = awsv1.String(f.Word) })
}

// Set is of its setters.
type Set struct{ Arn, Word, Note string }

func setter(c *stsv1.STS, s Set) error {
	in := (&stsv1.AssumeRoleInput{}).SetRoleArn(s.Arn).SetExternalId(s.Word)
	_, err := c.AssumeRole(in)
	log.Println(s.Word) // planted: idlogged
	log.Println(s.Note) // decoy: something else
	return err
}

// Base is of HashiCorp's layer.
type Base struct{ Arn, Word, Note string }

func base(b Base) awsbase.Config {
	log.Println(b.Word) // planted: idlogged
	log.Println(b.Note) // decoy: something else
	return awsbase.Config{AssumeRole: []awsbase.AssumeRole{{RoleARN: b.Arn, ExternalID: b.Word}}}
}

func without(ctx context.Context, c *sts.Client, s Second) {
	_, _ = c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &s.Arn})             // planted: idmissing
	_ = stscreds.NewAssumeRoleProvider(c, s.Arn)                                // planted: idmissing
	_ = stscreds.NewAssumeRoleProvider(c, "arn:aws:iam::123456789012:role/own") // decoy: a role of our own
	_ = credentials.NewStaticCredentialsProvider(s.Arn, s.Word, "")             // decoy: from data
}
