package idlogged

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/report"
)

// The schema of a Terraform provider decides what plans show: an attribute that is not
// sensitive is printed by every plan, and so stands in the logs of who runs them.
// https://developer.hashicorp.com/terraform/plugin/framework/handling-data/attributes#sensitive

// schemas reports the External IDs among the attributes that a package declares openly.
func schemas(pass *analysis.Pass, prog *program.Result, r *report.Reporter) {
	for _, fn := range prog.Funcs {
		if program.IsTestOnly(pass, fn.Pos()) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				m, ok := instr.(*ssa.MakeMap)
				if !ok || !ofAttributes(m.Type()) {
					continue
				}
				for _, a := range openAttributes(m) {
					r.Report(analysis.Diagnostic{Pos: program.Near(fn, a.at), Category: "idlogged",
						Message: "External ID logged: attribute \"" + a.name + "\" (" + a.why + ") is not sensitive: it is shown in plans"})
				}
			}
		}
	}
}

// ofAttributes reports whether a map holds a provider's attributes by their names.
func ofAttributes(t types.Type) bool {
	m, ok := t.Underlying().(*types.Map)
	if !ok {
		return false
	}
	n := program.NamedOf(m.Elem())
	return n != nil && n.Obj().Pkg() != nil && strings.HasPrefix(n.Obj().Pkg().Path(), "github.com/hashicorp/terraform")
}

// attribute is one that plans show.
type attribute struct {
	name, why string
	at        token.Pos
}

// openAttributes are the External IDs in a schema that are not known to be sensitive, or
// left to other code to decide.
func openAttributes(m *ssa.MakeMap) []attribute {
	var names []string
	var updates []*ssa.MapUpdate
	for _, r := range *m.Referrers() {
		if u, ok := r.(*ssa.MapUpdate); ok && u.Map == m {
			if c, ok := u.Key.(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.String {
				names, updates = append(names, constant.StringVal(c.Value)), append(updates, u)
			}
		}
	}
	var out []attribute
	for i, u := range updates {
		if why, ok := externalid.AmongNames(names, i); ok && isOpen(u.Value) {
			out = append(out, attribute{names[i], why.String(), u.Pos()})
		}
	}
	return out
}

// isOpen reports whether an attribute is spelt out where it is declared, and is neither
// sensitive nor kept out of plans.
func isOpen(v ssa.Value) bool {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		v = load.X
	}
	a, ok := v.(*ssa.Alloc)
	if !ok || program.StructOf(a.Type()) == nil {
		return false
	}
	for _, r := range *a.Referrers() {
		switch r := r.(type) {
		case *ssa.FieldAddr:
			switch program.StructOf(a.Type()).Field(r.Field).Name() {
			case "Sensitive", "WriteOnly":
				if !isFalse(r) {
					return false
				}
			}
		case ssa.CallInstruction: // it may be completed there
			return false
		}
	}
	return true
}

// isFalse reports whether nothing but false is put into a field.
func isFalse(field *ssa.FieldAddr) bool {
	for _, r := range *field.Referrers() {
		if st, ok := r.(*ssa.Store); ok {
			c, ok := st.Val.(*ssa.Const)
			if !ok || c.Value == nil || constant.BoolVal(c.Value) {
				return false
			}
		}
	}
	return true
}
