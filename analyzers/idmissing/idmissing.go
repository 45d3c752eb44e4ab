package idmissing

import (
	"cmp"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// New makes the pass that reports missing External IDs.
func New(prog *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idmissing",
		Doc:  "report AssumeRole without an External ID for a role that comes from data\n\nPass the External ID that was generated for the customer whose role it is.",
		URL:  taint.Docs + "idmissing",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[prog].(*program.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{prog},
	}
}

const message = "AssumeRole without an External ID for a role that comes from data: whoever knows another customer's role can enter it as their own"

func run(pass *analysis.Pass, prog *program.Result) {
	r := report.New(pass)
	funcs := prog.Funcs
	c := checker{callers: callers(funcs)}
	sets := settersOf(funcs)
	for _, fn := range funcs {
		if sets[outermost(fn)] || program.IsTestOnly(pass, fn.Pos()) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if m, ok := instr.(*ssa.MakeMap); ok {
					if pos, open := openStatement(m); open {
						r.Report(analysis.Diagnostic{Pos: program.Near(fn, pos), Category: "idmissing", Message: unconditional})
					}
				}
				if pos, missing := c.check(instr); missing {
					r.Report(analysis.Diagnostic{Pos: program.Near(fn, pos), Category: "idmissing", Message: message})
				}
			}
		}
	}
	c.forgotten(funcs, func(at token.Pos) {
		if !program.IsTestOnly(pass, at) {
			r.Report(analysis.Diagnostic{Pos: at, Category: "idmissing", Message: message})
		}
	})
	r.Done()
}

// settersOf are the functions that set an External ID on some path: those without one
// are taken for accounts that have none.
func settersOf(funcs []*ssa.Function) map[*ssa.Function]bool {
	out := map[*ssa.Function]bool{}
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, i := range b.Instrs {
				if fa, ok := i.(*ssa.FieldAddr); ok && setsID(fa) {
					out[outermost(fn)] = true
				}
			}
		}
	}
	return out
}

// setsID reports whether a field is the External ID of STS and something is put into it
// that is not known to be empty, or may be elsewhere.
func setsID(fa *ssa.FieldAddr) bool {
	if _, isID := externalid.FieldSink(fa.X.Type(), fa.Field); !isID {
		return false
	}
	empty := false
	for _, r := range *fa.Referrers() {
		switch r := r.(type) {
		case *ssa.DebugRef:
		case *ssa.Store:
			if r.Addr != fa || !isEmpty(r.Val, 0) {
				return true
			}
			empty = true
		default:
			return true
		}
	}
	return !empty
}

// emptyID is where an empty External ID is put into the field, if it is that.
func emptyID(fa *ssa.FieldAddr) token.Pos {
	if _, isID := externalid.FieldSink(fa.X.Type(), fa.Field); isID {
		for _, r := range *fa.Referrers() {
			if st, ok := r.(*ssa.Store); ok {
				return st.Pos()
			}
		}
	}
	return token.NoPos
}

// isEmpty reports whether a value is the empty text, a pointer to it, or nil.
func isEmpty(v ssa.Value, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value == nil || v.Value.Kind() == constant.String && constant.StringVal(v.Value) == ""
	case *ssa.Call:
		obj := program.Callee(&v.Call)
		return obj != nil && len(v.Call.Args) == 1 && pointers.MatchString(program.FuncOf(obj).String()) && isEmpty(v.Call.Args[0], depth+1)
	case *ssa.Alloc:
		stored := false
		for _, r := range *v.Referrers() {
			if st, ok := r.(*ssa.Store); ok && st.Addr == v {
				if !isEmpty(st.Val, depth+1) {
					return false
				}
				stored = true
			}
		}
		return stored
	}
	return false
}

// pointers are functions that make a pointer to their argument.
var pointers = lazyregexp.New(`^(github\.com/aws/aws-sdk-go(-v2)?/aws\.String|k8s\.io/utils/(ptr\.To|pointer\.String)|github\.com/samber/lo\.ToPtr)$`)

func outermost(fn *ssa.Function) *ssa.Function {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	return fn
}

// inputs are the types that describe an AssumeRole call.
var inputs = []string{"github.com/aws/aws-sdk-go-v2/service/sts.AssumeRoleInput", "github.com/aws/aws-sdk-go/service/sts.AssumeRoleInput"}

// providers take a role and options, by the index of the role.
var providers = map[string]int{
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds.NewAssumeRoleProvider":     1,
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds.NewCredentials":           1,
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds.NewCredentialsWithClient": 1,
}

