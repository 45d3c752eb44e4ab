package externalid

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"unicode"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// locals applies rule 3 to variables of functions, where an External ID is often read
// from a row or a map without ever being in a field: a variable that says External ID
// in a function that speaks of AWS.
func (d *discovery) locals() {
	for _, fn := range d.prog.Funcs {
		body := bodyOf(fn)
		if body == nil {
			continue
		}
		names := namedIDs(d.pass, body)
		if len(names) == 0 {
			continue
		}
		if about := aboutFunction(fn, body); about.Kind != Unknown {
			d.nameValues(fn, names, about)
		}
	}
}

func bodyOf(fn *ssa.Function) *ast.BlockStmt {
	switch n := fn.Syntax().(type) {
	case *ast.FuncDecl:
		return n.Body
	case *ast.FuncLit:
		return n.Body
	}
	return nil
}

// namedIDs maps where a value of a named variable comes to be: the variable itself,
// for one that has an address, and the expression that is assigned to it. Function
// literals are functions of their own.
func namedIDs(pass *analysis.Pass, body *ast.BlockStmt) map[token.Pos]string {
	out := map[token.Pos]string{}
	name := func(e ast.Expr) (string, bool) {
		id, ok := e.(*ast.Ident)
		if !ok || !saysExternalID(id.Name) {
			return "", false
		}
		v, ok := pass.TypesInfo.ObjectOf(id).(*types.Var)
		return id.Name, ok && carriesText(v.Type()) && !types.IsInterface(v.Type())
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return n.Body == body
		case *ast.ValueSpec:
			for _, id := range n.Names {
				if s, ok := name(id); ok {
					out[id.Pos()] = s
				}
			}
		case *ast.AssignStmt:
			for i, lhs := range n.Lhs {
				s, ok := name(lhs)
				if !ok {
					continue
				}
				out[lhs.Pos()] = s
				if len(n.Rhs) == len(n.Lhs) {
					out[valuePos(n.Rhs[i])] = s
				}
			}
		}
		return true
	})
	return out
}

// valuePos is the position that SSA gives the value of an expression that takes one
// from elsewhere: a call's parenthesis, an index's bracket.
func valuePos(e ast.Expr) token.Pos {
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		return e.Lparen
	case *ast.IndexExpr:
		return e.Lbrack
	}
	return token.NoPos
}

// aboutFunction is the reason by what a function speaks of AWS: a variable or field beside the
// External ID, or its own name.
func aboutFunction(fn *ssa.Function, body *ast.BlockStmt) Reason {
	if hasAWSWord(fn.Name()) {
		return Reason{Kind: NamedIn, Other: fn.Name()}
	}
	var about Reason
	ast.Inspect(body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && about.Kind == Unknown && (containsAny(plain(id.Name), aboutAWS) || isRoleName(id.Name)) {
			about = Reason{Kind: NamedBeside, Other: id.Name}
		}
		return about.Kind == Unknown
	})
	return about
}

func (d *discovery) nameValues(fn *ssa.Function, names map[token.Pos]string, about Reason) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			v, ok := instr.(ssa.Value)
			if !ok || !v.Pos().IsValid() {
				continue
			}
			switch v.(type) {
			case *ssa.Alloc, *ssa.Call, *ssa.Lookup:
			default:
				continue
			}
			if s, ok := names[v.Pos()]; ok && carriesText(program.Element(v.Type())) && d.r.values[v] == nil {
				about.Subject = s
				d.r.values[v] = &Why{What: Thing{Kind: Variable, Name: s}, Reason: about, Strength: Named}
			}
		}
	}
}

// keyed applies rule 3 to the elements of a map: one under a key that says External
// ID beside another that speaks of AWS.
func (d *discovery) keyed() {
	for _, fn := range d.prog.Funcs {
		aws := map[ssa.Value]string{}
		var ids []*ssa.MapUpdate
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				u, ok := instr.(*ssa.MapUpdate)
				if !ok {
					continue
				}
				switch k, ok := constantString(u.Key); {
				case !ok:
				case saysExternalID(k):
					ids = append(ids, u)
				case containsAny(plain(k), aboutAWS) || isRoleName(k):
					aws[u.Map] = k
				}
			}
		}
		for _, u := range ids {
			k, _ := constantString(u.Key)
			why := &Why{What: Thing{Kind: Element, Name: k}, Reason: Reason{Kind: NamedSo, Subject: k}, Strength: Named}
			beside, ok := aws[u.Map]
			if ok && !namesAWS(k) {
				why.Reason.Kind, why.Reason.Other = NamedBeside, beside
			}
			switch {
			case !ok && !namesAWS(k):
			case isTextual(u.Value):
				d.r.updates[u] = why
				d.madeAt(unwrapped(u.Value), why, placed{u.Value, u.Pos(), fn})
			case isCoined(u.Value):
				d.madeAt(unwrapped(u.Value), why, placed{u.Value, u.Pos(), fn})
			}
		}
	}
}

// madeAt notes where what is put under a key comes from. It may be a mask's result: that
// the value itself is an External ID is not said.
func (d *discovery) madeAt(v ssa.Value, why *Why, at placed) {
	made := []placed{{v, at.at, at.fn}}
	if c, ok := v.(*ssa.Call); ok {
		if obj := program.Callee(&c.Call); obj != nil && program.Body(&c.Call) != nil {
			made = d.returns[program.FuncOf(obj).Result(0)]
		}
	}
	for _, p := range made {
		d.r.Origins = append(d.r.Origins, Origin{p.val, p.at, p.fn, why})
	}
}

// isTextual reports whether a value is text and no constant.
func isTextual(v ssa.Value) bool {
	v = unwrapped(v)
	_, isConst := v.(*ssa.Const)
	return !isConst && carriesText(v.Type()) && !types.IsInterface(v.Type())
}

// isCoined reports whether a value is a constant text that is more than a word: a map says
// by words that there is an External ID, of which type one is, or where.
func isCoined(v ssa.Value) bool {
	s, ok := constantString(v)
	return ok && strings.ContainsFunc(s, unicode.IsLetter) && strings.ContainsAny(s, "0123456789-_.:/") && !strings.ContainsAny(s, " ${<%")
}

func unwrapped(v ssa.Value) ssa.Value {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		return mi.X
	}
	return v
}

// IsRead reports whether a value is one that a variable, field or parameter held. What
// a call made of it may be a mask.
func IsRead(v ssa.Value) bool {
	switch v := unwrapped(v).(type) {
	case *ssa.UnOp:
		return v.Op == token.MUL
	case *ssa.Field, *ssa.Parameter:
		return true
	}
	return false
}
