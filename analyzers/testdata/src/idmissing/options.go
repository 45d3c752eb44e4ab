package idmissing

import (
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

type link struct{ role, word, region string }

type LinkOption func(*link)

func WithRole(role string) LinkOption     { return func(l *link) { l.role = role } }
func WithWord(word string) LinkOption     { return func(l *link) { l.word = word } }
func WithRegion(region string) LinkOption { return func(l *link) { l.region = region } }

func Connect(c *sts.Client, options ...LinkOption) *stscreds.AssumeRoleProvider {
	var l link
	for _, set := range options {
		set(&l)
	}
	return stscreds.NewAssumeRoleProvider(c, l.role, func(o *stscreds.AssumeRoleOptions) {
		if l.word != "" {
			o.ExternalID = &l.word
		}
	})
}

func Connected(c *sts.Client, cust Customer, options []LinkOption) {
	Connect(c, WithRole(cust.RoleARN), WithWord(cust.ExternalID))
	Connect(c, WithRegion("eu-west-1"), WithRole(cust.RoleARN)) // want `AssumeRole without an External ID`
	Connect(c, WithRole("arn:aws:iam::role/ours"))
	Connect(c, options...)
	Connect(c, WithRole(cust.RoleARN), func(l *link) { l.word = cust.ExternalID })
	Connect(c)
}
