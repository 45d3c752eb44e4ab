package program

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// sound is the package without what does not type-check, which SSA cannot be built for:
// statements, initialisers, and what is declared a second time. The rest is analysed.
//
// Statements are taken out of the syntax itself, since what is known of types is known
// by its nodes; restore puts them back once the SSA is built. Other passes share the
// syntax, but drivers that run them side by side show none a package with errors. With
// bodies, functions that something would be taken out of lose their whole body.
func sound(pass *analysis.Pass, bodies bool) (files []*ast.File, info *types.Info, restore func()) {
	p := &pruner{pass: pass, gone: map[types.Object]bool{}, bodies: bodies}
	if len(pass.TypeErrors) == 0 {
		return pass.Files, pass.TypesInfo, p.restore
	}
	for _, f := range pass.Files {
		next := *f
		next.Decls = nil
		for _, d := range f.Decls {
			if d = p.declared(d); d != nil {
				next.Decls = append(next.Decls, d)
			}
		}
		files = append(files, &next)
	}
	copied := *pass.TypesInfo
	copied.InitOrder = nil
	for _, init := range pass.TypesInfo.InitOrder {
		p.literals(init.Rhs)
		twice := slices.ContainsFunc(init.Lhs, func(v *types.Var) bool { return v.Name() != "_" && pass.Pkg.Scope().Lookup(v.Name()) != v })
		if !twice && p.isSound(init.Rhs) {
			copied.InitOrder = append(copied.InitOrder, init)
		}
	}
	return files, &copied, p.restore
}

// pruner takes statements out of a package's syntax.
type pruner struct {
	pass   *analysis.Pass
	gone   map[types.Object]bool // variables whose declaration was taken out
	bodies bool
	cuts   []cut
}

// cut is a list of statements as it was.
type cut struct {
	list *[]ast.Stmt
	was  []ast.Stmt
}

func (p *pruner) restore() {
	for _, c := range slices.Backward(p.cuts) {
		*c.list = c.was
	}
	p.cuts = nil
}

// declared is what of a declaration SSA can be built for, nil if nothing: what is
// declared a second time has no object.
func (p *pruner) declared(d ast.Decl) ast.Decl {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if !p.isDefined(d.Name) && d.Name.Name != "init" {
			return nil
		}
		if d.Body == nil {
			break
		}
		before := len(p.cuts)
		p.list(&d.Body.List)
		if p.bodies && len(p.cuts) > before {
			external := *d
			external.Body = nil
			return &external
		}
	case *ast.GenDecl:
		specs := slices.DeleteFunc(slices.Clone(d.Specs), func(spec ast.Spec) bool {
			switch spec := spec.(type) {
			case *ast.ValueSpec:
				return slices.ContainsFunc(spec.Names, func(id *ast.Ident) bool { return !p.isDefined(id) })
			case *ast.TypeSpec:
				return !p.isDefined(spec.Name)
			}
			return false
		})
		if len(specs) < len(d.Specs) {
			rest := *d
			rest.Specs = specs
			return &rest
		}
	case *ast.BadDecl:
		return nil
	}
	return d
}

func (p *pruner) isDefined(id *ast.Ident) bool {
	return id.Name == "_" || p.pass.TypesInfo.Defs[id] != nil
}

// list takes out of a list the statements that are not sound, and with them the ones
// that use what they declare.
func (p *pruner) list(list *[]ast.Stmt) {
	var kept []ast.Stmt
	for _, s := range *list {
		if p.keeps(s) {
			kept = append(kept, s)
			continue
		}
		ast.Inspect(s, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && p.pass.TypesInfo.Defs[id] != nil {
				p.gone[p.pass.TypesInfo.Defs[id]] = true
			}
			return true
		})
	}
	if len(kept) < len(*list) {
		p.cuts = append(p.cuts, cut{list, *list})
		*list = kept
	}
}

// keeps reports whether a statement is sound, once what it is made of is.
func (p *pruner) keeps(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.BlockStmt:
		p.list(&s.List)
		return true
	case *ast.LabeledStmt:
		return p.keeps(s.Stmt)
	case *ast.IfStmt:
		return p.heads(s.Init, s.Cond) && p.keeps(s.Body) && (s.Else == nil || p.keeps(s.Else))
	case *ast.ForStmt:
		return p.heads(s.Init, s.Cond, s.Post) && p.keeps(s.Body)
	case *ast.RangeStmt:
		return p.heads(s.Key, s.Value, s.X) && p.keeps(s.Body)
	case *ast.SwitchStmt:
		return p.heads(s.Init, s.Tag) && p.keeps(s.Body)
	case *ast.TypeSwitchStmt:
		return p.heads(s.Init, s.Assign) && p.keeps(s.Body)
	case *ast.SelectStmt:
		return p.keeps(s.Body)
	case *ast.CaseClause:
		for _, e := range s.List {
			if !p.heads(e) {
				return false
			}
		}
		p.list(&s.Body)
		return p.isImplicitSound(s)
	case *ast.CommClause:
		if !p.heads(s.Comm) {
			return false
		}
		p.list(&s.Body)
		return true
	}
	return p.heads(s)
}

// isImplicitSound reports whether the variable that a type switch declares in a clause
// has a type.
func (p *pruner) isImplicitSound(s *ast.CaseClause) bool {
	v := p.pass.TypesInfo.Implicits[s]
	return v == nil || isValid(v.Type())
}

// heads reports whether the parts of a statement are sound, leaving out those that it
// does not have. Function literals in them are pruned first.
func (p *pruner) heads(parts ...ast.Node) bool {
	for _, n := range parts {
		if n == nil {
			continue
		}
		p.literals(n)
		if !p.isSound(n) {
			return false
		}
	}
	return true
}

// literals prunes the bodies of the function literals in a node.
func (p *pruner) literals(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if ok {
			p.list(&lit.Body.List)
		}
		return !ok
	})
}

// isSound reports whether no error lies in a node and every expression has a type. The
// bodies of function literals have been seen to. What the compiler only complains of,
// as a variable that nobody uses, is no error here.
func (p *pruner) isSound(n ast.Node) bool {
	if slices.ContainsFunc(p.pass.TypeErrors, func(e types.Error) bool {
		return !e.Soft && n.Pos() <= e.Pos && e.Pos < n.End() && !inLiteral(n, e)
	}) {
		return false
	}
	ok := true
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BadExpr, *ast.BadStmt, *ast.BadDecl:
			ok = false
		case *ast.Ident:
			ok = ok && p.isIdentSound(n)
		case ast.Expr:
			tv, typed := p.pass.TypesInfo.Types[n]
			ok = ok && (!typed || isValid(tv.Type))
		}
		return ok
	})
	return ok
}

func (p *pruner) isIdentSound(n *ast.Ident) bool {
	obj := p.pass.TypesInfo.ObjectOf(n)
	if p.gone[obj] {
		return false
	}
	switch obj := obj.(type) {
	case *types.Var, *types.Const, *types.Func, *types.TypeName:
		return isValid(obj.Type())
	case nil: // undefined, unless it is where a type switch defines its variable
		_, defines := p.pass.TypesInfo.Defs[n]
		return defines || n.Name == "_"
	}
	return true // packages and builtins have no type
}

// inLiteral reports whether an error lies in the body of a function literal.
func inLiteral(n ast.Node, e types.Error) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		lit, ok := n.(*ast.FuncLit)
		if ok && lit.Body.Pos() < e.Pos && e.Pos < lit.Body.End() {
			found = true
		}
		return !found && !ok
	})
	return found
}

func isValid(t types.Type) bool { return t == nil || t != types.Typ[types.Invalid] }
