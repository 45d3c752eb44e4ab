package checks

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// demand is a condition on sts:ExternalId of a statement that lets a vendor assume a role
// (or, in a Deny, that keeps everybody else from it), in one world.
type demand struct {
	access
	condition policy.Condition
	op        operator
	deny      bool
	alone     bool // the statement has no other condition on the key
}

// demands calls f for every such condition.
func (p *pass) demands(f func(demand)) {
	for _, t := range p.facts.trusts {
		for _, w := range t.worlds {
			d := policy.NewDocument(t.value.In(w))
			for _, s := range d.Statements {
				p.demandsOf(access{trust: t, world: w, document: d, statement: s, may: s.Allows("sts:AssumeRole")}, f)
			}
		}
	}
}

func (p *pass) demandsOf(a access, f func(demand)) {
	if a.may == policy.False || a.statement.Allow != policy.False && !p.outside(a) {
		return
	}
	var found []policy.Condition
	for _, c := range a.statement.Conditions {
		if strings.EqualFold(c.Key, externalIDKey) {
			found = append(found, c)
		}
	}
	for _, c := range found {
		f(demand{a, c, operatorOf(c.Operator), a.statement.Allow == policy.False, len(found) == 1})
	}
}

// outside reports whether a statement has a principal that is neither of whoever deploys
// the template nor a service.
func (p *pass) outside(a access) bool {
	for _, pr := range a.statement.Principals {
		if pr.Type != "AWS" && pr.Type != "" {
			continue
		}
		for _, s := range newSubject(pr.Value).narrowed(a.statement) {
			if owner, _ := p.facts.owner(s, true); owner == Foreign {
				return true
			}
		}
	}
	return false
}

// key tells one condition of one role from all others.
func (d demand) key(v *policy.Value) string {
	return fmt.Sprint(d.trust.role.Address, d.condition.Place, v.Place)
}

// literal reports whether a condition names values that an External ID must equal: the
// positive operators of an Allow, the negative ones of a Deny.
func (d demand) literal() bool {
	if d.deny {
		return strings.HasPrefix(d.op.base, "stringnot") && !d.op.all
	}
	return d.op.positive
}

var extidWildcard = &Check{
	Rule: &finding.Rule{
		ID: "extid-wildcard", Kind: Template, Severity: finding.High,
		Title:  "The External ID that is demanded may be anything",
		About:  "The condition on sts:ExternalId holds for values that nobody has given out: a wildcard, an operator that holds if the key is missing (…IfExists, ForAllValues), a negated one, or a mere Null: false.",
		Remedy: "Demand one value: StringEquals with the External ID that the vendor has generated for this account.",
		Guide:  "However, if the user was allowed to choose their own externalID, it was a static value, or no externalID was set in the recommended policy, then to best protect the customer, those with weak externalIDs should be notified to rotate their externalID to a stronger value.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
	},
	run: func(p *pass) {
		var out decided
		p.demands(func(d demand) {
			v := Verdict{Rule: p.rule, Place: d.condition.Place, Address: d.where(), Instead: "StringEquals: {sts:ExternalId: <generated for this account>}"}
			v.Outcome, v.Message = d.wildcard(p)
			v.Steps = d.steps(d.condition.Values...)
			out.add(fmt.Sprint(d.trust.role.Address, d.condition.Place), v)
		})
		out.tell(p.tell)
	},
}

// wildcard judges a condition.
func (d demand) wildcard(p *pass) (Outcome, string) {
	switch {
	case d.op.base == "null":
		if len(d.condition.Values) > 0 && (isTrue(d.condition.Values[0]) != d.deny || !d.alone) {
			return Pass, "" // absence is demanded, or another condition demands a value
		}
		return Fail, "any External ID will do: Null demands only that there is one"
	case !d.deny && d.op.ifExists:
		return Fail, d.condition.Operator + " holds if no External ID is given"
	case d.op.all:
		return Fail, "ForAllValues holds if no External ID is given"
	case !d.literal():
		return Fail, d.condition.Operator + " holds for all External IDs but those that are named"
	}
	if len(d.condition.Values) == 0 {
		return Fail, "no External ID is named"
	}
	for _, v := range d.condition.Values {
		for _, part := range v.Parts {
			if d.op.like && part.Hole == nil && strings.ContainsAny(part.Text, "*?") {
				return Fail, "a wildcard stands for the External ID" + byDefault(d.world, v)
			}
		}
		if text, ok := v.Known(); ok && strings.TrimSpace(text) == "" {
			if d.trust.role.Example {
				return Unresolved, "the External ID is empty: what fills it in?"
			}
			return Fail, "the External ID is empty" + byDefault(d.world, v)
		}
	}
	return Pass, ""
}

