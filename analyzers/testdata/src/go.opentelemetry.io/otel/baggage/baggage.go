// Package baggage is a stub of the module's package, as far as fixtures need it.
package baggage

type Member struct{}

func NewMember(key, value string) (Member, error) { return Member{}, nil }
