package idmissing

import (
	"go/constant"
	"go/token"

	"golang.org/x/tools/go/ssa"
)

const unconditional = "trust policy without an External ID: it lets an AWS principal assume the role on any condition"

// openStatement is where a statement that is spelt as a map lets an AWS principal assume a
// role without any condition. One that is handed on before may get one there.
func openStatement(m *ssa.MakeMap) (token.Pos, bool) {
	at := token.NoPos
	principal := false
	for _, r := range *m.Referrers() {
		switch r := r.(type) {
		case *ssa.MapUpdate:
			if r.Map != m {
				continue
			}
			switch key, _ := text(r.Key); key {
			case "Condition":
				return 0, false
			case "Action":
				if action, _ := text(r.Value); action == "sts:AssumeRole" {
					at = r.Pos()
				}
			case "Effect":
				if effect, ok := text(r.Value); ok && effect != "Allow" {
					return 0, false
				}
			case "Principal":
				principal = namesAWS(r.Value)
			}
		case *ssa.Call:
			return 0, false
		}
	}
	return at, principal && at.IsValid()
}

// namesAWS reports whether a principal is an account, user or role of AWS.
func namesAWS(v ssa.Value) bool {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	m, ok := v.(*ssa.MakeMap)
	if !ok {
		return false
	}
	for _, r := range *m.Referrers() {
		if u, ok := r.(*ssa.MapUpdate); ok && u.Map == m {
			if key, _ := text(u.Key); key == "AWS" {
				return true
			}
		}
	}
	return false
}

// text is a constant text, be it in an interface.
func text(v ssa.Value) (string, bool) {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(c.Value), true
}
