package externalid

import (
	"cmp"
	"strings"
)

// ThingKind says what sort of thing carries an External ID.
type ThingKind uint8

// The kinds of things.
const (
	SomeValue ThingKind = iota // a value that has no name
	Plain                      // a name that says by itself what it is
	Field
	Parameter
	Variable
	Element // of a map
	ResultOf
	Type
	Argument // the one that Owner counts, of a function
)

// Thing is what carries an External ID, or what a value came from. It is told apart by
// its parts; String is for reports.
type Thing struct {
	Kind  ThingKind
	Owner string // the type of a field
	Name  string
}

// things are the words before the names of things.
var things = [...]string{Field: "field ", Parameter: "parameter ", Variable: "variable ", Element: "element ", ResultOf: "result of ", Type: "type "}

func (t Thing) String() string {
	switch {
	case t.Kind == SomeValue:
		return "value"
	case t.Kind == Element && t.Name == "":
		return "map element"
	case t.Kind == Argument:
		return "argument " + t.Owner + " of " + t.Name
	case t.Owner != "":
		return things[t.Kind] + t.Owner + "." + t.Name
	}
	return things[t.Kind] + t.Name
}

// Compare orders things.
func (t Thing) Compare(u Thing) int {
	return cmp.Or(cmp.Compare(t.Kind, u.Kind), strings.Compare(t.Owner, u.Owner), strings.Compare(t.Name, u.Name))
}

// ReasonKind says why something is taken for an External ID.
type ReasonKind uint8

// The kinds of reasons.
const (
	Unknown ReasonKind = iota
	AnnotatedSo
	ConfiguredSource
	ConfiguredField
	ComparedWith // Subject
	OfCondition  // Subject: a key of policies
	Is           // Subject, which STS receives
	NamedSo      // Subject
	NamedBeside  // Subject, Other
	NamedIn      // Subject, in the function Other
	NamedInType
	NamedInPackage
	NamedOf // Subject, of the function Other
	ReachesSTS
	TaggedSource
)

// Reason is why something is taken for an External ID.
type Reason struct {
	Kind           ReasonKind
	Subject, Other string
}

// phrases are reasons as reports tell them: $s stands for the subject, $o for the other.
var phrases = [...]string{
	AnnotatedSo:      "annotated " + annotation,
	ConfiguredSource: "configured as a source",
	ConfiguredField:  "configured by -externalid.fields",
	ComparedWith:     "is compared with $s",
	OfCondition:      "is the value of an $s condition",
	Is:               "is $s",
	NamedSo:          "named $s",
	NamedBeside:      "named $s beside $o",
	NamedIn:          "named $s in $o",
	NamedInType:      "named $s in type $o",
	NamedInPackage:   "named $s in package $o",
	NamedOf:          "named $s of $o",
	ReachesSTS:       "reaches $s",
	TaggedSource:     "tagged as a source",
}

func (r Reason) String() string {
	return strings.NewReplacer("$s", r.Subject, "$o", r.Other).Replace(phrases[r.Kind])
}

// Compare orders reasons.
func (r Reason) Compare(s Reason) int {
	return cmp.Or(cmp.Compare(r.Kind, s.Kind), strings.Compare(r.Subject, s.Subject), strings.Compare(r.Other, s.Other))
}
