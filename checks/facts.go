package checks

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// facts are what the checks of one unit share.
type facts struct {
	options  *Options
	trusts   []*trust
	foreign  map[string]bool // keys of accounts that some statement demands an External ID of
	carriers map[string]bool // names of holes and inputs that hold an External ID
	inputs   []*policy.Input // that hold one
}

// trust is a role's trust policy.
type trust struct {
	role   *policy.Resource
	value  *policy.Value
	named  map[policy.Place]bool // statements that name sts:ExternalId in any branch
	worlds []*policy.World       // in which the role exists; nil if there are too many
}

const externalIDKey = "sts:externalid"

func newFacts(unit *policy.Unit, o *Options) *facts {
	f := &facts{options: o, foreign: map[string]bool{}, carriers: map[string]bool{}}
	for _, r := range unit.Resources {
		if r.Type == "AWS::IAM::Role" {
			if t := newTrust(r); t != nil {
				f.trusts = append(f.trusts, t)
			}
		}
	}
	for _, r := range unit.Loose {
		if t := newTrust(r); t != nil {
			f.trusts = append(f.trusts, t)
		}
	}
	for _, t := range f.trusts {
		f.learn(t)
	}
	for _, g := range unit.Given {
		g.Value.Walk(func(x *policy.Value) bool {
			f.carry(x)
			return true
		})
	}
	for _, in := range unit.Inputs {
		if f.carriers[in.Name] || namesExternalID(in) {
			f.carriers[in.Name] = true
			f.inputs = append(f.inputs, in)
		}
	}
	return f
}

func newTrust(r *policy.Resource) *trust {
	v := policyOf(r.Props.Get("AssumeRolePolicyDocument"))
	if v == nil {
		return nil
	}
	t := &trust{role: r, value: v, named: map[policy.Place]bool{}}
	worlds := policy.Worlds([]*policy.Cond{r.Exists}, v)
	for _, w := range worlds {
		if w.Holds(r.Exists) != policy.False {
			t.worlds = append(t.worlds, w)
		}
	}
	if len(t.worlds) == 0 { // off by default: it is looked at as if it were on
		t.worlds = worlds
	}
	v.Walk(func(x *policy.Value) bool {
		if x.Kind == policy.Map && x.Get("Effect") != nil && mentions(x, externalIDKey) {
			t.named[x.Place] = true
		}
		return true
	})
	return t
}

// policyOf returns a policy that may be written as JSON in a text.
func policyOf(v *policy.Value) *policy.Value {
	if v == nil {
		return nil
	}
	return policy.Map1(v, func(x *policy.Value) *policy.Value {
		if x != nil && x.Kind == policy.Text {
			x, _ = syntax.Embedded(x)
		}
		return x
	})
}

// mentions reports whether a statement names a condition key in any branch, other than to
// demand its absence.
func mentions(statement *policy.Value, key string) bool {
	found := false
	var look func(v *policy.Value, operator string)
	look = func(v *policy.Value, operator string) {
		if v == nil || found {
			return
		}
		for _, x := range v.Items {
			look(x, operator)
		}
		for _, e := range v.Entries {
			if strings.EqualFold(keyOf(e), key) && !(strings.EqualFold(operator, "Null") && isTrue(e.Value)) {
				found = true
				return
			}
			look(e.Value, e.Key)
		}
		look(v.Then, operator)
		look(v.Else, operator)
	}
	if c := statement.Get("Condition"); c != nil {
		look(c, "")
	}
	return found
}

func keyOf(e policy.Entry) string {
	if e.KeyValue != nil {
		return e.KeyValue.Sketch()
	}
	return e.Key
}

func isTrue(v *policy.Value) bool {
	for _, x := range v.All() {
		if text, ok := x.Known(); ok && strings.EqualFold(text, "true") {
			return true
		}
	}
	return false
}

