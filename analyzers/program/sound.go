package program

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// sound is the package without the bodies and initialisers that do not type-check,
// which SSA cannot be built for. Functions without a body are taken for external
// ones, and the rest is analysed. The syntax is shared with other passes: what
// changes is copied.
func sound(pass *analysis.Pass) ([]*ast.File, *types.Info) {
	if len(pass.TypeErrors) == 0 {
		return pass.Files, pass.TypesInfo
	}
	files := make([]*ast.File, len(pass.Files))
	for i, f := range pass.Files {
		next := *f
		next.Decls = make([]ast.Decl, len(f.Decls))
		for j, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil && !isSound(pass, fd.Body) {
				external := *fd
				external.Body = nil
				d = &external
			}
			next.Decls[j] = d
		}
		files[i] = &next
	}
	info := *pass.TypesInfo
	info.InitOrder = nil
	for _, init := range pass.TypesInfo.InitOrder {
		if isSound(pass, init.Rhs) {
			info.InitOrder = append(info.InitOrder, init)
		}
	}
	return files, &info
}

// isSound reports whether no error lies in a node and every expression has a type.
func isSound(pass *analysis.Pass, n ast.Node) bool {
	for _, e := range pass.TypeErrors {
		if n.Pos() <= e.Pos && e.Pos <= n.End() {
			return false
		}
	}
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BadExpr, *ast.BadStmt, *ast.BadDecl:
			ok = false
		case *ast.Ident:
			switch obj := pass.TypesInfo.ObjectOf(n).(type) {
			case *types.Var, *types.Const, *types.Func, *types.TypeName:
				ok = ok && isValid(obj.Type())
			case nil: // undefined, unless it is where a type switch defines its variable
				_, defines := pass.TypesInfo.Defs[n]
				ok = ok && (defines || n.Name == "_")
			} // packages and builtins have no type
		case ast.Expr:
			tv, typed := pass.TypesInfo.Types[n]
			ok = ok && (!typed || isValid(tv.Type))
		}
		return ok
	})
	return ok
}

func isValid(t types.Type) bool { return t == nil || t != types.Typ[types.Invalid] }
