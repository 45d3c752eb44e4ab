package checks

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// grant is a statement that gives rights to a role, a user or whoever the policy is
// attached to, in one world.
type grant struct {
	holder    *policy.Resource // the role; the policy itself if nobody holds it
	world     *policy.World
	statement *policy.Statement
}

// grants calls f for the statements of a policy, in every world.
func grants(holder *policy.Resource, v *policy.Value, f func(grant)) {
	v = policyOf(v)
	if v == nil {
		return
	}
	for _, w := range policy.Worlds(nil, v) {
		for _, s := range policy.NewDocument(v.In(w)).Statements {
			if s.Allow == policy.True {
				f(grant{holder, w, s})
			}
		}
	}
}

// held are the policies and managed policies of a role.
type held struct {
	documents []*policy.Value
	arns      []*policy.Value
}

// heldBy collects what a role of the unit holds: its own policies, those that name it, and
// those that it names.
func heldBy(unit *policy.Unit, role *policy.Resource) held {
	var out held
	for _, p := range settled(role.Props.Get("Policies")) {
		if d := p.Get("PolicyDocument"); d != nil {
			out.documents = append(out.documents, d)
		}
	}
	out.arns = append(out.arns, settled(role.Props.Get("ManagedPolicyArns"))...)
	for _, r := range unit.Resources {
		switch r.Type {
		case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy":
			if refersTo(r.Props.Get("Roles"), role) || refersTo(r.Props.Get("RoleName"), role) {
				out.documents = append(out.documents, r.Props.Get("PolicyDocument"))
			}
		case "AWS::IAM::RolePolicyAttachment", "AWS::IAM::PolicyAttachment":
			if refersTo(r.Props.Get("RoleName"), role) || refersTo(r.Props.Get("Roles"), role) {
				out.arns = append(out.arns, settled(r.Props.Get("PolicyArn"))...)
			}
		}
	}
	for _, arn := range out.arns {
		for _, r := range unit.Resources {
			if r.Type == "AWS::IAM::ManagedPolicy" && refersTo(arn, r) {
				out.documents = append(out.documents, r.Props.Get("PolicyDocument"))
			}
		}
	}
	return out
}

// settled returns the items of a value as the defaults decide, or in all branches where
// they do not.
func settled(v *policy.Value) []*policy.Value {
	if v == nil {
		return nil
	}
	if v.Kind == policy.Choice {
		switch policy.Default().Holds(v.Cond) {
		case policy.True:
			return settled(v.Then)
		case policy.False:
			return settled(v.Else)
		}
		return append(settled(v.Then), settled(v.Else)...)
	}
	if v.Kind == policy.List {
		var out []*policy.Value
		for _, x := range v.Items {
			out = append(out, settled(x)...)
		}
		return out
	}
	return v.All()
}

var instanceKey = lazyregexp.New(`\[[^\]]*\]`)

// refersTo reports whether a value names a resource of the unit, or any of its instances.
func refersTo(v *policy.Value, r *policy.Resource) bool {
	found := false
	v.Walk(func(x *policy.Value) bool {
		for _, h := range x.Holes() {
			if h.Resource != "" && instanceKey.ReplaceAllString(h.Resource, "") == instanceKey.ReplaceAllString(r.Address, "") {
				found = true
			}
		}
		if text, ok := x.Known(); ok && !found {
			name, named := r.Props.Get("RoleName").Known()
			found = named && text == name
		}
		return !found
	})
	return found
}

// scope says how much a statement's resources are.
type scope uint8

const (
	scoped scope = iota // named ones
	everything
	notKnown
)

// scopeOf returns how much the resources of a statement are, and the value that decides.
func scopeOf(s *policy.Statement) (scope, *policy.Value) {
	if len(s.NotResources) > 0 {
		return everything, s.NotResources[0]
	}
	out, decisive := scoped, (*policy.Value)(nil)
	for _, r := range s.Resources {
		switch resourceScope(r) {
		case everything:
			return everything, r
		case notKnown:
			out, decisive = notKnown, r
		}
	}
	return out, decisive
}

// resourceScope judges one resource of a statement: *, or an ARN of which nothing but the
// service is named.
func resourceScope(v *policy.Value) scope {
	sketch := v.Sketch()
	if sketch == string(policy.Mark) {
		h := v.Holes()[0]
		if h.Origin == policy.OfResource {
			return scoped
		}
		return notKnown
	}
	if strings.Trim(sketch, "*") == "" && sketch != "" {
		return everything
	}
	fields := strings.SplitN(sketch, ":", 6)
	if len(fields) < 6 {
		return scoped
	}
	// arn:aws:iam::*:role/*, arn:aws:s3:::*, arn:aws:s3:::*/*, arn:aws:lambda:*:*:function:*
	last := fields[5]
	for _, kind := range []string{"role/", "user/", "policy/", "group/", "function:", "secret:", "key/", "parameter/", "table/", "instance/", "security-group/"} {
		last = strings.TrimPrefix(last, kind)
	}
	if strings.Trim(last, "*/") == "" {
		return everything
	}
	return scoped
}

// conditioned reports whether a statement names one of the condition keys, which begin
// with the given texts in lower case.
func conditioned(s *policy.Statement, keys ...string) bool {
	for _, c := range s.Conditions {
		for _, k := range keys {
			if strings.HasPrefix(strings.ToLower(c.Key), k) {
				return true
			}
		}
	}
	return false
}

// allowsAny returns the first of the actions that a statement allows, "" if none.
func allowsAny(s *policy.Statement, actions []string) string {
	for _, a := range actions {
		if s.Allows(a) == policy.True {
			return a
		}
	}
	return ""
}
