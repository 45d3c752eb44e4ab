package interp

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// transfer applies what a table or the standard library's habits say of a function,
// and reports whether they say anything.
func (f *frame) transfer(k site) bool {
	pkg := tables.Unversioned(k.name.Pkg)
	for _, d := range tables.Digests {
		if pkg == d || strings.HasPrefix(pkg, d+"/") {
			return true
		}
	}
	if f.formatted(k) {
		return true
	}
	for _, r := range tables.FlowIndex[pkg] {
		if r.Matches(k.name) {
			f.moves(k, r)
			return true
		}
	}
	if !program.IsStd(k.name.Pkg) || f.e.summaryOf(k.obj) != nil || k.name.Pkg == f.e.pass.Pkg.Path() {
		return false
	}
	f.habit(k)
	return true
}

// habit is what functions of the standard library do unless a row says otherwise:
// results are made of the arguments, and some methods move values between their
// receiver and their arguments.
func (f *frame) habit(k site) {
	f.moves(k, tables.FlowRow{Moves: "*>r"})
	if k.declared() == 0 {
		return
	}
	recv := f.deep(k.args[0], tables.Whole)
	for i := 1; i < len(k.args); i++ {
		if tables.TakesIn.Matches(k.name) {
			f.writeTo(k, 0, f.deep(k.args[i], tables.Whole))
		}
		if tables.Fills.Matches(k.name) && fillable(k.vals[i].Type()) || k.name.Name == "WriteTo" {
			f.writeTo(k, i, recv)
		}
	}
	f.adoptAll(k)
}

func fillable(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Slice, *types.Map:
		return true
	}
	return false
}

func (f *frame) adoptAll(k site) {
	if k.v == nil {
		return
	}
	for j, rt := range resultTypes(k.v) {
		f.adopt(k, f.resultPlace(k.v, j), rt)
	}
}

// formatted handles package fmt, which looks at values in its own way.
func (f *frame) formatted(k site) bool {
	if k.name.Pkg != "fmt" || k.name.Recv != "" || len(k.args) == 0 {
		return false
	}
	name := k.name.Name
	last := len(k.args) - 1
	to := -1
	switch {
	case strings.HasPrefix(name, "Fprint"), strings.HasPrefix(name, "Append"):
		to = 0
	case strings.HasPrefix(name, "Sprint"), name == "Errorf":
	case strings.HasPrefix(name, "Sscan"), strings.HasPrefix(name, "Fscan"):
		f.fillVariadic(k, last, f.deep(k.args[0], tables.Whole))
		return true
	case strings.HasPrefix(name, "Print"), strings.HasPrefix(name, "Scan"):
		return true
	default:
		return false
	}
	r := tables.SinkRow{Mode: tables.Printed}
	var parts []heap.Taint
	if strings.HasSuffix(name, "f") {
		r.Format = last // the argument before the variadic one, counted from 1
		parts = append(parts, f.deep(k.args[last-1], tables.Printed))
	}
	f.variadic(k, last, r, 0, func(shown heap.Taint) { parts = append(parts, shown) })
	t := heap.Joined(parts...).Made().Step(k.pos, heap.Way{Action: heap.FormattedBy, By: "fmt." + name})
	if to >= 0 {
		f.writeTo(k, to, t)
	}
	if k.v != nil && !strings.HasPrefix(name, "Fprint") {
		f.mem.Set(f.resultPlace(k.v, 0), heap.Cell{Taint: t, Known: true})
	}
	return true
}

// fillVariadic writes to what the arguments of a variadic parameter point to.
func (f *frame) fillVariadic(k site, i int, t heap.Taint) {
	elems, ok := literalElements(k.vals[i])
	if !ok {
		f.writeTo(k, i, t)
		return
	}
	for _, v := range elems {
		if v == nil {
			continue
		}
		for _, r := range f.value(v).Refs {
			f.mem.Add(r.Place, heap.Cell{Taint: t, Opaque: true})
			for _, sub := range f.gather(r.Place, nil, false).refs {
				f.mem.Add(sub.Place, heap.Cell{Taint: t, Opaque: true})
			}
		}
	}
}

// writeTo writes labels to what an argument denotes; a writer that leads out of the
// process makes it a sink.
func (f *frame) writeTo(k site, i int, t heap.Taint) {
	if len(t) == 0 || i >= len(k.args) {
		return
	}
	for _, r := range k.args[i].Refs {
		f.writerSink(r, k.pos, t, tables.SinkName(k.name))
		if kind := writerKind(heap.Ref{Place: r.Place, Typ: k.vals[i].Type(), Hint: nil}); kind != 0 && writerKind(r) == 0 {
			f.sink(summary.Sink{Kind: kind, What: tables.SinkName(k.name), Pos: k.pos}, t)
		}
	}
	f.taintRefs(k.args[i], t)
}