// values calls f for every value that an External ID must equal.
func (p *pass) values(f func(demand, *policy.Value)) {
	p.demands(func(d demand) {
		if !d.literal() {
			return
		}
		for _, v := range d.condition.Values {
			f(d, v)
		}
	})
}

var extidStatic = &Check{
	Rule: &finding.Rule{
		ID: "extid-static", Kind: Template, Severity: finding.High,
		Title:  "The External ID is written into the template",
		About:  "The value, or the default of the parameter that holds it, stands in the text. Whoever deploys the template has the same one, and whoever reads it knows it.",
		Remedy: "Have the vendor generate a value for each account, and take it as a parameter without a default. Rotate the one that stands here: it is in the history.",
		Guide:  "However, if the user was allowed to choose their own externalID, it was a static value, or no externalID was set in the recommended policy, then to best protect the customer, those with weak externalIDs should be notified to rotate their externalID to a stronger value.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html",
	},
	run: func(p *pass) {
		var out decided
		p.values(func(d demand, v *policy.Value) {
			verdict := Verdict{Rule: p.rule, Place: placeOr(v.Place, d.condition.Place), Address: d.where(), Steps: d.steps(v),
				Instead: "a parameter without a default, that takes a value generated for each account"}
			verdict.Outcome, verdict.Message = static(p, v, d.op.like)
			out.add(d.key(v), verdict)
		})
		out.tell(p.tell)
		for _, g := range p.unit.Given {
			p.given(g)
		}
	},
}

// given judges the External ID that an argument holds.
func (p *pass) given(g *policy.Given) {
	for _, w := range policy.Worlds(nil, g.Value) {
		for _, v := range g.Value.In(w).All() {
			outcome, message := static(p, v, false)
			p.tell(Verdict{Rule: p.rule, Outcome: outcome, Message: message, Place: placeOr(v.Place, g.Place), Address: g.Address + "/external_id", Steps: v.Via,
				Instead: "a variable without a default, that takes a value generated for each account"})
		}
	}
}

func static(p *pass, v *policy.Value, like bool) (Outcome, string) {
	text, ok := v.Known()
	switch {
	case !ok, strings.TrimSpace(text) == "", like && strings.ContainsAny(text, "*?"):
		return Pass, "" // other checks speak of these
	case p.facts.placeholder(text):
		return Unresolved, "the External ID is a placeholder: what replaces it?"
	case v.ByDefault() != nil:
		return Fail, fmt.Sprintf("the External ID is the default of the %s %s", v.ByDefault().Word, v.ByDefault().Name)
	}
	return Fail, "the External ID is a constant"
}

// placeholder reports whether a literal only shows where a value goes.
func (f *facts) placeholder(text string) bool {
	if strings.ContainsAny(text, "<>{}$%[]") || strings.Contains(text, "__") {
		return true // no External ID has these: a script or a person replaces it
	}
	return f.options.Placeholder != nil && f.options.Placeholder(text)
}

var extidSource = &Check{
	Rule: &finding.Rule{
		ID: "extid-source", Kind: Template, Severity: finding.Medium,
		Title:  "The External ID is an identifier that others know",
		About:  "The value is made of the account's number, the stack's name or a customer's name. Others know or guess these, and then it keeps nobody out.",
		Remedy: "Use a value that the vendor generates at random for each account.",
		Guide:  "Remember, your AWS account ID is already public as part of the integration assume-role trust process and many of your customers leak theirs.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html",
	},
	run: func(p *pass) {
		var out decided
		p.values(func(d demand, v *policy.Value) {
			if len(v.Holes()) == 0 {
				return // extid-static speaks of literals
			}
			verdict := Verdict{Rule: p.rule, Place: placeOr(v.Place, d.condition.Place), Address: d.where(), Steps: d.steps(v), Instead: "a value generated at random for each account"}
			if name := known(v); name != "" {
				verdict.Outcome, verdict.Message = Fail, "the External ID is "+name+", which others know"
			}
			out.add(d.key(v), verdict)
		})
		out.tell(p.tell)
	},
}

// known returns what a text is made of if all of it is known to others, else "".
func known(v *policy.Value) string {
	name := ""
	for _, h := range v.Holes() {
		id := identifier(h)
		switch {
		case id == "" && h.Origin != policy.Ambient:
			return ""
		case name == "":
			name = id
		}
	}
	return name
}