// learn remembers which accounts a trust policy demands an External ID of, and which
// inputs hold one.
func (f *facts) learn(t *trust) {
	for _, w := range t.worlds {
		for _, s := range policy.NewDocument(t.value.In(w)).Statements {
			if !t.named[s.Place] {
				continue
			}
			for _, p := range s.Principals {
				if key := newSubject(p.Value).key(); p.Type == "AWS" && key != "" {
					f.foreign[key] = true
				}
			}
		}
	}
	t.value.Walk(func(v *policy.Value) bool {
		for _, e := range v.Entries {
			if strings.EqualFold(keyOf(e), externalIDKey) {
				e.Value.Walk(func(x *policy.Value) bool {
					f.carry(x)
					return true
				})
			}
		}
		return true
	})
}

// carry remembers what a text that is an External ID refers to. An identifier that is used
// as one (the account's own) is no secret anywhere else.
func (f *facts) carry(v *policy.Value) {
	for _, p := range v.Parts {
		switch {
		case p.Input != nil:
			f.carriers[p.Input.Name] = true
		case p.Hole == nil:
		case p.Hole.Origin == policy.Parameter && p.Hole.Input != nil:
			if identifier(p.Hole) == "" {
				f.carriers[p.Hole.Input.Name] = true
			}
		case p.Hole.Origin == policy.Parameter || p.Hole.Origin == policy.Random || p.Hole.Origin == policy.Secret || p.Hole.Origin == policy.Issued:
			if identifier(p.Hole) == "" {
				f.carriers[p.Hole.Name] = true
			}
		}
	}
}

// namesExternalID reports whether an input is named as one that holds an External ID.
func namesExternalID(in *policy.Input) bool {
	name := squeezed(in.Name)
	if !strings.HasSuffix(name, "externalid") && !strings.HasSuffix(name, "externalids") && name != "extid" {
		return false
	}
	for _, word := range in.Allowed {
		if boolean(word) {
			return false
		}
	}
	text, ok := in.Default.Known()
	return !ok || !boolean(text)
}

func boolean(text string) bool {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "enabled", "disabled", "on", "off":
		return true
	}
	return false
}

// carrier returns the name of what carries an External ID in a value, "" if nothing does.
func (f *facts) carrier(v *policy.Value) string {
	name := ""
	v.Walk(func(x *policy.Value) bool {
		for _, p := range x.Parts {
			switch {
			case p.Input != nil && f.carriers[p.Input.Name]:
				name = p.Input.Name
			case p.Hole != nil && f.carriers[p.Hole.Name]:
				name = p.Hole.Name
			case p.Hole != nil && p.Hole.Input != nil && f.carriers[p.Hole.Input.Name]:
				name = p.Hole.Input.Name
			}
		}
		return name == ""
	})
	return name
}

// owner returns whose a subject is, and what is to know of that.
func (f *facts) owner(s subject, demanded bool) (Owner, string) {
	switch {
	case s.own:
		return Own, ""
	case s.hole != nil && s.hole.Origin == policy.OwnAccount:
		return Own, ""
	case s.hole != nil && s.hole.Origin == policy.OfResource && s.account == "":
		return Own, ""
	case s.hole != nil && s.hole.Origin == policy.AWSAccount:
		return AWS, ""
	case s.everyone:
		return Foreign, "anyone"
	}
	if s.account != "" && f.options.Accounts != nil {
		if owner, name := f.options.Accounts.Owner(s.account); owner != Unknown {
			return owner, name
		}
	}
	if demanded || f.foreign[s.key()] && s.key() != "" {
		return Foreign, ""
	}
	return Unknown, ""
}

// trustedNames returns the names of the roles that trust policies of a unit name: such a
// role must keep its name.
func trustedNames(u *policy.Unit) []string {
	var out []string
	for _, r := range append(append([]*policy.Resource{}, u.Resources...), u.Loose...) {
		policyOf(r.Props.Get("AssumeRolePolicyDocument")).Walk(func(v *policy.Value) bool {
			sketch := v.Sketch()
			if _, name, ok := strings.Cut(sketch, ":role/"); ok && strings.HasPrefix(sketch, "arn:") {
				out = append(out, name[strings.LastIndexByte(name, '/')+1:])
			}
			return true
		})
	}
	return out
}
