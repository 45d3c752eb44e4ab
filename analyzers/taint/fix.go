package taint

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// MaskFix wraps the leaked expression in the package's own masking function. It is
// offered only where that is safe: the function takes and returns a string, and the
// argument at the sink is a plain string expression that is the source itself.
func (r *Result) MaskFix(pass *analysis.Pass, f *Flow) []analysis.SuggestedFix {
	mask := r.stringMask(pass)
	call := callAt(pass, f.Sink.Pos)
	if mask == "" || call == nil || f.Sink.Where != "" {
		return nil
	}
	for _, arg := range call.Args {
		t := pass.TypesInfo.TypeOf(arg)
		if t == nil || !types.Identical(t, types.Typ[types.String]) || !isRead(arg) || !contains(arg, f.Source()) {
			continue
		}
		var text bytes.Buffer
		if printer.Fprint(&text, pass.Fset, arg) != nil {
			return nil
		}
		return []analysis.SuggestedFix{{
			Message:   "mask it with " + mask,
			TextEdits: []analysis.TextEdit{{Pos: arg.Pos(), End: arg.End(), NewText: []byte(mask + "(" + text.String() + ")")}},
		}}
	}
	return nil
}

func contains(n ast.Node, pos token.Pos) bool { return n.Pos() <= pos && pos <= n.End() }

// isRead reports whether an expression only reads a variable or field.
func isRead(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return isRead(e.X)
	}
	return false
}

// stringMask is the package's masking function of the shape func(string) string.
func (r *Result) stringMask(pass *analysis.Pass) string {
	for _, name := range pass.Pkg.Scope().Names() {
		fn, ok := pass.Pkg.Scope().Lookup(name).(*types.Func)
		if !ok {
			continue
		}
		sig := fn.Signature()
		if sig.Params().Len() != 1 || sig.Results().Len() != 1 || sig.Variadic() ||
			!types.Identical(sig.Params().At(0).Type(), types.Typ[types.String]) || !types.Identical(sig.Results().At(0).Type(), types.Typ[types.String]) {
			continue
		}
		lower := strings.ToLower(name)
		for _, known := range r.Masks {
			if known == program.FuncOf(fn).String() {
				return name
			}
		}
		for _, w := range []string{"mask", "redact", "obfuscate"} {
			if strings.HasPrefix(lower, w) {
				return name
			}
		}
	}
	return ""
}

// callAt is the call whose opening parenthesis is at pos.
func callAt(pass *analysis.Pass, pos token.Pos) *ast.CallExpr {
	var found *ast.CallExpr
	for _, f := range pass.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && c.Lparen == pos {
				found = c
			}
			return found == nil
		})
	}
	return found
}