// moves carries out a row.
func (f *frame) moves(k site, r tables.FlowRow) {
	for m := range strings.FieldsSeq(r.Moves) {
		op := strings.IndexAny(m, "><=")
		if strings.ContainsAny(m, "#[^") {
			f.moveParts(k, m[:op], m[op+1:])
			continue
		}
		if m[0] == '!' {
			f.fill(k)
			continue
		}
		from, to := indices(m[:op], k), m[op+1:]
		switch {
		case m[op] == '=':
			f.aliasResult(k, from)
		case m[op] == '<':
			f.decode(k, from[0], int(to[0]-'0'))
		case to == "r" || to == "e":
			f.toResults(k, from, r.Mode, to == "e")
		default:
			for _, i := range from {
				t := f.shown(k, i, r.Mode)
				f.writeTo(k, int(to[0]-'0'), t.Step(k.pos, heap.Way{Action: heap.Through, By: k.name.Name}))
			}
		}
	}
}

// shown is what a function sees of an argument.
func (f *frame) shown(k site, i int, m tables.Mode) heap.Taint {
	if m == tables.Rendered {
		return f.rendered(k, i)
	}
	return f.deep(k.args[i], m)
}

// parts are the parts of arguments and results that rows name.
var parts = map[string]heap.Segment{"#": heap.MapKeys, "[]": heap.AnyElement, "^0": heap.Yield(0), "^1": heap.Yield(1)}

// partOf are the places of a part of what a value denotes.
func partOf(c heap.Cell, name string) heap.Cell {
	seg, ok := parts[name]
	if !ok {
		return c
	}
	out := heap.Cell{Taint: c.Taint}
	for _, r := range c.Refs {
		var t types.Type
		if r.Typ != nil {
			t = step(pointee(r.Typ), seg)
		}
		out.Refs = append(out.Refs, heap.Ref{Place: r.At(seg), Typ: t, Hint: nil})
	}
	return out
}

// moveParts moves between the keys, elements or yields of arguments and results.
func (f *frame) moveParts(k site, from, to string) {
	i := int(from[0] - '0')
	if i >= len(k.args) {
		return
	}
	src := partOf(k.args[i], from[1:])
	if to[0] == 'r' {
		if k.v == nil {
			return
		}
		p := f.resultPlace(k.v, 0)
		c := f.read(src, p)
		for _, r := range partOf(heap.Cell{Refs: []heap.Ref{{Place: p}}}, to[1:]).Refs {
			f.mem.Add(r.Place, c)
		}
		return
	}
	if j := int(to[0] - '0'); j < len(k.args) {
		f.writeWeak(partOf(k.args[j], to[1:]), src)
	}
}

// anything is the type of what may be of any.
var anything types.Type = types.NewInterfaceType(nil, nil)

// read is what lies at the parts of an argument: the values that a result is, or holds.
func (f *frame) read(parts heap.Cell, result heap.Place) heap.Cell {
	out := heap.Cell{Taint: parts.Taint}
	for _, r := range parts.Refs {
		c := f.load(heap.Cell{Refs: []heap.Ref{r}}, anything, token.NoPos)
		if r.Path.Last == heap.AnyElement { // those at constant keys, too
			c = c.Join(f.anyElement(heap.Cell{Refs: []heap.Ref{{Place: heap.Place{Root: r.Root, Path: r.Path.Parent}}}}, anything, token.NoPos))
		}
		out.Taint, out.Refs = out.Taint.Union(c.Taint), heap.JoinRefs(out.Refs, c.Refs)
	}
	out.Refs = without(out.Refs, result)
	return out
}

func indices(s string, k site) []int {
	var out []int
	switch s {
	case "*", "d":
		first := 0
		if s == "d" {
			first = k.declared()
		}
		for i := first; i < len(k.args); i++ {
			out = append(out, i)
		}
	default:
		if i := int(s[0] - '0'); i < len(k.args) {
			out = append(out, i)
		}
	}
	return out
}

func (f *frame) toResults(k site, from []int, m tables.Mode, errors bool) {
	if k.v == nil {
		return
	}
	var t heap.Taint
	for _, i := range from {
		if f.named(k, i) {
			continue
		}
		t = t.Union(f.deep(k.args[i], m))
	}
	t = f.relabel(t, k.pos, pickedBy(k)).Step(k.pos, heap.Way{Action: heap.Through, By: k.name.Name})
	for j, rt := range resultTypes(k.v) {
		if carries(rt) && (errors || !isError(rt)) {
			f.mem.Add(f.resultPlace(k.v, j), heap.Cell{Taint: t})
		}
	}
}

