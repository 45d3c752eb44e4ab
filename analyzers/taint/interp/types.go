package interp

import (
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// carries reports whether a value of the type can hold text. Numbers and booleans
// that were computed from a followed value tell next to nothing of it.
func carries(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return true
	}
	switch b.Kind() {
	case types.String, types.UntypedString, types.Uint8, types.Int32, types.UntypedRune, types.UnsafePointer:
		return true
	}
	return false
}

// isScalar reports whether a register of the type holds its value itself rather
// than naming memory.
func isScalar(t types.Type) bool {
	_, ok := t.Underlying().(*types.Basic)
	return ok
}

// isText reports whether a value of the type is text, or part of one.
func isText(t types.Type) bool { return isScalar(t) && carries(t) }

func deref(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// maxPointers bounds pointers to pointers: a type can be a pointer to itself.
const maxPointers = 4

// pointee is what a pointer leads to, or a pointer to one, as a captured variable is:
// paths do not tell them apart.
func pointee(t types.Type) types.Type {
	for range maxPointers {
		t = deref(t)
	}
	return t
}

// typeAt is the type at a path below a value of type t, nil where it cannot be
// known, as below an interface.
func typeAt(t types.Type, p *heap.Path) types.Type {
	if p.IsRoot() {
		return t
	}
	if t = typeAt(t, p.Parent); t == nil {
		return nil
	}
	return step(pointee(t), p.Last)
}

func step(t types.Type, seg heap.Segment) types.Type {
	switch seg.Kind {
	case heap.FieldOf:
		s, ok := t.Underlying().(*types.Struct)
		if !ok || seg.Index >= s.NumFields() {
			return nil
		}
		return s.Field(seg.Index).Type()
	case heap.AnyOf, heap.KeyOf:
		return elementOf(t)
	case heap.YieldOf:
		if sig, ok := t.Underlying().(*types.Signature); ok {
			if yield := yieldOf(sig); yield != nil && seg.Index < yield.Params().Len() {
				return yield.Params().At(seg.Index).Type()
			}
		}
	case heap.KeysOf:
		if m, ok := t.Underlying().(*types.Map); ok {
			return m.Key()
		}
	}
	return nil
}

func elementOf(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return u.Elem()
	case *types.Array:
		return u.Elem()
	case *types.Map:
		return u.Elem()
	case *types.Chan:
		return u.Elem()
	case *types.Pointer:
		return elementOf(u.Elem())
	}
	return nil
}

// visible reports whether a sink of the mode shows what is at path in a value of
// type t.
func visible(t types.Type, p *heap.Path, m tables.Mode) bool {
	if m == tables.Whole {
		return true
	}
	for _, seg := range p.Segments() {
		if t == nil {
			return true
		}
		base := pointee(t)
		if s, ok := base.Underlying().(*types.Struct); ok && seg.Kind == heap.FieldOf && seg.Index < s.NumFields() && !shows(s, seg.Index, m) {
			return false
		}
		t = step(base, seg)
		if _, isPtr := typeOrNil(t).(*types.Pointer); isPtr && m.ByFmt() {
			return false
		}
	}
	return true
}

