package interp

import (
	"go/types"
	"slices"
	"strings"
	"text/template/parse"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// A template shows of its data what it names: a struct with an External ID can be given to
// one that does not name it, or that names it within a function that masks. A template is
// read and gone through over the type of the data; where that cannot be done to the end, it
// is taken to show everything.

// rendered is what an executed template shows of its data, argument i.
func (f *frame) rendered(k site, i int) heap.Taint {
	mi, ok := k.vals[i].(*ssa.MakeInterface)
	if !ok {
		return f.deep(k.args[i], tables.Rendered)
	}
	name := ""
	if i == 3 { // ExecuteTemplate
		if name, ok = constString(k.vals[2]); !ok {
			return f.deep(k.args[i], tables.Rendered)
		}
	}
	t := f.e.templateOf(k.vals[0])
	if t == nil {
		t = f.e.anyTemplate()
	}
	w := templateWalk{f: f, t: t}
	if t == nil || !w.run(name, mi.X.Type()) {
		return f.deep(k.args[i], tables.Rendered)
	}
	out := k.args[i].Taint
	for _, s := range w.shown {
		var part heap.Cell
		for _, r := range k.args[i].Refs {
			part.Refs = append(part.Refs, heap.Ref{Place: r.Join(s.path), Typ: s.typ, Hint: f.hintOf(heap.Ref{Place: r.Place, Typ: mi.X.Type(), Hint: r.Hint}, s.path)})
		}
		out = out.Union(f.deep(part, tables.Rendered))
	}
	return out
}

// templateWalk goes through a template for what it shows.
type templateWalk struct {
	f       *frame
	t       *texts
	trees   map[string]*parse.Tree
	shown   []shownPart
	vars    []templateVar
	depth   int
	unknown bool
}

// shownPart is a part of the data: its place and type. value is what an expression may be.
type (
	shownPart struct {
		typ  types.Type
		path *heap.Path
	}
	value       []shownPart
	templateVar struct {
		name string
		val  value
	}
)

// run goes through all texts, or through the one of a name, and reports whether that could
// be done.
func (w *templateWalk) run(name string, data types.Type) bool {
	w.trees = map[string]*parse.Tree{}
	var roots []*parse.Tree
	for _, text := range w.t.sources {
		t := parse.New(text.name)
		t.Mode = parse.SkipFuncCheck
		if _, err := t.Parse(text.text, "", "", w.trees); err != nil {
			return false
		}
		roots = append(roots, t)
	}
	if name != "" {
		if w.trees[name] == nil {
			return false
		}
		roots = []*parse.Tree{w.trees[name]}
	}
	for _, t := range roots {
		dot := value{{data, w.f.e.paths}}
		w.vars = []templateVar{{"$", dot}}
		w.node(t.Root, dot)
	}
	return !w.unknown
}

// maxTemplates bounds templates within templates.
const maxTemplates = 20

func (w *templateWalk) node(n parse.Node, dot value) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				w.node(c, dot)
			}
		}
	case *parse.ActionNode:
		v := w.pipe(n.Pipe, dot)
		if len(n.Pipe.Decl) == 0 {
			w.shown = append(w.shown, v...)
		}
	case *parse.IfNode:
		w.branch(&n.BranchNode, dot, dot)
	case *parse.WithNode:
		w.scoped(func() { w.branch(&n.BranchNode, dot, w.pipe(n.Pipe, dot)) })
	case *parse.RangeNode:
		w.scoped(func() { w.ranges(n, dot) })
	case *parse.TemplateNode:
		w.include(n, dot)
	}
}

// scoped forgets the variables that are declared in a block.
func (w *templateWalk) scoped(do func()) {
	n := len(w.vars)
	do()
	w.vars = w.vars[:n]
}

func (w *templateWalk) branch(n *parse.BranchNode, outer, dot value) {
	w.scoped(func() {
		w.pipe(n.Pipe, outer)
		w.node(n.List, dot)
		w.node(n.ElseList, outer)
	})
}

func (w *templateWalk) ranges(n *parse.RangeNode, dot value) {
	var elems value
	for _, p := range w.pipe(n.Pipe, dot) {
		if t := elementOf(p.typ); t != nil {
			elems = append(elems, shownPart{t, p.path.At(heap.AnyElement)})
		}
	}
	if decl := n.Pipe.Decl; len(decl) > 0 { // pipe has declared them as the whole
		w.vars[len(w.vars)-1].val = elems
		if len(decl) == 2 {
			w.vars[len(w.vars)-2].val = nil
		}
	}
	w.node(n.List, elems)
	w.node(n.ElseList, dot)
}

func (w *templateWalk) include(n *parse.TemplateNode, dot value) {
	t := w.trees[n.Name]
	if t == nil || w.depth >= maxTemplates {
		w.unknown = true
		return
	}
	var data value
	if n.Pipe != nil {
		data = w.pipe(n.Pipe, dot)
	}
	w.depth++
	vars := w.vars
	w.vars = []templateVar{{"$", data}}
	w.node(t.Root, data)
	w.vars = vars
	w.depth--
}

