package idweak

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// shared reports External IDs that are made once and stored for each of several
// accounts: whoever learns the one of an account knows those of the others.
func shared(fn *ssa.Function, ids *externalid.Result, report func(token.Pos, string)) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			fa, ok := st.Addr.(*ssa.FieldAddr)
			if !ok {
				continue
			}
			why := ids.Field(fa.X.Type(), fa.Field)
			if why == nil || why.Typed || !isOfEachRound(fa.X, b) {
				continue
			}
			if made := fresh(st.Val, 0); made != nil && !sameLoop(made.Block(), b) {
				report(program.Near(fn, st.Pos()), why.What.String()+" is one value for several accounts: it is made once, outside of the loop")
			}
		}
	}
}

// isOfEachRound reports whether a loop around a block has a struct of its own for each
// of its rounds: one that is made in there, or an element of a list.
func isOfEachRound(x ssa.Value, b *ssa.BasicBlock) bool {
	switch x := x.(type) {
	case *ssa.Alloc, *ssa.IndexAddr:
		return sameLoop(x.(ssa.Instruction).Block(), b)
	case *ssa.UnOp:
		return x.Op == token.MUL && isOfEachRound(x.X, b)
	}
	return false
}

// sameLoop reports whether two blocks lie in one loop.
func sameLoop(a, b *ssa.BasicBlock) bool { return program.Reaches(a, b) && program.Reaches(b, a) }

// maker is how functions are called that make something new.
var maker = lazyregexp.New(`(?i)^(new|generate|gen|mint|random|make|create|issue)`)

// fresh is the call that made a value, nil if it was not made here.
func fresh(v ssa.Value, depth int) *ssa.Call {
	if depth > maxDepth {
		return nil
	}
	switch v := v.(type) {
	case *ssa.Convert:
		return fresh(v.X, depth+1)
	case *ssa.ChangeType:
		return fresh(v.X, depth+1)
	case *ssa.Extract:
		return fresh(v.Tuple, depth+1)
	case *ssa.BinOp:
		if c := fresh(v.X, depth+1); c != nil {
			return c
		}
		return fresh(v.Y, depth+1)
	case *ssa.UnOp:
		if a, ok := v.X.(*ssa.Alloc); ok && v.Op == token.MUL {
			return onlyStore(a, depth)
		}
	case *ssa.Alloc:
		return onlyStore(v, depth)
	case *ssa.Call:
		return freshCall(v, depth)
	}
	return nil
}

// onlyStore is the call that made what a variable holds, if it is set once.
func onlyStore(a *ssa.Alloc, depth int) *ssa.Call {
	var made *ssa.Call
	for _, r := range *a.Referrers() {
		if st, ok := r.(*ssa.Store); ok && st.Addr == a {
			if made != nil {
				return nil
			}
			if made = fresh(st.Val, depth+1); made == nil {
				return nil
			}
		}
	}
	return made
}

func freshCall(c *ssa.Call, depth int) *ssa.Call {
	obj := program.Callee(&c.Call)
	if obj == nil {
		return nil
	}
	f := program.FuncOf(obj)
	if reason, ok := sources[f.String()]; ok && reason == "" {
		return c
	}
	if len(program.DeclaredArgs(&c.Call)) == 0 && maker.MatchString(f.Name) && !program.IsStd(f.Pkg) {
		return c
	}
	if f.Name == "String" || through.MatchString(f.String()) || strings.HasSuffix(f.String(), "/aws.String") {
		for _, a := range c.Call.Args {
			if made := fresh(a, depth+1); made != nil {
				return made
			}
		}
	}
	return nil
}
