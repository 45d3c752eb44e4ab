package interp

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// Resolvers by reflection: graph-gophers is given a value, and calls its methods, and those
// of what they return, with what a query names. Nothing in a method says so.

// isResolver reports whether the framework calls a method for a field of the schema.
func (e *engine) isResolver(fn *ssa.Function) bool {
	recv := fn.Signature.Recv()
	return recv != nil && e.resolverTypes()[program.NamedOf(recv.Type())] && fn.Object() != nil && fn.Object().Exported()
}

// resolvesFurther reports whether of a result not the fields are shown but what its
// methods return, which is looked at there.
func (e *engine) resolvesFurther(t types.Type) bool {
	if elem := elementOf(t); elem != nil {
		t = elem
	}
	return e.resolverTypes()[program.NamedOf(t)]
}

// resolverTypes are the types of this package whose methods the framework calls.
func (e *engine) resolverTypes() map[*types.Named]bool {
	if e.resolvers != nil {
		return e.resolvers
	}
	e.resolvers = map[*types.Named]bool{}
	uses := slices.ContainsFunc(e.pass.Pkg.Imports(), func(p *types.Package) bool { return p.Path() == tables.GraphGophers })
	if !uses {
		return e.resolvers
	}
	for _, fn := range e.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if c, ok := instr.(*ssa.Call); ok {
					e.takeRoot(&c.Call)
				}
			}
		}
	}
	return e.resolvers
}

// takeRoot takes in the value that a schema is parsed with.
func (e *engine) takeRoot(c *ssa.CallCommon) {
	obj := program.Callee(c)
	if obj == nil || len(c.Args) < 2 {
		return
	}
	if f := program.FuncOf(obj); f.Pkg != tables.GraphGophers || !tables.ParsesSchema(f) {
		return
	}
	if mi, ok := c.Args[1].(*ssa.MakeInterface); ok {
		e.takeResolver(mi.X.Type())
	}
}

// takeResolver takes in a type and those that its methods return.
func (e *engine) takeResolver(t types.Type) {
	if elem := elementOf(t); elem != nil {
		t = elem
	}
	n := program.NamedOf(t)
	if n == nil || e.resolvers[n] || n.Obj().Pkg() != e.pass.Pkg || n.NumMethods() == 0 {
		return
	}
	e.resolvers[n] = true
	for m := range n.Methods() {
		if m.Exported() {
			for r := range m.Signature().Results().Variables() {
				e.takeResolver(r.Type())
			}
		}
	}
}
