package externalid

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// public are names of identifiers that others know or can guess.
var public = lazyregexp.New(`(?i)(customer|tenant|org(ani[sz]ation)?|account|user|team|workspace|project|company|email|repo(sitory)?|cluster|region|namespace|domain|env(ironment)?|node|integration|connection|installation)_?(id|uuid|number|num|name|slug|alias)?$`)

// IsPublic reports whether a name is one of an identifier that others know. Where one
// is used as an External ID, the External ID is weak; the identifier is no secret for
// that, and its every mention no leak.
func IsPublic(name string) bool {
	return public.MatchString(name) && !strings.Contains(plain(name), "externalid")
}

// PublicField names a field that holds such an identifier, by its own name or by what
// it is the ID of: "Customer.ID". It is empty for other fields.
func PublicField(t types.Type, i int) string {
	s := program.StructOf(t)
	if s == nil || i >= s.NumFields() {
		return ""
	}
	name := s.Field(i).Name()
	if IsPublic(name) {
		return name
	}
	switch name {
	case "ID", "Id", "UUID", "Name", "Slug", "Number", "Alias":
		if n := program.NamedOf(t); n != nil && IsPublic(n.Obj().Name()+name) {
			return n.Obj().Name() + name
		}
	}
	return ""
}

// PublicValue names what a value is read from, if that is an identifier that others
// know; empty if not.
func PublicValue(v ssa.Value) string {
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return PublicValue(v.X)
		}
	case *ssa.FieldAddr:
		return PublicField(v.X.Type(), v.Field)
	case *ssa.Field:
		return PublicField(v.X.Type(), v.Field)
	case *ssa.Parameter:
		if IsPublic(v.Name()) {
			return v.Name()
		}
	case *ssa.Extract: // of a getter that may fail
		if c, ok := v.Tuple.(*ssa.Call); ok && v.Index == 0 && carriesText(v.Type()) {
			return publicResult(&c.Call, v.Type())
		}
	case *ssa.Call:
		return publicResult(&v.Call, v.Type())
	}
	return ""
}

// publicResult names what a getter returns.
func publicResult(c *ssa.CallCommon, t types.Type) string {
	obj := program.Callee(c)
	if obj == nil {
		return ""
	}
	if name := strings.TrimPrefix(obj.Name(), "Get"); IsPublic(name) && !strings.HasPrefix(strings.ToLower(name), "env") && carriesText(t) { // env reads a variable of it
		return name
	}
	return ""
}
