// Package sts is a stub of the SDK's package, as far as fixtures need it.
package sts

type STS struct{}

type AssumeRoleInput struct {
	RoleArn    *string
	ExternalId *string
}

func (s AssumeRoleInput) String() string

func (s *AssumeRoleInput) SetExternalId(v string) *AssumeRoleInput { s.ExternalId = &v; return s }

type AssumeRoleOutput struct{}

func (*STS) AssumeRole(*AssumeRoleInput) (*AssumeRoleOutput, error) { return nil, nil }
