package taint

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"regexp"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/interp"
)

// MaskFix wraps the leaked expression in the project's own masking function. It is
// offered only where that is safe: the function takes and returns a string and can be
// called where the sink is, and what leaks is a plain string expression that is read
// within the call of the sink.
func (r *Result) MaskFix(pass *analysis.Pass, f *interp.Flow) []analysis.SuggestedFix {
	call, file := callAt(pass, f.Sink.Pos)
	if call == nil || f.Sink.Where.IsValid() {
		return nil
	}
	arg := readIn(pass, file, call, f.Source())
	mask := r.stringMask(pass, file, f)
	if arg == nil || mask == "" {
		return nil
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

// readIn is the expression at a position that only reads a string, as an argument of a
// call within the one of the sink; nil if there is none.
func readIn(pass *analysis.Pass, file *ast.File, sink *ast.CallExpr, pos token.Pos) ast.Expr {
	if pos < sink.Lparen || pos > sink.Rparen {
		return nil
	}
	path, _ := astutil.PathEnclosingInterval(file, pos, pos)
	for i, n := range path {
		e, ok := n.(ast.Expr)
		if !ok || i+1 >= len(path) || !isRead(e) {
			continue
		}
		call, ok := path[i+1].(*ast.CallExpr)
		if !ok || !slices.Contains(call.Args, e) {
			continue
		}
		if t := pass.TypesInfo.TypeOf(e); t != nil && types.Identical(t, types.Typ[types.String]) {
			return e
		}
	}
	return nil
}

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

// maskName is how functions and packages that mask are called.
var maskName = regexp.MustCompile(`(?i)^(mask|redact|obfuscate)`)

// printName is how functions are called whose result tells a value apart from others,
// which is safe, too, but not what a reader expects to see in its place.
var printName = regexp.MustCompile(`(?i)fingerprint|hash|digest|sum|id$`)

// stringMask is a masking function of the shape func(string) string as it is called in
// a file: the package's own, or one of a package of the project that the file imports.
func (r *Result) stringMask(pass *analysis.Pass, file *ast.File, f *interp.Flow) string {
	if name := r.maskIn(pass.Pkg, false); name != "" && (f.Fn == nil || f.Fn.Name() != name) {
		return name
	}
	for _, spec := range file.Imports {
		pkg := pass.TypesInfo.PkgNameOf(spec)
		if pkg == nil || pkg.Name() == "_" || pkg.Name() == "." || program.IsStd(pkg.Imported().Path()) {
			continue
		}
		if name := r.maskIn(pkg.Imported(), true); name != "" {
			return pkg.Name() + "." + name
		}
	}
	return ""
}

// maskIn is a package's masking function, "" if it has none.
func (r *Result) maskIn(pkg *types.Package, exported bool) string {
	for _, name := range pkg.Scope().Names() {
		fn, ok := pkg.Scope().Lookup(name).(*types.Func)
		if !ok || exported && !fn.Exported() || !isStringToString(fn.Signature()) {
			continue
		}
		known := slices.Contains(r.Masks, program.FuncOf(fn).String())
		if known || maskName.MatchString(name) || exported && maskName.MatchString(pkg.Name()) && !printName.MatchString(name) && slices.Contains(r.Clean, program.FuncOf(fn).String()) {
			return name
		}
	}
	return ""
}

func isStringToString(sig *types.Signature) bool {
	isString := func(t *types.Tuple) bool {
		return t.Len() == 1 && types.Identical(t.At(0).Type(), types.Typ[types.String])
	}
	return !sig.Variadic() && sig.TypeParams().Len() == 0 && isString(sig.Params()) && isString(sig.Results())
}

// callAt is the call whose opening parenthesis is at pos, and its file.
func callAt(pass *analysis.Pass, pos token.Pos) (*ast.CallExpr, *ast.File) {
	for _, f := range pass.Files {
		if f.FileStart > pos || pos > f.FileEnd {
			continue
		}
		var found *ast.CallExpr
		ast.Inspect(f, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && c.Lparen == pos {
				found = c
			}
			return found == nil
		})
		return found, f
	}
	return nil, nil
}
