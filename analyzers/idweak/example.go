package idweak

import (
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// wireType is how types are called that requests are read into.
var wireType = lazyregexp.New(`(?i)(body|request|req|payload|dto|input|params)$`)

// isExample recognises a value of a request's type that is only put into an interface
// in another struct: an example in the description of an API, which nobody assumes a
// role with.
func isExample(o externalid.Origin) bool {
	if o.Fn == nil {
		return false
	}
	for _, b := range o.Fn.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok || st.Val != o.Value {
				continue
			}
			fa, ok := st.Addr.(*ssa.FieldAddr)
			if !ok {
				return false
			}
			n := program.NamedOf(fa.X.Type())
			alloc, ok := fa.X.(*ssa.Alloc)
			return ok && n != nil && wireType.MatchString(n.Obj().Name()) && onlyBoxed(alloc)
		}
	}
	return false
}

// onlyBoxed reports whether all that becomes of a struct is that it is put into a field
// of interface type.
func onlyBoxed(a *ssa.Alloc) bool {
	boxed := false
	for _, r := range *a.Referrers() {
		switch r := r.(type) {
		case *ssa.FieldAddr, *ssa.DebugRef:
		case *ssa.UnOp:
			for _, use := range *r.Referrers() {
				mi, ok := use.(*ssa.MakeInterface)
				if !ok || !onlyInFields(mi) {
					return false
				}
				boxed = true
			}
		case *ssa.MakeInterface:
			if !onlyInFields(r) {
				return false
			}
			boxed = true
		default:
			return false
		}
	}
	return boxed
}

func onlyInFields(mi *ssa.MakeInterface) bool {
	for _, r := range *mi.Referrers() {
		st, ok := r.(*ssa.Store)
		if !ok {
			return false
		}
		if _, ok := st.Addr.(*ssa.FieldAddr); !ok {
			return false
		}
	}
	return true
}
