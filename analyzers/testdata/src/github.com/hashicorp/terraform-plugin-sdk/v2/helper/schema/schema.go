// Package schema is a stub of the module's package, as far as fixtures need it.
package schema

type ValueType int

const (
	TypeString ValueType = iota
	TypeList
)

type Schema struct {
	Type                                     ValueType
	Required, Optional, Computed, Sensitive bool
	WriteOnly                                bool
	Description                              string
	Elem                                     any
}

type Resource struct{ Schema map[string]*Schema }
