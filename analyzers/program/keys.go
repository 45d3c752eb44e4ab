package program

import (
	"go/types"
	"strconv"

	"golang.org/x/tools/go/ssa"
)

// Keys name objects across packages and processes, where pointers cannot:
// "pkg/path.Func", "pkg/path.Type.Method", "pkg/path.Type.Field", "pkg/path.Var".
// A function's declared parameters and results append "#0" and "@0".

// Func is a function or method split into what tables match on.
type Func struct{ Pkg, Recv, Name string }

// String is the function's key.
func (f Func) String() string {
	if f.Recv == "" {
		return f.Pkg + "." + f.Name
	}
	return f.Pkg + "." + f.Recv + "." + f.Name
}

// Param is the key of a declared parameter, the receiver not counted.
func (f Func) Param(i int) string { return f.String() + "#" + strconv.Itoa(i) }

// Result is the key of a result.
func (f Func) Result(i int) string { return f.String() + "@" + strconv.Itoa(i) }

// FuncOf names a declared function or method; generic instances share their
// origin's name.
func FuncOf(obj *types.Func) Func {
	obj = obj.Origin()
	f := Func{Name: obj.Name()}
	if obj.Pkg() != nil {
		f.Pkg = obj.Pkg().Path()
	}
	if recv := obj.Signature().Recv(); recv != nil {
		if n := NamedOf(recv.Type()); n != nil {
			f.Recv = n.Obj().Name()
		}
	}
	return f
}

// NamedOf is the defined type of a value or of what it points to, nil if none.
func NamedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	if n != nil {
		n = n.Origin()
	}
	return n
}

// TypeKey is the key of a defined type, or "" for any other.
func TypeKey(t types.Type) string {
	if n := NamedOf(t); n != nil && n.Obj().Pkg() != nil {
		return n.Obj().Pkg().Path() + "." + n.Obj().Name()
	}
	return ""
}

// StructOf is the struct that a value is or points to. A value of a type parameter is
// what its constraint says.
func StructOf(t types.Type) *types.Struct {
	if p, ok := core(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	s, _ := core(t).(*types.Struct)
	return s
}

// core is the type that a type is made of: for a type parameter, whose values have
// fields if all types of the constraint are the same underneath, that of the first one.
func core(t types.Type) types.Type {
	if _, ok := types.Unalias(t).(*types.TypeParam); !ok {
		return t.Underlying()
	}
	constraint, ok := t.Underlying().(*types.Interface)
	for ok && constraint.NumEmbeddeds() > 0 {
		first := constraint.EmbeddedType(0)
		if union, ok := first.(*types.Union); ok && union.Len() > 0 {
			first = union.Term(0).Type()
		}
		if constraint, ok = first.Underlying().(*types.Interface); !ok {
			return first.Underlying()
		}
	}
	return t.Underlying()
}

// Element is what a pointer points to, or the type itself.
func Element(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// FieldKey is the key of a field of a defined struct type, or "".
func FieldKey(t types.Type, i int) string {
	key, s := TypeKey(t), StructOf(t)
	if key == "" || s == nil || i >= s.NumFields() {
		return ""
	}
	return key + "." + s.Field(i).Name()
}

// VarKey is the key of a package variable.
func VarKey(g *ssa.Global) string {
	if g.Pkg == nil {
		return g.Name()
	}
	return g.Pkg.Pkg.Path() + "." + g.Name()
}

// Callee is the declared function that a call names: the static callee or the
// interface method, nil for a call of a function value.
func Callee(c *ssa.CallCommon) *types.Func {
	if c.IsInvoke() {
		return c.Method
	}
	if f := c.StaticCallee(); f != nil {
		if f.Origin() != nil {
			f = f.Origin()
		}
		obj, _ := f.Object().(*types.Func)
		return obj
	}
	return nil
}

// Body is the function whose body a static call runs, generic instances resolved
// to what they are instances of; nil where it is not in this package.
func Body(c *ssa.CallCommon) *ssa.Function {
	f := c.StaticCallee()
	if f == nil {
		return nil
	}
	if o := f.Origin(); o != nil {
		f = o
	}
	if len(f.Blocks) == 0 {
		return nil
	}
	return f
}

// DeclaredArgs are a call's arguments without the receiver.
func DeclaredArgs(c *ssa.CallCommon) []ssa.Value {
	if !c.IsInvoke() && c.Signature().Recv() != nil && len(c.Args) > 0 {
		return c.Args[1:]
	}
	return c.Args
}
