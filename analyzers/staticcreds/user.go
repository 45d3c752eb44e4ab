package staticcreds

import (
	"go/constant"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// assumers are calls that assume a role, by the argument whose credentials they use.
var assumers = map[string]int{
	"github.com/aws/aws-sdk-go-v2/service/sts.Client.AssumeRole":              0,
	"github.com/aws/aws-sdk-go/service/sts.STS.AssumeRole":                    0,
	"github.com/aws/aws-sdk-go/service/sts.STS.AssumeRoleWithContext":         0,
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds.NewAssumeRoleProvider": 0,
	"github.com/aws/aws-sdk-go/aws/credentials/stscreds.NewCredentials":       0,
}

// byUser reports whether a call assumes a role with the long-lived credentials of a
// user: static ones without a session token.
func byUser(c *ssa.Call) bool {
	obj := program.Callee(&c.Call)
	if obj == nil {
		return false
	}
	i, ok := assumers[program.FuncOf(obj).String()]
	if !ok || i >= len(c.Call.Args) || c.Call.IsInvoke() {
		return false
	}
	s := search{use: c, seen: map[ssa.Value]bool{}}
	return s.in(c.Call.Args[i])
}

// search looks for a user's credentials in what a value was made of, within the
// package.
type search struct {
	use  *ssa.Call // the call that assumes the role
	seen map[ssa.Value]bool
}

// maxSeen bounds one search.
const maxSeen = 400

func (s *search) in(v ssa.Value) bool {
	if v == nil || s.seen[v] || len(s.seen) >= maxSeen {
		return false
	}
	s.seen[v] = true
	switch v := v.(type) {
	case *ssa.Call:
		return isUser(v) || s.made(v) || slices.ContainsFunc(v.Call.Args, s.in)
	case *ssa.Alloc:
		return s.stored(v)
	case *ssa.MakeClosure:
		return slices.ContainsFunc(v.Bindings, s.in)
	case *ssa.Phi:
		return slices.ContainsFunc(v.Edges, s.in)
	case *ssa.FieldAddr, *ssa.Field, *ssa.UnOp, *ssa.MakeInterface, *ssa.ChangeInterface, *ssa.ChangeType, *ssa.Slice, *ssa.Extract, *ssa.IndexAddr, *ssa.TypeAssert:
		return slices.ContainsFunc(v.(ssa.Instruction).Operands(nil), func(op *ssa.Value) bool { return s.in(*op) })
	}
	return false
}

// made looks into what a function of the package returns.
func (s *search) made(c *ssa.Call) bool {
	fn := program.Body(&c.Call)
	if fn == nil {
		return false
	}
	for _, b := range fn.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && slices.ContainsFunc(ret.Results, s.in) {
			return true
		}
	}
	return false
}

// stored looks at what is put into a variable or its fields.
func (s *search) stored(a ssa.Value) bool {
	for _, r := range *a.Referrers() {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Addr == a && s.precedes(r) && s.in(r.Val) {
				return true
			}
		case *ssa.FieldAddr:
			if s.stored(r) {
				return true
			}
		case *ssa.IndexAddr:
			if s.stored(r) {
				return true
			}
		}
	}
	return false
}

// precedes reports whether a store may have happened when the role is assumed: one on
// another branch has not.
func (s *search) precedes(st *ssa.Store) bool {
	from, to := st.Block(), s.use.Block()
	if from.Parent() != to.Parent() {
		return true
	}
	return from == to && slices.Index(from.Instrs, ssa.Instruction(st)) < slices.Index(to.Instrs, ssa.Instruction(s.use)) || program.Reaches(from, to)
}

// isUser recognises static credentials whose session token is empty: those of a user,
// which do not expire.
func isUser(c *ssa.Call) bool {
	obj := program.Callee(&c.Call)
	if obj == nil || !constructors[program.FuncOf(obj).String()] || len(c.Call.Args) != 3 {
		return false
	}
	token, ok := c.Call.Args[2].(*ssa.Const)
	return ok && token.Value != nil && token.Value.Kind() == constant.String && constant.StringVal(token.Value) == "" && !isLocal(c.Call.Args[0])
}

// isLocal recognises the short constants that stand for a key at a local stack.
func isLocal(key ssa.Value) bool {
	k, ok := key.(*ssa.Const)
	return ok && k.Value != nil && k.Value.Kind() == constant.String && len(constant.StringVal(k.Value)) < 16
}
