// Package idmissing shows AssumeRole without an External ID where one is needed, and
// where none is.
package idmissing

import (
	"context"
	"database/sql"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type Customer struct{ RoleARN, ExternalID string }

type Config struct {
	RoleARN  string
	Accounts []string
	Roles    map[string]string
}

func FromDatabase(ctx context.Context, c *sts.Client, cust Customer) {
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(cust.RoleARN)}) // want `AssumeRole without an External ID`
}

func OnSomePath(ctx context.Context, c *sts.Client, cust Customer) {
	if cust.ExternalID == "" {
		c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(cust.RoleARN)})
		return
	}
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(cust.RoleARN), ExternalId: &cust.ExternalID})
}

func Provider(c *sts.Client, cust Customer) {
	stscreds.NewAssumeRoleProvider(c, cust.RoleARN)                                                                  // want `AssumeRole without an External ID`
	stscreds.NewAssumeRoleProvider(c, cust.RoleARN, func(o *stscreds.AssumeRoleOptions) { o.RoleSessionName = "s" }) // want `AssumeRole without an External ID`
}

func WithOption(c *sts.Client, cust Customer) {
	stscreds.NewAssumeRoleProvider(c, cust.RoleARN, func(o *stscreds.AssumeRoleOptions) { o.ExternalID = &cust.ExternalID })
}

func SetAfterwards(ctx context.Context, c *sts.Client, cust Customer) {
	in := &sts.AssumeRoleInput{RoleArn: &cust.RoleARN}
	if cust.ExternalID != "" {
		in.ExternalId = &cust.ExternalID
	}
	c.AssumeRole(ctx, in)
}

func OptionsAsSlice(c *sts.Client, cust Customer, opts []func(*stscreds.AssumeRoleOptions)) {
	stscreds.NewAssumeRoleProvider(c, cust.RoleARN, opts...)
}

func OptionAsVariable(c *sts.Client, cust Customer, opt func(*stscreds.AssumeRoleOptions)) {
	stscreds.NewAssumeRoleProvider(c, cust.RoleARN, opt)
}

func complete(in *sts.AssumeRoleInput, cust Customer) { in.ExternalId = &cust.ExternalID }

func HandedOn(ctx context.Context, c *sts.Client, cust Customer) {
	in := &sts.AssumeRoleInput{RoleArn: &cust.RoleARN}
	complete(in, cust)
	c.AssumeRole(ctx, in)
}

func OwnRole(ctx context.Context, c *sts.Client, cfg Config) {
	own := "arn:aws:iam::123456789012:role/own"
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &own})
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(os.Getenv("ROLE_ARN"))})
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &cfg.RoleARN})
}

func WebIdentity(ctx context.Context, c *sts.Client, cust Customer, token string) {
	c.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: &cust.RoleARN, WebIdentityToken: &token})
}

func FromSettings(ctx context.Context, c *sts.Client, cfg *Config, name string) {
	for _, account := range cfg.Accounts {
		role := "arn:aws:iam::" + account + ":role/reader"
		c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role})
	}
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(cfg.Roles[name])})
}

func FromList(ctx context.Context, c *sts.Client, accounts []string, roles map[string]string) {
	for _, account := range accounts {
		role := "arn:aws:iam::" + account + ":role/reader"
		c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role}) // want `AssumeRole without an External ID`
	}
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(roles["a"])}) // want `AssumeRole without an External ID`
}

func FromRow(ctx context.Context, c *sts.Client, db *sql.DB, id string) {
	var role string
	db.QueryRow("select role_arn from accounts where id = ?", id).Scan(&role)
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role})                  // want `AssumeRole without an External ID`
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(role + "x")}) // want `AssumeRole without an External ID`
}

func OwnRoleLogged(ctx context.Context, c *sts.Client) {
	role := os.Getenv("ROLE_ARN")
	log.Println("assuming", role)
	c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: aws.String(role)})
}
