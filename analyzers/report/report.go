// Package report puts a pass's diagnostics past the project's suppressions:
//
//	//deputy:allow idlogged the audit log is where it belongs
//	//nolint:idlogged
//	//nolint:deputy
//
// (go-flow-levee's "levee.DoNotReport" counts, too) on the line of the diagnostic, or alone on the line above its statement. A
// deputy:allow without a reason does not count, and a suppression that suppresses
// nothing is reported: it would hide the next mistake.
package report

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"

	"github.com/deputy-sec/deputy/internal/allowmark"
)

// Reporter collects one pass's diagnostics of one package.
type Reporter struct {
	pass  *analysis.Pass
	allow []*mark
	found []analysis.Diagnostic
	levee map[*ast.File]map[ast.Node]bool
}

// mark is one suppression comment.
type mark struct {
	file   string
	line   int
	pos    token.Pos
	end    token.Pos
	alone  bool // nothing but the comment on its line
	reason bool // deputy:allow needs one
	any    bool // it is not about this pass alone: that it suppresses nothing here says nothing
	used   bool
}

// New reads the suppressions that name the pass.
func New(pass *analysis.Pass) *Reporter {
	r := &Reporter{pass: pass, levee: map[*ast.File]map[ast.Node]bool{}}
	for _, f := range pass.Files {
		var code map[int]bool // lines with code, worked out when first needed
		for _, g := range f.Comments {
			for _, c := range g.List {
				m, ok := parse(c.Text, pass.Analyzer.Name)
				if !ok {
					continue
				}
				if code == nil {
					code = codeLines(pass.Fset, f)
				}
				p := pass.Fset.Position(c.Pos())
				m.file, m.line, m.pos, m.end = p.Filename, p.Line, c.Pos(), c.End()
				m.alone = !code[p.Line]
				r.allow = append(r.allow, &m)
			}
		}
	}
	return r
}

// parse reads one comment, which may name several passes.
func parse(text, pass string) (mark, bool) {
	if m, ok := allowmark.Parse([]byte(text)); ok && !m.Foreign && m.Alone {
		return mark{reason: m.Reason != ""}, m.Names(pass)
	}
	rest, ok := strings.CutPrefix(text, "//nolint")
	if !ok {
		return mark{}, false
	}
	names, _, _ := strings.Cut(rest, " ")
	names, named := strings.CutPrefix(names, ":")
	switch {
	case named && isNamed(names, pass):
		return mark{reason: true}, true
	case named: // all passes, as golangci-lint's linter is called
		return mark{reason: true, any: true}, isNamed(names, "deputy") || isNamed(names, "all")
	}
	return mark{reason: true, any: true}, names == ""
}

func isNamed(list, pass string) bool {
	return slices.Contains(strings.Split(list, ","), pass)
}

func codeLines(fset *token.FileSet, f *ast.File) map[int]bool {
	lines := map[int]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.File, *ast.Comment, *ast.CommentGroup:
			return n != nil
		}
		lines[fset.Position(n.Pos()).Line] = true
		lines[fset.Position(n.End()).Line] = true
		return true
	})
	return lines
}

// Report takes a diagnostic in.
func (r *Reporter) Report(d analysis.Diagnostic) {
	if !r.allowed(d.Pos) && !r.leveeAllows(d.Pos) {
		r.found = append(r.found, d)
	}
}

func (r *Reporter) allowed(pos token.Pos) bool {
	if len(r.allow) == 0 {
		return false
	}
	p := r.pass.Fset.Position(pos)
	first := r.statement(pos)
	ok := false
	for _, m := range r.allow {
		here := m.file == p.Filename && m.reason && (m.line == p.Line || m.line == first || m.alone && (m.line == first-1 || m.line == p.Line-1))
		if here {
			m.used, ok = true, true
		}
	}
	return ok
}

// statement is the first line of the statement around a position.
func (r *Reporter) statement(pos token.Pos) int {
	for _, f := range r.pass.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		path, _ := astutil.PathEnclosingInterval(f, pos, pos)
		for _, n := range path {
			switch n.(type) {
			case *ast.BlockStmt:
			case ast.Stmt, ast.Decl:
				return r.pass.Fset.Position(n.Pos()).Line
			}
		}
	}
	return r.pass.Fset.Position(pos).Line
}

// Done reports what was not suppressed, in order of position, and the suppressions
// that suppressed nothing.
func (r *Reporter) Done() {
	for _, m := range r.allow {
		switch {
		case !m.reason:
			r.found = append(r.found, analysis.Diagnostic{Pos: m.pos, End: m.end, Category: "suppression",
				Message: "this suppression of " + r.pass.Analyzer.Name + " does not count: it gives no reason"})
		case !m.used && !m.any:
			r.found = append(r.found, analysis.Diagnostic{Pos: m.pos, End: m.end, Category: "suppression",
				Message:        "stale suppression: " + r.pass.Analyzer.Name + " finds nothing here",
				SuggestedFixes: []analysis.SuggestedFix{{Message: "remove the suppression", TextEdits: []analysis.TextEdit{{Pos: m.pos, End: m.end}}}}})
		}
	}
	slices.SortStableFunc(r.found, func(a, b analysis.Diagnostic) int { return cmp.Compare(a.Pos, b.Pos) })
	for _, d := range r.found {
		r.pass.Report(d)
	}
}