// identifier says which identifier a hole is, "" if it is none.
func identifier(r *policy.Reference) string {
	switch r.Origin {
	case policy.OwnAccount:
		return "the account's own number"
	case policy.OwnStack:
		return r.Name
	case policy.OrgID:
		return "the organisation's identifier"
	case policy.Parameter, policy.Elsewhere:
	default:
		return ""
	}
	name := squeezed(r.Name)
	if r.Input != nil {
		name = squeezed(r.Input.Name)
		if demandsRandom(r.Input) {
			return ""
		}
	}
	if strings.Contains(name, "externalid") || strings.Contains(name, "extid") || strings.Contains(name, "secret") || strings.Contains(name, "token") || strings.Contains(name, "uuid") {
		return ""
	}
	for _, word := range []string{"account", "org", "tenant", "customer", "company"} {
		if strings.Contains(name, word) {
			return r.Name
		}
	}
	return ""
}

// demandsRandom reports whether an input must be a UUID or has 20 characters at least.
func demandsRandom(in *policy.Input) bool {
	if in.MinLength >= minRandom || uuidPattern(in.Pattern) || uuidPattern(in.Demands) {
		return true
	}
	return in.Pattern != "" && in.Excludes("acme-corp") && in.Excludes("123456789012") && in.Excludes("acme") && in.Excludes("1234567")
}

// minRandom is how many characters a value has that is taken for generated.
const minRandom = 20

func uuidPattern(pattern string) bool {
	return strings.Contains(pattern, "{8}") && strings.Contains(pattern, "{12}")
}

var extidShared = &Check{
	Rule: &finding.Rule{
		ID: "extid-shared", Kind: Template, Severity: finding.Medium,
		Title:  "One External ID serves many accounts",
		About:  "All accounts that the template is deployed in have the same External ID, so whoever may use one account in the vendor's product can use all.",
		Remedy: "Give every account an External ID of its own.",
		Guide:  "Create a unique externalID per account to support RBAC within the portal. Eg. devs only access dev account. Admins access prod and dev. Using an externalID per customer does not support this.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
	},
	run: func(p *pass) {
		sets := map[policy.Place]bool{}
		for _, r := range p.unit.Resources {
			if r.Type == "AWS::CloudFormation::StackSet" {
				p.stackSet(r, sets)
			}
		}
		accounts := map[string]map[string]bool{}
		var out decided
		p.values(func(d demand, v *policy.Value) {
			verdict := Verdict{Rule: p.rule, Place: placeOr(v.Place, d.condition.Place), Address: d.where(), Steps: d.steps(v), Instead: "an External ID for each account"}
			text, ok := v.Known()
			if ok {
				if accounts[text] == nil {
					accounts[text] = map[string]bool{}
				}
				accounts[text][d.trust.role.Account] = true
			}
			switch {
			case d.trust.role.Many.Known() && !sets[d.trust.role.Many] && !perAccount(v):
				verdict.Outcome, verdict.Message = Fail, "all accounts of the stack set have one External ID"
			case organisation(v):
				verdict.Outcome, verdict.Message = Fail, "the External ID is the organisation's, for all of its accounts"
			case ok && len(accounts[text]) > 1:
				verdict.Outcome, verdict.Message = Fail, "roles of several accounts have one External ID"
			}
			out.add(d.key(v), verdict)
		})
		out.tell(p.tell)
	},
}

// stackSet judges the parameter of a stack set that holds an External ID.
func (p *pass) stackSet(r *policy.Resource, sets map[policy.Place]bool) {
	for _, x := range r.Props.Get("Parameters").All() {
		key, ok := x.Get("ParameterKey").Known()
		value := x.Get("ParameterValue")
		if !ok || value == nil || !namesExternalID(&policy.Input{Name: key}) {
			continue
		}
		if text, ok := value.Known(); ok && (text == "" || boolean(text)) {
			continue
		}
		sets[r.Place] = true
		p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: value.Place, Address: r.Address + "/" + key, Steps: value.Via,
			Message: "all accounts of the stack set have one External ID", Instead: "an External ID for each account: ParameterOverrides, or a stack for each"})
	}
}

// perAccount reports whether a text differs from account to account.
func perAccount(v *policy.Value) bool {
	for _, h := range v.Holes() {
		if h.Origin == policy.OwnAccount || h.Origin == policy.OwnStack || h.Origin == policy.OfResource || h.Origin == policy.Random {
			return true
		}
	}
	return false
}

func organisation(v *policy.Value) bool {
	for _, h := range v.Holes() {
		name := squeezed(h.Name)
		if h.Origin == policy.OrgID || strings.HasSuffix(name, "orgid") || strings.HasSuffix(name, "organizationid") || strings.HasSuffix(name, "organisationid") {
			return true
		}
	}
	return false
}
