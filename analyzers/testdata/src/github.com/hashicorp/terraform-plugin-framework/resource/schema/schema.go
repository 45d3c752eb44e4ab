// Package schema is a stub of the module's package, as far as fixtures need it.
package schema

type Attribute interface{ IsSensitive() bool }

type Schema struct{ Attributes map[string]Attribute }

type StringAttribute struct {
	Required, Optional, Computed, Sensitive, WriteOnly bool
	Description                                        string
}

func (a StringAttribute) IsSensitive() bool { return a.Sensitive }

type SingleNestedAttribute struct {
	Attributes map[string]Attribute
	Required   bool
}

func (a SingleNestedAttribute) IsSensitive() bool { return false }
