package idmissing

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// Options by function: a constructor of the project's own takes functions that fill its
// settings, and assumes a role with the External ID that one of them sets. Who calls it with
// an option for the role and none for the External ID has forgotten it.

// optional is a function whose variadic options fill a struct, with the fields of that from
// which it takes the role and the External ID.
type optional struct {
	fn       *ssa.Function
	settings types.Type
	role, id map[int]bool
}

// forgotten reports the calls of constructors that leave the External ID out.
func (c checker) forgotten(funcs []*ssa.Function, report func(at token.Pos)) {
	for _, fn := range funcs {
		o, ok := optionalOf(fn)
		if !ok {
			continue
		}
		for _, call := range c.callers[fn] {
			if c.leavesOut(o, call.Args[len(call.Args)-1]) {
				report(call.Pos())
			}
		}
	}
}

// optionalOf recognises a constructor by its last parameter and what it does with the
// struct that the options fill.
func optionalOf(fn *ssa.Function) (optional, bool) {
	sig := fn.Signature
	if !sig.Variadic() || fn.Parent() != nil {
		return optional{}, false
	}
	option, ok := sig.Params().At(sig.Params().Len() - 1).Type().(*types.Slice).Elem().Underlying().(*types.Signature)
	if !ok || option.Params().Len() != 1 || option.Results().Len() > 0 || program.NamedOf(option.Params().At(0).Type()) == nil {
		return optional{}, false
	}
	o := optional{fn: fn, settings: option.Params().At(0).Type(), role: map[int]bool{}, id: map[int]bool{}}
	if _, isID := externalid.FieldSink(o.settings, 0); isID || program.StructOf(o.settings) == nil {
		return optional{}, false
	}
	o.look(fn)
	return o, len(o.role) > 0 && len(o.id) > 0
}

// look takes in which fields a function and the literals in it hand to STS.
func (o *optional) look(fn *ssa.Function) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch i := instr.(type) {
			case *ssa.Store:
				fa, ok := i.Addr.(*ssa.FieldAddr)
				if !ok {
					continue
				}
				if _, isID := externalid.FieldSink(fa.X.Type(), fa.Field); isID {
					o.take(o.id, i.Val)
				} else if slices.Contains(inputs, program.TypeKey(fa.X.Type())) && program.StructOf(fa.X.Type()).Field(fa.Field).Name() == "RoleArn" {
					o.take(o.role, i.Val)
				}
			case *ssa.Call:
				if obj := program.Callee(&i.Call); obj != nil {
					if role, ok := providers[program.FuncOf(obj).String()]; ok && role < len(i.Call.Args) {
						o.take(o.role, i.Call.Args[role])
					}
				}
			}
		}
	}
	for _, lit := range fn.AnonFuncs {
		o.look(lit)
	}
}

// take notes the field of the settings that a value is read from.
func (o *optional) take(into map[int]bool, v ssa.Value) {
	for range maxDepth {
		switch x := v.(type) {
		case *ssa.UnOp:
			v = x.X
		case *ssa.Call:
			if len(x.Call.Args) != 1 {
				return
			}
			v = x.Call.Args[0]
		case *ssa.FieldAddr:
			if program.NamedOf(x.X.Type()) == program.NamedOf(o.settings) {
				into[x.Field] = true
			}
			return
		default:
			return
		}
	}
}

// leavesOut reports whether all options of a call are in sight, one of them sets a role that
// comes from data, and none the External ID.
func (c checker) leavesOut(o optional, options ssa.Value) bool {
	given, ok := spelledOut(options)
	if !ok {
		return false
	}
	role := false
	for _, v := range given {
		set, ok := o.setBy(v)
		if !ok {
			return false
		}
		for field := range set {
			if o.id[field] {
				return false
			}
		}
		if call, ok := v.(*ssa.Call); ok && overlaps(set, o.role) {
			role = role || slices.ContainsFunc(call.Call.Args, func(a ssa.Value) bool { return c.fromData(a, 0) })
		}
	}
	return role
}

func overlaps(a, b map[int]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// setBy are the fields of the settings that an option sets; false if it is not in sight.
func (o *optional) setBy(v ssa.Value) (map[int]bool, bool) {
	set := map[int]bool{}
	for range maxDepth {
		switch x := v.(type) {
		case *ssa.ChangeType:
			v = x.X
		case *ssa.MakeClosure:
			v = x.Fn
		case *ssa.Call:
			fn := program.Body(&x.Call)
			if fn == nil {
				return nil, false
			}
			ret := onlyReturned(fn)
			if ret == nil {
				return nil, false
			}
			v = ret
		case *ssa.Function:
			if len(x.Blocks) == 0 || len(x.Params) != 1 {
				return nil, false
			}
			for _, r := range *x.Params[0].Referrers() {
				fa, ok := r.(*ssa.FieldAddr)
				if !ok {
					return nil, false // handed on
				}
				set[fa.Field] = true
			}
			return set, true
		default:
			return nil, false
		}
	}
	return nil, false
}

// onlyReturned is what a function returns, if there is one return of one value.
func onlyReturned(fn *ssa.Function) ssa.Value {
	var out ssa.Value
	for _, b := range fn.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
			if out != nil || len(ret.Results) != 1 {
				return nil
			}
			out = ret.Results[0]
		}
	}
	return out
}

// spelledOut are the arguments that a call spells out for a variadic parameter.
func spelledOut(v ssa.Value) ([]ssa.Value, bool) {
	sl, ok := v.(*ssa.Slice)
	if !ok {
		return nil, false
	}
	alloc, ok := sl.X.(*ssa.Alloc)
	if !ok || alloc.Comment != "varargs" {
		return nil, false
	}
	var out []ssa.Value
	for _, ref := range *alloc.Referrers() {
		ia, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, u := range *ia.Referrers() {
			if st, ok := u.(*ssa.Store); ok && st.Addr == ia {
				out = append(out, st.Val)
			}
		}
	}
	return out, true
}
