package taint

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// Bounds cut off what comes last, and the first trace found is the one that is told:
// everything is gone over in a fixed order, so that two runs say the same.

// inOrder goes over a map by its keys.
func inOrder[V any](m map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}

// compare orders labels.
func (l Label) compare(m Label) int {
	return cmp.Or(cmp.Compare(l.Kind, m.Kind), cmp.Compare(l.Param, m.Param), cmp.Compare(l.Path, m.Path), cmp.Compare(boolInt(l.Deep), boolInt(m.Deep)),
		cmp.Compare(l.Mode, m.Mode), cmp.Compare(l.What, m.What), cmp.Compare(l.Reason, m.Reason), cmp.Compare(l.Pos, m.Pos), cmp.Compare(boolInt(l.Shadow), boolInt(m.Shadow)))
}

// sinkOrder is a summary's sinks in a fixed order. It is worked out once: a summary
// that grows is a new one.
func (s *summary) sinkOrder() []sinkKey {
	if len(s.order) != len(s.sinks) {
		s.order = slices.SortedFunc(maps.Keys(s.sinks), func(a, b sinkKey) int {
			return cmp.Or(cmp.Compare(a.sink.Kind, b.sink.Kind), cmp.Compare(a.sink.Pos, b.sink.Pos), cmp.Compare(a.sink.Where, b.sink.Where),
				cmp.Compare(a.sink.What, b.sink.What), a.label.compare(b.label))
		})
	}
	return s.order
}

// effectOrder is a summary's effects in a fixed order.
func (s *summary) effectOrder() []target {
	return slices.SortedFunc(maps.Keys(s.effects), func(a, b target) int {
		return cmp.Or(cmp.Compare(a.param, b.param), cmp.Compare(a.path, b.path))
	})
}

// inputs are a function's parameters and captured variables.
func (f *frame) inputs() []ssa.Value {
	var out []ssa.Value
	for _, p := range f.fn.Params {
		out = append(out, p)
	}
	for _, v := range f.fn.FreeVars {
		out = append(out, v)
	}
	return out
}
