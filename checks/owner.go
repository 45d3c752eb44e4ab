package checks

import (
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
)

// Owner says whose an account or a principal is.
type Owner uint8

// The owners.
const (
	Unknown Owner = iota
	Own           // of whoever deploys the template
	AWS           // of a service of AWS
	Foreign       // of a vendor
)

// Accounts tells whose an account is: what the inventory says, then what is published.
// name is what it is called, "" if it has none.
type Accounts interface {
	Owner(account string) (owner Owner, name string)
}

// subject is what a principal, or a pattern for principals, names.
type subject struct {
	value    *policy.Value
	everyone bool
	account  string            // twelve digits, "" if not known
	hole     *policy.Reference // what the account, or all of it, refers to
	root     policy.Truth      // whether it is the whole account
	own      bool              // narrowed to whoever deploys the template
}

// key names the account so that two principals of one account have one key.
func (s subject) key() string {
	switch {
	case s.account != "":
		return s.account
	case s.hole != nil:
		return "${" + s.hole.Name + "}"
	}
	return ""
}

// newSubject reads a principal.
func newSubject(v *policy.Value) subject {
	s := subject{value: v}
	if v.Kind == policy.Hole {
		s.hole = v.Hole
		s.root = shapeOf(v.Hole)
		return s
	}
	sketch := strings.TrimSpace(v.Sketch())
	if sketch == "*" {
		s.everyone, s.root = true, policy.True
		return s
	}
	if digits := strings.ReplaceAll(sketch, "-", ""); isAccount(digits) {
		s.account, s.root = digits, policy.True
		return s
	}
	fields := strings.SplitN(sketch, ":", 6)
	if len(fields) < 6 || fields[0] != "arn" && fields[0] != string(policy.Mark) {
		if holes := v.Holes(); len(holes) > 0 {
			s.hole = holes[0]
		}
		return s
	}
	s.root = rootness(fields[5])
	switch account := fields[4]; {
	case isAccount(account):
		s.account = account
	case strings.ContainsRune(account, policy.Mark):
		before := strings.Count(strings.Join(fields[:4], ":"), string(policy.Mark))
		s.hole = v.Holes()[before]
	case account == "*":
		s.everyone = true
	}
	return s
}

// rootness reports whether the last field of an ARN means the whole account.
func rootness(resource string) policy.Truth {
	switch {
	case resource == "root", resource == "*", resource == "role/*", resource == "user/*":
		return policy.True
	case strings.HasPrefix(resource, string(policy.Mark)):
		return policy.Open
	}
	return policy.False
}

// shapeOf reports whether a principal of which nothing is known but what it refers to is a
// whole account.
func shapeOf(r *policy.Reference) policy.Truth {
	switch {
	case r.Origin == policy.OwnAccount:
		return policy.True
	case r.Origin == policy.OfResource && (r.Attr == "Arn" || r.Attr == "arn" || r.Attr == "Ref"):
		return policy.False
	}
	in := r.Input
	if in == nil {
		return policy.Open
	}
	account := !in.Excludes("111122223333")
	root := !in.Excludes("arn:aws:iam::111122223333:root")
	role := !in.Excludes("arn:aws:iam::111122223333:role/service")
	switch {
	case (account || root) && !role:
		return policy.True
	case role && !account && !root:
		return policy.False
	}
	switch name := squeezed(in.Name); {
	case strings.HasSuffix(name, "rolearn"), strings.HasSuffix(name, "userarn"):
		return policy.False
	case strings.HasSuffix(name, "accountid"), strings.HasSuffix(name, "accountnumber"), strings.HasSuffix(name, "account"),
		strings.HasSuffix(name, "accountids"), strings.HasSuffix(name, "accounts"), strings.HasSuffix(name, "accountnumbers"):
		return policy.True
	}
	return policy.Open
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// squeezed returns a name in lower case without what joins its words.
func squeezed(name string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(strings.ToLower(name))
}

// narrowed returns the subjects that are left of a principal under the conditions of its
// statement, and whether these say of themselves whose they are.
func (s subject) narrowed(st *policy.Statement) []subject {
	out := []subject{s}
	for _, c := range st.Conditions {
		op := operatorOf(c.Operator)
		if !op.positive || op.all {
			continue
		}
		switch strings.ToLower(c.Key) {
		case "aws:principalorgid", "aws:principalorgpaths":
			if !op.ifExists {
				s.own = true
				return []subject{s}
			}
		case "aws:principalarn":
			if narrower := s.byARN(c.Values); narrower != nil {
				out = narrower
			}
		case "aws:principalaccount":
			if narrower := s.byAccount(c.Values); narrower != nil && s.everyone {
				out = narrower
			}
		}
	}
	return out
}

// byARN replaces a principal by the patterns that its ARN must match; nil if one of them
// does not narrow it.
func (s subject) byARN(values []*policy.Value) []subject {
	var out []subject
	for _, v := range values {
		x := newSubject(v)
		switch {
		case x.root == policy.True && x.account == "" && x.hole == nil, x.root == policy.True && !s.everyone:
			return nil
		case x.everyone && s.everyone:
			return nil
		}
		if x.account == "" && (x.hole == nil || x.everyone) {
			x.account, x.hole, x.everyone = s.account, s.hole, false
		}
		x.value = s.value
		out = append(out, x)
	}
	return out
}

func (s subject) byAccount(values []*policy.Value) []subject {
	var out []subject
	for _, v := range values {
		x := newSubject(v)
		if x.everyone {
			return nil
		}
		x.root, x.value = policy.True, s.value
		out = append(out, x)
	}
	return out
}

// operator is what is to know of a condition's operator.
type operator struct {
	base     string // in lower case, without prefix and suffix
	positive bool   // holds for the values that are given
	like     bool   // * and ? are wildcards
	ifExists bool   // holds if the key is missing
	all      bool   // ForAllValues: holds if the key is missing
}

func operatorOf(name string) operator {
	var o operator
	s := strings.ToLower(strings.TrimSpace(name))
	if rest, ok := strings.CutPrefix(s, "forallvalues:"); ok {
		s, o.all = rest, true
	}
	s = strings.TrimPrefix(s, "foranyvalue:")
	if rest, ok := strings.CutSuffix(s, "ifexists"); ok {
		s, o.ifExists = rest, true
	}
	o.base = s
	switch s {
	case "stringequals", "stringequalsignorecase":
		o.positive = true
	case "stringlike", "arnlike", "arnequals":
		o.positive, o.like = true, true
	case "stringnotlike", "arnnotlike", "arnnotequals":
		o.like = true
	}
	return o
}
