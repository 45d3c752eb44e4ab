package tables

// Mode is how a sink looks at a value: what it would show of it.
type Mode uint8

// The modes.
const (
	Whole      Mode = iota // everything reachable
	Printed                // as package fmt does: pointers below the top are addresses
	GoSyntax               // as package fmt does by %#v: String and Error are not asked
	Encoded                // as encoding/json does: exported fields without json:"-"
	Structured             // as structured loggers do, by either
	Nested                 // as they do inside of a value, where its LogValue is not asked
	Rendered               // as templates do: exported fields that they name
)

// Showers are the methods by which a type decides itself what is shown of it.
var Showers = map[Mode][]string{
	Printed:    {"Format", "Error", "String"},
	GoSyntax:   {"Format", "GoString"},
	Encoded:    {"MarshalJSON", "MarshalText"}, // one for XML alone is about form, as gin.H's
	Nested:     {"MarshalJSON", "MarshalText", "Format", "Error", "String"},
	Structured: {"LogValue", "MarshalLogObject", "MarshalZerologObject", "MarshalLog", "MarshalJSON", "MarshalText", "Format", "GoString", "Error", "String"},
}

// ByFmt reports whether package fmt looks at the value.
func (m Mode) ByFmt() bool { return m == Printed || m == GoSyntax }

// Inside is how what lies inside of a value is looked at.
func (m Mode) Inside() Mode {
	if m == Structured {
		return Nested
	}
	return m
}

// Asks reports whether the value is asked how it wants to be shown as text, by the method of
// the type that lies behind an interface.
func (m Mode) Asks() bool { return m.ByFmt() || m == Structured || m == Nested }
