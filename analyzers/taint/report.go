package taint

import (
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/interp"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// Docs is where the passes' documentation is read: each names the sentence of the
// vendors' guide that it enforces.
const Docs = "https://pkg.go.dev/github.com/deputy-sec/deputy/analyzers/"

// Diagnostic phrases a flow: what, where it leaves, why it is an External ID, and
// the way step by step.
func (r *Result) Diagnostic(pass *analysis.Pass, f *interp.Flow, category, message string) analysis.Diagnostic {
	d := analysis.Diagnostic{Pos: f.Sink.Pos, Category: category, Message: message}
	if r.message != "" {
		d.Message += "\n" + r.message
	}
	for _, s := range f.Steps {
		if s.Pos.IsValid() {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: s.Pos, Message: s.String()})
		}
	}
	where := f.Sink.Where
	if !where.IsValid() {
		return d
	}
	if pos := find(pass.Fset, where); pos.IsValid() {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: pos, Message: f.Sink.What})
	} else {
		d.Message += fmt.Sprintf(" at %s:%d", filepath.Base(where.Filename), where.Line)
	}
	return d
}

// Subject is what a message calls what flows.
func Subject(f *interp.Flow) string {
	if f.Label.Typed {
		return "Source" // of the project's configuration, which need not be an External ID
	}
	return "External ID"
}

// What phrases what flows and why it counts.
func What(f *interp.Flow) string {
	if f.Label.Kind == heap.Request {
		return f.Label.Source().String()
	}
	return f.Label.Source().String() + " (" + f.Label.Origin().Reason.String() + ")"
}

// find is the line of a position, if the file is loaded.
func find(fset *token.FileSet, where token.Position) token.Pos {
	pos := token.NoPos
	fset.Iterate(func(file *token.File) bool {
		if file.Name() != where.Filename || where.Line > file.LineCount() {
			return true
		}
		pos = file.LineStart(where.Line)
		return false
	})
	return pos
}

// Leaks are the flows of External IDs into a kind of sink, one for each place: the
// one known for the strongest reason.
func (r *Result) Leaks(kind tables.SinkKind) []*interp.Flow {
	return r.each(func(f *interp.Flow) bool { return f.Label.Kind == heap.External && f.Sink.Kind == kind }, func(f *interp.Flow) token.Pos { return f.Sink.Pos })
}

// Accepted are the flows of what callers chose into External IDs, one for each line
// where it is read: the one that gets farthest. A function that reads the same value
// twice is reported once, and so is an External ID that is made of the same thing, an account's
// number say, wherever requests name that.
func (r *Result) Accepted() []*interp.Flow {
	lines := r.each(func(f *interp.Flow) bool { return f.Label.Kind == heap.Request }, func(f *interp.Flow) token.Pos { return r.line(f.Source()) })
	type read struct {
		fn   *ssa.Function
		what heap.Source
	}
	best := map[read]*interp.Flow{}
	for _, f := range lines {
		key := read{outermost(f.Fn), f.Label.Source()}
		if old := best[key]; old == nil || f.Sink.Kind != old.Sink.Kind && before(f, old) {
			best[key] = f
		}
	}
	type made struct {
		of   heap.Source
		sink string
		at   token.Position
	}
	reported := map[made]bool{} // texts that are made of what several requests name
	return slices.DeleteFunc(lines, func(f *interp.Flow) bool {
		if f.Label.IsKeyed() && best[read{outermost(f.Fn), f.Label.Source()}] != f {
			return true
		}
		if !f.Label.Made || !f.Label.IsKeyed() || strings.Contains(strings.ToLower(f.Label.Source().Key), "external") {
			return false
		}
		key := made{f.Label.Source(), f.Sink.What, f.Sink.Where}
		again := reported[key]
		reported[key] = true
		return again
	})
}

// line is the start of the line of a position.
func (r *Result) line(pos token.Pos) token.Pos {
	if file := r.fset.File(pos); file != nil {
		return file.LineStart(file.Line(pos))
	}
	return pos
}

func outermost(fn *ssa.Function) *ssa.Function {
	for fn != nil && fn.Parent() != nil {
		fn = fn.Parent()
	}
	return fn
}

func (r *Result) each(want func(*interp.Flow) bool, at func(*interp.Flow) token.Pos) []*interp.Flow {
	best := map[token.Pos]*interp.Flow{}
	for _, f := range r.Flows {
		if !want(f) {
			continue
		}
		if old := best[at(f)]; old == nil || before(f, old) {
			best[at(f)] = f
		}
	}
	out := make([]*interp.Flow, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *interp.Flow) int { return int(at(a) - at(b)) })
	return out
}

// before prefers certain sources, sinks nearer to STS, and short ways.
func before(f, g *interp.Flow) bool {
	if f.Label.Weak != g.Label.Weak {
		return g.Label.Weak
	}
	if f.Sink.Kind != g.Sink.Kind {
		return f.Sink.Kind < g.Sink.Kind
	}
	return len(f.Steps) < len(g.Steps)
}