// pipe is what a pipeline may be.
func (w *templateWalk) pipe(p *parse.PipeNode, dot value) value {
	if p == nil {
		return nil
	}
	var v value
	for i, c := range p.Cmds {
		v = w.command(c, dot, v, i > 0)
	}
	for _, d := range p.Decl {
		if p.IsAssign {
			for i := range w.vars {
				if w.vars[i].name == d.Ident[0] {
					w.vars[i].val = append(slices.Clone(w.vars[i].val), v...)
				}
			}
			continue
		}
		w.vars = append(w.vars, templateVar{d.Ident[0], v})
	}
	return v
}

// command is one command of a pipeline; what comes down the pipe is its last argument.
func (w *templateWalk) command(c *parse.CommandNode, dot, piped value, isPiped bool) value {
	if id, ok := c.Args[0].(*parse.IdentifierNode); ok {
		var args []value
		for _, a := range c.Args[1:] {
			args = append(args, w.operand(a, dot))
		}
		if isPiped {
			args = append(args, piped)
		}
		return w.call(id.Ident, args)
	}
	v := w.operand(c.Args[0], dot)
	for _, a := range c.Args[1:] { // of a method
		v = append(slices.Clone(v), w.operand(a, dot)...)
	}
	return append(slices.Clone(v), piped...)
}

func (w *templateWalk) operand(n parse.Node, dot value) value {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return w.fields(dot, n.Ident)
	case *parse.VariableNode:
		for _, v := range slices.Backward(w.vars) {
			if v.name == n.Ident[0] {
				return w.fields(v.val, n.Ident[1:])
			}
		}
		w.unknown = true
	case *parse.ChainNode:
		return w.fields(w.operand(n.Node, dot), n.Field)
	case *parse.PipeNode:
		return w.pipe(n, dot)
	case *parse.IdentifierNode:
		return w.call(n.Ident, nil)
	}
	return nil
}

// call is what a function may give back: an element, a choice, a text made of its
// arguments, or one that shows nothing of them.
func (w *templateWalk) call(name string, args []value) value {
	switch name {
	case "len", "eq", "ne", "lt", "le", "gt", "ge", "not":
		return nil
	case "index":
		if len(args) == 0 {
			return nil
		}
		v := args[0]
		for range args[1:] {
			var next value
			for _, p := range v {
				if t := elementOf(p.typ); t != nil {
					next = append(next, shownPart{t, p.path.At(heap.AnyElement)})
				}
			}
			v = next
		}
		return v
	}
	if w.hides(name) {
		return nil
	}
	return slices.Concat(args...)
}

// hides reports whether a function of the template gives back nothing of its arguments.
func (w *templateWalk) hides(name string) bool {
	fn := w.t.funcs[name]
	if fn == nil {
		return false
	}
	if obj, ok := fn.Object().(*types.Func); ok {
		if w.f.e.isSanitizer(obj) {
			return true
		}
		sum := w.f.e.summaryOf(obj)
		return sum != nil && !sum.Carries()
	}
	sum := w.f.e.literal(fn)
	return sum != nil && !sum.Carries()
}

// fields follows names from a value: fields, elements of maps, methods.
func (w *templateWalk) fields(v value, names []string) value {
	for _, name := range names {
		var next value
		for _, p := range v {
			next = append(next, w.field(p, name)...)
		}
		v = next
	}
	return v
}

func (w *templateWalk) field(p shownPart, name string) value {
	base := pointee(p.typ)
	if m, ok := base.Underlying().(*types.Map); ok {
		return value{{m.Elem(), p.path.At(heap.Element(name))}}
	}
	obj, index, _ := types.LookupFieldOrMethod(p.typ, true, w.f.e.pass.Pkg, name)
	switch obj := obj.(type) {
	case *types.Var:
		path, t := p.path, p.typ
		for _, i := range index {
			s := program.StructOf(pointee(t))
			if s == nil {
				w.unknown = true
				return nil
			}
			path, t = path.At(heap.Field(i)), s.Field(i).Type()
		}
		return value{{t, path}}
	case *types.Func:
		if sum := w.f.e.summaryOf(obj); sum != nil && !sum.ResultsDependOn(0, w.f.e.paths) {
			return nil
		}
		return value{p} // what it says of it is not known
	}
	if types.IsInterface(base) {
		return value{p} // of what lies behind it, all may be shown
	}
	return nil // there is none: executing the template ends there
}

// isTemplateCall names a function or method of the packages for templates that a value is
// the result of; "" if it is none.
func isTemplateCall(c *ssa.CallCommon) string {
	obj := program.Callee(c)
	if obj == nil || obj.Pkg() == nil || !tables.IsTemplate(obj.Pkg().Path()) {
		return ""
	}
	return strings.TrimPrefix(program.FuncOf(obj).Recv+"."+obj.Name(), ".")
}