type checker struct {
	callers map[*ssa.Function][]*ssa.CallCommon
}

func callers(funcs []*ssa.Function) map[*ssa.Function][]*ssa.CallCommon {
	m := map[*ssa.Function][]*ssa.CallCommon{}
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, i := range b.Instrs {
				if c, ok := i.(ssa.CallInstruction); ok {
					if callee := program.Body(c.Common()); callee != nil {
						m[callee] = append(m[callee], c.Common())
					}
				}
			}
		}
	}
	return m
}

func (c checker) check(instr ssa.Instruction) (token.Pos, bool) {
	switch i := instr.(type) {
	case *ssa.Alloc:
		if slices.Contains(inputs, program.TypeKey(i.Type())) {
			return c.input(i)
		}
	case *ssa.Call:
		obj := program.Callee(&i.Call)
		if obj == nil {
			return 0, false
		}
		role, ok := providers[program.FuncOf(obj).String()]
		if ok && len(i.Call.Args) == role+2 && optionsWithoutID(i.Call.Args[role+1]) && c.fromData(i.Call.Args[role], 0) {
			return i.Pos(), true
		}
	}
	return 0, false
}

// input looks at a literal AssumeRoleInput: what is stored to it, and whether anybody
// else may store to it.
func (c checker) input(a *ssa.Alloc) (token.Pos, bool) {
	var role ssa.Value
	called, empty := token.NoPos, token.NoPos
	for _, ref := range *a.Referrers() {
		switch ref := ref.(type) {
		case *ssa.FieldAddr:
			if setsID(ref) {
				return 0, false
			}
			empty = cmp.Or(empty, emptyID(ref))
			if program.StructOf(a.Type()).Field(ref.Field).Name() == "RoleArn" {
				for _, st := range *ref.Referrers() {
					if st, ok := st.(*ssa.Store); ok {
						role = st.Val
					}
				}
			}
		case *ssa.Call:
			obj := program.Callee(&ref.Call)
			if obj == nil || !strings.HasPrefix(obj.Name(), "AssumeRole") {
				return 0, false // handed on: it may be completed there
			}
			called = ref.Pos()
		case *ssa.DebugRef:
		default:
			return 0, false
		}
	}
	if role == nil || !called.IsValid() {
		return 0, false
	}
	return cmp.Or(empty, called), c.fromData(role, 0)
}

// optionsWithoutID reports whether all options are in sight and none sets the
// External ID.
func optionsWithoutID(v ssa.Value) bool {
	if k, ok := v.(*ssa.Const); ok && k.IsNil() {
		return true
	}
	sl, ok := v.(*ssa.Slice)
	if !ok {
		return false
	}
	alloc, ok := sl.X.(*ssa.Alloc)
	if !ok || alloc.Comment != "varargs" {
		return false
	}
	for _, ref := range *alloc.Referrers() {
		ia, ok := ref.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, u := range *ia.Referrers() {
			st, ok := u.(*ssa.Store)
			if !ok || setsOrHides(st.Val) {
				return false
			}
		}
	}
	return true
}

// setsOrHides reports whether an option sets the External ID, or is not a function
// literal that only sets fields.
func setsOrHides(v ssa.Value) bool {
	if ct, ok := v.(*ssa.ChangeType); ok {
		v = ct.X
	}
	fn, ok := v.(*ssa.Function)
	if mc, isClosure := v.(*ssa.MakeClosure); isClosure {
		fn, ok = mc.Fn.(*ssa.Function)
	}
	if !ok || len(fn.Blocks) == 0 || len(fn.Params) != 1 {
		return true
	}
	for _, ref := range *fn.Params[0].Referrers() {
		fa, ok := ref.(*ssa.FieldAddr)
		if !ok {
			return true
		}
		if setsID(fa) {
			return true
		}
	}
	return false
}

// settings are the names of types whose fields the operator sets.
var settings = lazyregexp.New(`(?i)(config|conf|cfg|options?|opts|flags?|settings?|args|env(ironment)?|params|cmd|command|provider)$`)

// operators are functions that read what the operator set.
var operators = lazyregexp.New(`^(os\.(Getenv|LookupEnv)|flag\.|github.com/spf13/(viper|pflag|cobra)|.*\.(Getenv|GetEnv|MustGetenv|EnvOr\w*)$|github.com/urfave/cli)`)

// transparent are functions whose result is their argument's.
var transparent = lazyregexp.New(`(\.String|\.To|\.StringValue|\.ToString|\.TrimSpace|\.Sprintf|\.ToPtr)$`)

const maxDepth = 10

