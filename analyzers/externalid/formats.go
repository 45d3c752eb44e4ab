package externalid

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// condition matches a text in which a trust policy's External ID comes next.
var condition = lazyregexp.New(`sts:ExternalId\\?["']?\s*[:=]\s*\[?\s*\\?["']?$`)

// verb matches one verb of a format.
var verb = lazyregexp.New(`%[-+# 0]*\d*(\.\d+)?[a-zA-Z%]`)

// conditions follows back what is formatted into the condition of a trust policy that is
// spelt as text.
func (d *discovery) conditions(i ssa.CallInstruction, obj *types.Func, fn *ssa.Function) {
	name := program.FuncOf(obj)
	if name.Pkg != "fmt" || name.Recv != "" || !strings.HasSuffix(name.Name, "f") {
		return
	}
	args := i.Common().Args
	if len(args) < 2 {
		return
	}
	format, ok := constantString(args[len(args)-2])
	if !ok || !strings.Contains(format, conditionKey) {
		return
	}
	values := variadic(args[len(args)-1])
	n := 0
	for _, at := range verb.FindAllStringIndex(format, -1) {
		if strings.HasSuffix(format[at[0]:at[1]], "%") {
			continue
		}
		if v := values[n]; v != nil && condition.MatchString(format[:at[0]]) {
			d.back(unwrapped(v), nil, &Why{What: Thing{Kind: Plain, Name: conditionKey}, Reason: Reason{Kind: OfCondition, Subject: conditionKey}, Strength: Reaches}, placed{v, d.argumentAt(i, len(args)-1+n), fn})
		}
		n++
	}
}

// argumentAt is where an argument of a call stands, which a constant does not tell; the
// call where it is not found. Arguments count as written.
func (d *discovery) argumentAt(i ssa.CallInstruction, n int) token.Pos {
	pos := i.Pos()
	for _, f := range d.pass.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(f, pos, pos)
		for _, node := range path {
			if c, ok := node.(*ast.CallExpr); ok && c.Lparen == i.Pos() && n < len(c.Args) {
				return c.Args[n].Pos()
			}
		}
	}
	return pos
}

// variadic are the arguments that a call spells out for its variadic parameter, by index.
func variadic(v ssa.Value) map[int]ssa.Value {
	out := map[int]ssa.Value{}
	sl, ok := v.(*ssa.Slice)
	if !ok {
		return out
	}
	a, ok := sl.X.(*ssa.Alloc)
	if !ok {
		return out
	}
	for _, r := range *a.Referrers() {
		ia, ok := r.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		index, ok := ia.Index.(*ssa.Const)
		if !ok {
			continue
		}
		for _, u := range *ia.Referrers() {
			if st, ok := u.(*ssa.Store); ok && st.Addr == ia {
				out[int(index.Int64())] = st.Val
			}
		}
	}
	return out
}
