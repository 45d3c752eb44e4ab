package taint

import (
	"go/types"
	"slices"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// What is said of a whole object is said of all its fields, since nobody knows better:
// what came out of a cache, a package variable or unknown code. A label that names a
// field of the object's own type does know: it is in that field and in none beside it,
// unless somebody put it there, which is said of that place itself.

// siblings are the labels of what lies in a struct, or in what a pointer to one points
// to, beside field i: of its other fields, and in them. What is followed for its
// configured type is in everything of its value.
func (e *engine) siblings(t types.Type, i int) []Label {
	s := program.StructOf(t)
	if s == nil {
		return nil
	}
	labels, ok := e.fieldLabels[t]
	if !ok {
		for _, spot := range e.spots(t, whole) {
			if first := spot.path.first(); first.Kind == fieldOf && !spot.label.Typed {
				labels = append(labels, fieldLabel{first.Index, spot.label})
			}
		}
		e.fieldLabels[t] = labels
	}
	var out []Label
	for _, l := range labels {
		if l.field != i && !slices.Contains(labels, fieldLabel{i, l.label}) {
			out = append(out, l.label)
		}
	}
	return out
}

// hidden are the labels of the fields of a type that a sink of the mode does not show.
func (e *engine) hidden(t types.Type, m mode) []Label {
	all := e.spots(t, whole)
	if m == whole || len(all) == 0 {
		return nil
	}
	shown := e.spots(t, m)
	var out []Label
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
func (e *engine) shownAt(t Taint, typ types.Type, p *path, m mode) Taint {
	if at := typeAt(typ, p); at != nil {
		return t.except(e.hidden(at, m))
	}
	if m != encoded && m != logged || !slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Unshown > 0 }) {
		return t
	}
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool {
		return x.Label.Unshown > 0 && p.last == field(x.Label.Unshown-1)
	})
}

// exposed is what a value's labels are once it is put into a field that is shown.
func (t Taint) exposed() Taint {
	if !slices.ContainsFunc(t, func(x Tag) bool { return x.Label.Unshown > 0 }) {
		return t
	}
	var out Taint
	for _, x := range t {
		x.Label.Unshown = 0
		out = out.union(Taint{x})
	}
	return out
}

type fieldLabel struct {
	field int
	label Label
}

// except drops labels from what is said of a whole.
func (t Taint) except(labels []Label) Taint {
	if len(labels) == 0 || !slices.ContainsFunc(t, func(x Tag) bool { return slices.Contains(labels, x.Label) }) {
		return t
	}
	return slices.DeleteFunc(slices.Clone(t), func(x Tag) bool { return slices.Contains(labels, x.Label) })
}

// setApart remembers of a field's place which labels name the fields beside it.
func (f *frame) setApart(p place, owner types.Type, i int) {
	if labels := f.e.siblings(owner, i); len(labels) > 0 {
		f.apart[p] = labels
	}
}

// setApartAlong does so for every field on a path from a place of the type.
func (f *frame) setApartAlong(p place, t types.Type, along *path) {
	for _, seg := range along.segments() {
		if t == nil {
			return
		}
		p = p.at(seg)
		if seg.Kind == fieldOf {
			f.setApart(p, pointee(t), seg.Index)
		}
		t = step(pointee(t), seg)
	}
}

// beside are the labels of the fields that lie beside a path in a value of the type.
func (e *engine) beside(t types.Type, p *path) []Label {
	var out []Label
	for _, seg := range p.segments() {
		if t == nil {
			break
		}
		if seg.Kind == fieldOf {
			out = append(out, e.siblings(pointee(t), seg.Index)...)
		}
		t = step(pointee(t), seg)
	}
	return out
}