// fromData reports whether a role comes from data: a request, a database, or a
// parameter whose callers do not all pass a role known at build time.
func (c checker) fromData(v ssa.Value, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch v := v.(type) {
	case *ssa.Parameter:
		return c.parameter(v, depth)
	case *ssa.UnOp:
		return c.loaded(v.X, depth)
	case *ssa.Alloc, *ssa.FieldAddr, *ssa.FreeVar:
		return c.loaded(v, depth)
	case *ssa.Field:
		return !isSettings(v.X.Type())
	case *ssa.Convert:
		return c.fromData(v.X, depth+1)
	case *ssa.ChangeType:
		return c.fromData(v.X, depth+1)
	case *ssa.MakeInterface:
		return c.fromData(v.X, depth+1)
	case *ssa.Extract:
		return c.fromData(v.Tuple, depth+1)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, func(e ssa.Value) bool { return c.fromData(e, depth+1) })
	case *ssa.BinOp:
		return c.fromData(v.X, depth+1) || c.fromData(v.Y, depth+1)
	case *ssa.Slice:
		return c.fromData(v.X, depth+1)
	case *ssa.Lookup:
		return c.fromData(v.X, depth+1)
	case *ssa.TypeAssert:
		return true
	case *ssa.Call:
		return c.result(v, depth)
	}
	return false
}

func (c checker) parameter(p *ssa.Parameter, depth int) bool {
	fn := p.Parent()
	i := slices.Index(fn.Params, p)
	calls := c.callers[fn]
	if isSettings(p.Type()) || fn.Name() == "main" {
		return false
	}
	if len(calls) == 0 {
		return true
	}
	return slices.ContainsFunc(calls, func(call *ssa.CallCommon) bool {
		return i < len(call.Args) && c.fromData(call.Args[i], depth+1)
	})
}

func (c checker) loaded(addr ssa.Value, depth int) bool {
	switch a := addr.(type) {
	case *ssa.FieldAddr:
		return !isSettings(a.X.Type()) || ofData(a.X)
	case *ssa.Alloc:
		for _, ref := range *a.Referrers() {
			switch ref := ref.(type) {
			case *ssa.MakeInterface: // a row is scanned into it
				if isText(a.Type()) {
					return true
				}
			case *ssa.Store:
				if ref.Addr == a && c.fromData(ref.Val, depth+1) {
					return true
				}
			case *ssa.IndexAddr:
				for _, u := range *ref.Referrers() {
					if st, ok := u.(*ssa.Store); ok && c.fromData(st.Val, depth+1) {
						return true
					}
				}
			}
		}
	case *ssa.IndexAddr:
		return c.fromData(a.X, depth+1) // an element is what its list is
	case *ssa.Parameter:
		return c.parameter(a, depth+1)
	}
	return false
}

// isText reports whether a variable holds a text.
func isText(t types.Type) bool {
	b, ok := t.Underlying().(*types.Pointer).Elem().Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

func (c checker) result(call *ssa.Call, depth int) bool {
	obj := program.Callee(&call.Call)
	if obj == nil {
		return false
	}
	name := program.FuncOf(obj)
	switch {
	case operators.MatchString(name.String()) || settings.MatchString(name.Recv):
		return false
	case transparent.MatchString(name.String()):
		return slices.ContainsFunc(call.Call.Args, func(a ssa.Value) bool { return c.fromData(a, depth+1) })
	}
	return strings.HasPrefix(name.Pkg, "net/") || strings.HasPrefix(name.Name, "Get") || strings.HasPrefix(name.Name, "Query")
}

// ofData reports whether settings are those of one of many: they lie in a struct that has
// an identifier of its own.
func ofData(x ssa.Value) bool {
	for range maxDepth {
		switch v := x.(type) {
		case *ssa.UnOp:
			x = v.X
		case *ssa.FieldAddr:
			if isOneOfMany(v.X.Type()) {
				return true
			}
			x = v.X
		case *ssa.Field:
			return isOneOfMany(v.X.Type())
		default:
			return false
		}
	}
	return false
}

func isOneOfMany(t types.Type) bool {
	s := program.StructOf(t)
	if s == nil || isSettings(t) {
		return false
	}
	for f := range s.Fields() {
		if f.Name() == "ID" || f.Name() == "Id" || externalid.IsPublic(f.Name()) && strings.HasSuffix(strings.ToLower(f.Name()), "id") {
			return true
		}
	}
	return false
}

// isSettings reports whether a value belongs to the operator's configuration.
func isSettings(t types.Type) bool {
	n := program.NamedOf(t)
	return n != nil && settings.MatchString(n.Obj().Name())
}
