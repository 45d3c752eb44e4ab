package taint

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/interp"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// MaskFix wraps what leaks in the project's own masking function. It is offered only where
// that is safe and mends all of it: the function takes and returns a string and can be
// called where the sink is, and every External ID that the call shows is a plain string
// expression that is read within the call.
func (r *Result) MaskFix(pass *analysis.Pass, f *interp.Flow) []analysis.SuggestedFix {
	call, file := callAt(pass, f.Sink.Pos)
	if call == nil || f.Sink.Where.IsValid() {
		return nil
	}
	mask := r.stringMask(pass, file, f)
	if mask == "" {
		return nil
	}
	var edits []analysis.TextEdit
	for _, arg := range r.leakedIn(pass, file, call, f) {
		var text bytes.Buffer
		if arg == nil || printer.Fprint(&text, pass.Fset, arg) != nil {
			return nil
		}
		edits = append(edits, analysis.TextEdit{Pos: arg.Pos(), End: arg.End(), NewText: []byte(mask + "(" + text.String() + ")")})
	}
	if len(edits) == 0 {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "mask it with " + mask, TextEdits: edits}}
}

// leakedIn are the expressions by which a call shows External IDs, in order: those that
// flows begin with, and those that read the same variable or field. One that cannot be
// masked by itself is nil.
func (r *Result) leakedIn(pass *analysis.Pass, file *ast.File, call *ast.CallExpr, f *interp.Flow) []ast.Expr {
	var out []ast.Expr
	read := map[types.Object]bool{}
	for _, g := range r.Flows {
		if g.Sink.Pos != f.Sink.Pos || g.Label.Kind != f.Label.Kind {
			continue
		}
		arg := readIn(pass, file, call, g.Source())
		if arg == nil {
			return []ast.Expr{nil}
		}
		if !slices.Contains(out, arg) {
			out = append(out, arg)
		}
		read[objectOf(pass, arg)] = true
	}
	ast.Inspect(call, func(n ast.Node) bool {
		c, isCall := n.(*ast.CallExpr)
		if isCall && c != call && r.masks(pass, c) {
			return false
		}
		e, ok := n.(ast.Expr)
		if !ok || !isRead(e) || !read[objectOf(pass, e)] {
			return true
		}
		if arg := readIn(pass, file, call, e.End()-1); arg == nil || !slices.Contains(out, arg) {
			out = append(out, arg)
		}
		return false
	})
	slices.SortFunc(out, func(a, b ast.Expr) int {
		if a == nil || b == nil {
			return 0
		}
		return int(a.Pos() - b.Pos())
	})
	return out
}

// objectOf is the variable or field that an expression reads.
func objectOf(pass *analysis.Pass, e ast.Expr) types.Object {
	switch e := e.(type) {
	case *ast.Ident:
		return pass.TypesInfo.ObjectOf(e)
	case *ast.SelectorExpr:
		return pass.TypesInfo.ObjectOf(e.Sel)
	}
	return nil
}

// masks reports whether a call masks what it is given.
func (r *Result) masks(pass *analysis.Pass, c *ast.CallExpr) bool {
	fn, ok := typeutil.Callee(pass.TypesInfo, c).(*types.Func)
	return ok && r.isMask(fn)
}

// isMask reports whether what a function gives back shows nothing of its argument, by its
// body or, where that is out of sight, by its name.
func (r *Result) isMask(fn *types.Func) bool {
	key := program.FuncOf(fn).String()
	return slices.Contains(r.Masks, key) || maskName.MatchString(fn.Name()) && !slices.Contains(r.Carriers, key)
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
var maskName = lazyregexp.New(`(?i)^(mask|redact|obfuscate)`)

// printName is how functions are called whose result tells a value apart from others,
// which is safe, too, but not what a reader expects to see in its place.
var printName = lazyregexp.New(`(?i)fingerprint|hash|digest|sum|id$`)

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
		if r.isMask(fn) || exported && maskName.MatchString(pkg.Name()) && !printName.MatchString(name) && slices.Contains(r.Clean, program.FuncOf(fn).String()) {
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
