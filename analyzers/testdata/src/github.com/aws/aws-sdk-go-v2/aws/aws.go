// Package aws is a stub of the SDK's package, as far as fixtures need it.
package aws

import "context"

type Config struct {
	Region      string
	Credentials CredentialsProvider
}

type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

type CredentialsProvider interface {
	Retrieve(ctx context.Context) (Credentials, error)
}

func String(v string) *string   { return &v }
func ToString(p *string) string { return *p }
func Int32(v int32) *int32      { return &v }

func NewCredentialsCache(p CredentialsProvider) CredentialsProvider { return p }