func typeOrNil(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// shows reports whether a sink of the mode shows a field.
func shows(s *types.Struct, i int, m tables.Mode) bool {
	f := s.Field(i)
	hidden := reflect.StructTag(s.Tag(i)).Get("json") == "-"
	switch m {
	case tables.Encoded:
		return !hidden && (f.Exported() || f.Embedded())
	case tables.Structured, tables.Nested:
		return !hidden
	case tables.Rendered:
		return f.Exported()
	}
	return true
}

// spot is a source found in a type: where it is and what it is.
type spot struct {
	path  *heap.Path
	label heap.Label
}

// maxSpots bounds the sources looked for in one type.
const maxSpots = 48

type spotKey struct {
	t types.Type
	m tables.Mode
}

// spots lists the sources in a value of type t as a sink of the mode sees it.
func (e *engine) spots(t types.Type, m tables.Mode) []spot {
	if t == nil {
		return nil
	}
	key := spotKey{t, m}
	if s, ok := e.spotCache[key]; ok {
		return s
	}
	w := spotWalk{e: e, mode: m, onPath: map[types.Type]bool{}}
	w.walk(t, e.paths, 0)
	e.spotCache[key] = w.found
	return w.found
}

type spotWalk struct {
	e      *engine
	mode   tables.Mode
	found  []spot
	onPath map[types.Type]bool
	steps  int
}

// maxSpotDepth bounds the nesting of types that a source is looked for in.
const maxSpotDepth = 12

// maxSpotSteps bounds the walk over wide and deep types.
const maxSpotSteps = 4000

func (w *spotWalk) walk(t types.Type, p *heap.Path, depth int) {
	w.steps++
	t = types.Unalias(t)
	if depth > maxSpotDepth || len(w.found) >= maxSpots || w.steps > maxSpotSteps || w.onPath[t] {
		return
	}
	w.onPath[t] = true
	defer delete(w.onPath, t)
	if n, ok := t.(*types.Named); ok {
		if why := w.e.ext.Type(n); why != nil {
			w.found = append(w.found, spot{p, sourceLabel(why)})
			if why.Typed {
				return
			}
		}
		if depth > 0 {
			first := len(w.found)
			defer func() { w.redact(n, p, first) }()
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		if w.mode.ByFmt() && depth > 0 {
			return
		}
		w.walk(u.Elem(), p, depth+1)
	case *types.Struct:
		for i := range u.NumFields() {
			w.field(t, u, i, p, depth)
		}
	case *types.Slice, *types.Array, *types.Chan:
		w.walk(elementOf(u), p.At(heap.AnyElement), depth+1)
	case *types.Map:
		w.walk(u.Elem(), p.At(heap.AnyElement), depth+1)
		w.walk(u.Key(), p.At(heap.MapKeys), depth+1)
	}
}

// redact drops what a type with a method for the purpose does not show of the sources
// found in it.
func (w *spotWalk) redact(n *types.Named, p *heap.Path, first int) {
	mode := w.mode.Inside()
	if shower(n, mode) == nil {
		return
	}
	inside := slices.Clone(w.found[first:])
	w.found = append(w.found[:first], slices.DeleteFunc(inside, func(s spot) bool { return w.e.redacts(n, mode, s.path.From(p)) })...)
}

func (w *spotWalk) field(t types.Type, s *types.Struct, i int, owner *heap.Path, depth int) {
	if !shows(s, i, w.mode) {
		return
	}
	p := owner.At(heap.Field(i))
	ft := s.Field(i).Type()
	if why := w.e.ext.Field(t, i); why != nil {
		_, isPtr := ft.Underlying().(*types.Pointer)
		if (!isPtr || !w.mode.ByFmt()) && !w.e.redacts(ft, w.mode.Inside(), w.e.paths) {
			w.found = append(w.found, spot{p, sourceLabel(why)})
		}
		return
	}
	w.walk(ft, p, depth+1)
}

// hintAt is the label of the source at the end of a path, nil if it is none.
func (e *engine) hintAt(t types.Type, p *heap.Path) *heap.Label {
	if p.Last.Kind != heap.FieldOf || t == nil {
		return nil
	}
	owner := typeAt(t, p.Parent)
	if owner == nil {
		return nil
	}
	return e.fieldHint(owner, p.Last.Index)
}

func (e *engine) fieldHint(owner types.Type, i int) *heap.Label {
	why := e.ext.Field(pointee(owner), i)
	if why == nil {
		return nil
	}
	l := sourceLabel(why)
	return &l
}

func sourceLabel(why *externalid.Why) heap.Label {
	return heap.Label{Mark: heap.Mark{Kind: heap.External, Weak: why.Strength == externalid.Named, Typed: why.Typed, Unshown: why.Unshown}.From(heap.Origin{Source: heap.Source{From: why.What}, Reason: why.Reason})}
}

// shower is the method by which a type decides itself what a sink of the mode shows;
// nil if it has none. Generated protobuf messages show everything.
func shower(t types.Type, m tables.Mode) *types.Func {
	n := program.NamedOf(t)
	if n == nil || n.Obj().Pkg() == nil || len(tables.Showers[m]) == 0 || isProto(n) {
		return nil
	}
	for _, name := range tables.Showers[m] {
		obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), false, n.Obj().Pkg(), name)
		if fn, ok := obj.(*types.Func); ok {
			return fn
		}
	}
	return nil
}

// prettifies reports whether values of a type print all that they point to, as those of
// AWS's first SDK do.
func prettifies(t types.Type) bool {
	if t == nil {
		return false
	}
	n := program.NamedOf(t)
	if n == nil || n.Obj().Pkg() == nil || !strings.HasPrefix(n.Obj().Pkg().Path(), "github.com/aws/aws-sdk-go/service/") {
		return false
	}
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(n), false, n.Obj().Pkg(), "String")
	_, ok := obj.(*types.Func)
	return ok
}

// redacts reports whether a type decides itself what a sink of the mode shows, and
// shows nothing of what lies at a path in it.
func (e *engine) redacts(t types.Type, m tables.Mode, p *heap.Path) bool {
	fn := shower(t, m)
	if fn == nil {
		return false
	}
	if sum := e.summaryOf(fn); sum != nil {
		return !sum.ResultsDependOn(0, p)
	}
	return tables.IsSecretName(program.NamedOf(t).Obj().Name())
}

// isOpaqueRoot reports whether what an object holds was decided elsewhere, so that
// its type says what it may be.
func isOpaqueRoot(root ssa.Value) bool {
	switch root := root.(type) {
	case *ssa.Call:
		builtin, ok := root.Call.Value.(*ssa.Builtin)
		return !ok || builtin.Name() != "append"
	case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan, *ssa.MakeClosure, *ssa.Function, *ssa.Const, *ssa.MakeInterface:
		return false
	}
	return true
}
