// Package credentials is a stub of the SDK's package, as far as fixtures need it.
package credentials

type Credentials struct{}

func NewStaticCredentials(id, secret, token string) *Credentials { return nil }
