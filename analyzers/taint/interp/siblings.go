package interp

import (
	"go/types"
	"slices"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// What is said of a whole object is said of all its fields, since nobody knows better:
// what came out of a cache, a package variable or unknown code. A label that names a
// field of the object's own type does know: it is in that field and in none beside it,
// unless somebody put it there, which is said of that place itself.

// siblings are the labels of what lies in a struct, or in what a pointer to one points
// to, beside field i: of its other fields, and in them. What is followed for its
// configured type is in everything of its value.
func (e *engine) siblings(t types.Type, i int) []heap.Label {
	s := program.StructOf(t)
	if s == nil {
		return nil
	}
	labels, ok := e.fieldLabels[t]
	if !ok {
		for _, spot := range e.spots(t, tables.Whole) {
			if first := spot.path.First(); first.Kind == heap.FieldOf && !spot.label.Typed {
				labels = append(labels, fieldLabel{first.Index, spot.label})
			}
		}
		e.fieldLabels[t] = labels
	}
	var out []heap.Label
	for _, l := range labels {
		if l.field != i && !slices.Contains(labels, fieldLabel{i, l.label}) {
			out = append(out, l.label)
		}
	}
	return out
}

// hidden are the labels of the fields of a type that a sink of the mode does not show.
func (e *engine) hidden(t types.Type, m tables.Mode) []heap.Label {
	all := e.spots(t, tables.Whole)
	if m == tables.Whole || len(all) == 0 {
		return nil
	}
	shown := e.spots(t, m)
	var out []heap.Label
	for _, s := range all {
		if !s.label.Typed && !slices.ContainsFunc(shown, func(x spot) bool { return x.label == s.label }) {
			out = append(out, s.label)
		}
	}
	return out
}

// shownAt is what a sink of the mode shows of the labels at a path in a value of the
// type. Below an interface, of whose type nothing is known, a label that names a field
// which is not shown is dropped in that field's own place; put elsewhere, the value is
// shown like any other.
func (e *engine) shownAt(t heap.Taint, typ types.Type, p *heap.Path, m tables.Mode) heap.Taint {
	if at := typeAt(typ, p); at != nil {
		return t.Except(e.hidden(at, m))
	}
	if m != tables.Encoded && m != tables.Structured && m != tables.Nested || !slices.ContainsFunc(t, func(x heap.Tag) bool { return x.Label.Unshown > 0 }) {
		return t
	}
	return slices.DeleteFunc(slices.Clone(t), func(x heap.Tag) bool {
		return x.Label.Unshown > 0 && p.Last == heap.Field(x.Label.Unshown-1)
	})
}

type fieldLabel struct {
	field int
	label heap.Label
}

// setApart remembers of a field's place which labels name the fields beside it.
func (f *frame) setApart(p heap.Place, owner types.Type, i int) {
	if labels := f.e.siblings(owner, i); len(labels) > 0 {
		f.apart[p] = labels
	}
}

// setApartAlong does so for every field on a path from a place of the type.
func (f *frame) setApartAlong(p heap.Place, t types.Type, along *heap.Path) {
	for _, seg := range along.Segments() {
		if t == nil {
			return
		}
		p = p.At(seg)
		if seg.Kind == heap.FieldOf {
			f.setApart(p, pointee(t), seg.Index)
		}
		t = step(pointee(t), seg)
	}
}

// beside are the labels of the fields that lie beside a path in a value of the type.
func (e *engine) beside(t types.Type, p *heap.Path) []heap.Label {
	var out []heap.Label
	for _, seg := range p.Segments() {
		if t == nil {
			break
		}
		if seg.Kind == heap.FieldOf {
			out = append(out, e.siblings(pointee(t), seg.Index)...)
		}
		t = step(pointee(t), seg)
	}
	return out
}
