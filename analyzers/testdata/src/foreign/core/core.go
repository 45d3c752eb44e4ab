// Package core has the types and functions that a configuration names.
package core

type Contact struct {
	Phone string
	Notes []string
	Count int
	Name  string
}

func (c Contact) Call() string { return "tel:" + c.Phone }

type SigningKeys struct{ Current, Next string }

type Tagged struct {
	Mail string `json:"mail" privacy:"public,personal"`
	Lang string
}

type Plain struct{ Phone, Name string }

func Record(args ...any) {}

func Recordf(format string, args ...any) {}

type Audit struct{}

func (Audit) Note(args ...any) {}

func (Audit) Skip(args ...any) {}

func Scrub(s string) string { return s }

func ScrubContact(c *Contact) { c.Phone = "" }
