package tables

// Mode is how a sink looks at a value: what it would show of it.
type Mode uint8

// The modes.
const (
	Whole      Mode = iota // everything reachable
	Printed                // as package fmt does: pointers below the top are addresses
	Encoded                // as encoding/json does: exported fields without json:"-"
	Structured             // as structured loggers do, by either
	Rendered               // as templates do: exported fields that they name
)

// Showers are the methods by which a type decides itself what is shown of it.
var Showers = map[Mode][]string{
	Printed:    {"Format", "GoString", "Error", "String"},
	Encoded:    {"MarshalJSON", "MarshalText"}, // one for XML alone is about form, as gin.H's
	Structured: {"LogValue", "MarshalLogObject", "MarshalZerologObject", "MarshalLog", "MarshalJSON", "MarshalText", "Format", "GoString", "Error", "String"},
}