// named reports whether an argument only names what is wanted, as the key of Get.
func (f *frame) named(k site, i int) bool {
	return i > 0 && k.declared() == 1 && strings.HasPrefix(k.name.Name, "Get") && isScalar(k.vals[i].Type())
}

func (f *frame) aliasResult(k site, from []int) {
	if k.v == nil {
		return
	}
	p := f.resultPlace(k.v, 0)
	var c heap.Cell
	c.Known = true
	for _, i := range from {
		c.Taint = c.Taint.Union(k.args[i].Taint)
		c.Refs = heap.JoinRefs(c.Refs, k.args[i].Refs)
		if elems, ok := literalElements(k.vals[i]); ok {
			for _, v := range elems {
				if v != nil {
					c.Refs = heap.JoinRefs(c.Refs, f.value(v).Refs)
				}
			}
		}
	}
	c.Refs = without(c.Refs, p)
	f.mem.Set(p, c)
}

// fill marks what the arguments point to as filled from elsewhere: types say what
// it may hold.
func (f *frame) fill(k site) {
	for i := k.declared(); i < len(k.args); i++ {
		f.fillVariadic(k, i, nil)
		for _, r := range k.args[i].Refs {
			f.mem.Add(r.Place, heap.Cell{Opaque: true})
		}
	}
}

// decode fills an argument from another one. What is decoded into a type that holds
// a source holds it too: the text of a request with an External ID in it is as
// secret as the ID.
func (f *frame) decode(k site, from, to int) {
	if from >= len(k.args) || to >= len(k.args) {
		return
	}
	t := f.decoded(f.deep(k.args[from], tables.Whole), k.pos).Step(k.pos, heap.Way{Action: heap.DecodedBy, By: k.name.Name})
	for _, r := range f.targets(k.args[to]) {
		f.mem.Add(r.Place, heap.Cell{Opaque: true})
		spots := f.e.spots(r.Typ, tables.Encoded)
		if isStruct(derefType(r.Typ)) && len(spots) > 0 {
			for _, s := range spots {
				f.mem.Add(r.Join(s.path), heap.Cell{Taint: t.Without(heap.Request)})
				f.sourceText(k, from, s)
			}
			f.mem.Add(r.Place, heap.Cell{Taint: heap.OnlyKind(t, heap.Request)})
			continue
		}
		f.mem.Add(r.Place, heap.Cell{Taint: t})
		for _, s := range spots {
			f.sourceText(k, from, s)
		}
	}
}

// decoded says of a request's values that they were read where they are decoded, be
// their bytes read before. What is encoded and decoded again was read the first time.
func (f *frame) decoded(t heap.Taint, pos token.Pos) heap.Taint {
	t = f.takenAt(t, pos, "", func(l heap.Label) bool { return l.Stage != heap.Decoded && !l.IsKeyed() })
	out := slices.Clone(t)
	for i, x := range out {
		if x.Label.Kind == heap.Request && x.Label.Pos == pos {
			out[i].Label.Stage = heap.Decoded
		}
	}
	return out
}

// sourceText marks the text that a source was decoded from. A request holds more than its
// body: what is asked of it by other names is not that text.
func (f *frame) sourceText(k site, from int, s spot) {
	if isScalar(k.vals[from].Type()) || isRequest(k.vals[from].Type()) {
		return
	}
	text := k.args[from]
	text.Refs = slices.DeleteFunc(slices.Clone(text.Refs), func(r heap.Ref) bool { return isRequest(r.Root.Type()) })
	f.taintRefs(text, heap.Taint{{Label: s.label, Step: stepAt(f.fn, k.pos, s.label.Source())}})
}

// isRequest recognises objects that hold what a caller of the service sent.
func isRequest(t types.Type) bool { return tables.RequestTypes[typeName(pointee(t))] != "" }

// targets are the objects behind an argument: a decoder is often given a pointer to
// a pointer.
func (f *frame) targets(c heap.Cell) []heap.Ref {
	out := c.Refs
	for _, r := range c.Refs {
		for _, sub := range f.gather(r.Place, nil, false).refs {
			if sub.Typ == nil && r.Typ != nil {
				sub.Typ = deref(r.Typ)
			}
			out = heap.JoinRefs(out, []heap.Ref{sub})
		}
	}
	return out
}

func derefType(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return deref(t)
}

func isStruct(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Struct)
	return ok
}
