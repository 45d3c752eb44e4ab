package interp

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// Flow is a label that reaches a sink.
type Flow struct {
	Label heap.Label
	Sink  summary.Sink
	Steps []*heap.Step  // from the source to the sink
	Fn    *ssa.Function // in which label and sink meet
}

type flowKey struct {
	kind heap.Kind
	what heap.Source
	sink tables.SinkKind
	pos  token.Pos
	at   token.Pos
}

// Source is where a flow's value is first seen.
func (f *Flow) Source() token.Pos {
	if len(f.Steps) > 0 {
		return f.Steps[0].Pos
	}
	return f.Label.Pos
}
