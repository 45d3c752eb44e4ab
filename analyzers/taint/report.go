package taint

import (
	"go/token"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// Docs is where the passes' documentation is read: each names the sentence of the
// vendors' guide that it enforces.
const Docs = "https://pkg.go.dev/github.com/deputy-sec/deputy/analyzers/"

// Diagnostic phrases a flow: what, where it leaves, why it is an External ID, and
// the way step by step.
func (r *Result) Diagnostic(pass *analysis.Pass, f *Flow, category, message string) analysis.Diagnostic {
	d := analysis.Diagnostic{Pos: f.Sink.Pos, Category: category, Message: message}
	if r.message != "" {
		d.Message += "\n" + r.message
	}
	for _, s := range f.Steps {
		if s.Pos.IsValid() {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: s.Pos, Message: s.Text})
		}
	}
	if f.Sink.Where == "" {
		return d
	}
	if pos := find(pass.Fset, f.Sink.Where); pos.IsValid() {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: pos, Message: f.Sink.What})
	} else {
		d.Message += " at " + shortPlace(f.Sink.Where)
	}
	return d
}

// Subject is what a message calls what flows.
func (f *Flow) Subject() string {
	if f.Label.Typed {
		return "Source" // of the project's configuration, which need not be an External ID
	}
	return "External ID"
}

// What phrases what flows and why it counts.
func (f *Flow) What() string {
	if f.Label.Reason == "" || f.Label.Kind == Request {
		return f.Label.What
	}
	return f.Label.What + " (" + f.Label.Reason + ")"
}

// find turns file:line:column back into a position, if the file is loaded.
func find(fset *token.FileSet, where string) token.Pos {
	rest, _, _ := cutLast(where)
	name, line, ok := cutLast(rest)
	n, err := strconv.Atoi(line)
	if !ok || err != nil {
		return token.NoPos
	}
	pos := token.NoPos
	fset.Iterate(func(file *token.File) bool {
		if file.Name() != name || n < 1 || n > file.LineCount() {
			return true
		}
		pos = file.LineStart(n)
		return false
	})
	return pos
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

func shortPlace(where string) string {
	rest, _, _ := cutLast(where)
	return rest[strings.LastIndexAny(rest, `/\`)+1:]
}

// Leaks are the flows of External IDs into a kind of sink, one for each place: the
// one known for the strongest reason.
func (r *Result) Leaks(kind SinkKind) []*Flow {
	return r.each(func(f *Flow) bool { return f.Label.Kind == External && f.Sink.Kind == kind }, func(f *Flow) token.Pos { return f.Sink.Pos })
}

// Accepted are the flows of what callers chose into External IDs, one for each line
// where it is read: the one that gets farthest. A function that reads the same value
// twice is told once, and so is an External ID that is made of the same thing, an account's
// number say, wherever requests name that.
func (r *Result) Accepted() []*Flow {
	lines := r.each(func(f *Flow) bool { return f.Label.Kind == Request }, func(f *Flow) token.Pos { return r.line(f.Source()) })
	type read struct {
		fn   *ssa.Function
		what string
	}
	best := map[read]*Flow{}
	for _, f := range lines {
		key := read{outermost(f.Fn), f.Label.What}
		if old := best[key]; old == nil || f.Sink.Kind != old.Sink.Kind && f.before(old) {
			best[key] = f
		}
	}
	told := map[string]bool{} // texts that are made of what several requests name
	return slices.DeleteFunc(lines, func(f *Flow) bool {
		if isKeyed(f.Label) && best[read{outermost(f.Fn), f.Label.What}] != f {
			return true
		}
		if !f.Label.Made || !isKeyed(f.Label) || strings.Contains(strings.ToLower(f.Label.What), "external") {
			return false
		}
		key := f.Label.What + f.Sink.What + f.Sink.Where
		again := told[key]
		told[key] = true
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

func (r *Result) each(want func(*Flow) bool, at func(*Flow) token.Pos) []*Flow {
	best := map[token.Pos]*Flow{}
	for _, f := range r.Flows {
		if !want(f) {
			continue
		}
		if old := best[at(f)]; old == nil || f.before(old) {
			best[at(f)] = f
		}
	}
	out := make([]*Flow, 0, len(best))
	for _, f := range best {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *Flow) int { return int(at(a) - at(b)) })
	return out
}

// before prefers certain sources, sinks nearer to STS, and short ways.
func (f *Flow) before(g *Flow) bool {
	if f.Label.Weak != g.Label.Weak {
		return g.Label.Weak
	}
	if f.Sink.Kind != g.Sink.Kind {
		return f.Sink.Kind < g.Sink.Kind
	}
	return len(f.Steps) < len(g.Steps)
}
