package checks

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// access is a statement that lets somebody assume a role, in one world.
type access struct {
	trust     *trust
	world     *policy.World
	document  *policy.Document
	statement *policy.Statement
	demanded  bool // some branch of the statement names sts:ExternalId, or a Deny demands one
	denied    bool // a Deny of the document demands an External ID
	may       policy.Truth
}

// accesses calls f for every statement of a trust policy that lets others assume the role,
// in every world, and tells what could not be read.
func (p *pass) accesses(f func(access)) {
	for _, t := range p.facts.trusts {
		if t.worlds == nil {
			p.unresolved(t.value.Place, t.role.Address, "the trust policy depends on too many conditions")
			continue
		}
		var hidden decided
		for _, w := range t.worlds {
			d := policy.NewDocument(t.value.In(w))
			for _, h := range d.Missing {
				hidden.add(h.Name, Verdict{Rule: p.rule, Outcome: Unresolved, Place: placeOr(d.Place, t.role.Place),
					Address: t.role.Address, Message: "what does the trust policy say? " + why(h)})
			}
			denied := demandedByDeny(d)
			for _, s := range d.Statements {
				if s.Allow == policy.False {
					continue
				}
				may := s.Allows("sts:AssumeRole")
				if may == policy.False {
					continue
				}
				f(access{t, w, d, s, t.named[s.Place] || denied, denied, may})
			}
		}
		hidden.tell(p.tell)
	}
}

// placeOr returns a place, or another one if it is nowhere.
func placeOr(a, b policy.Place) policy.Place {
	if a.Known() {
		return a
	}
	return b
}

// demandedByDeny reports whether a document refuses whoever brings no External ID, or a
// wrong one.
func demandedByDeny(d *policy.Document) bool {
	for _, s := range d.Statements {
		if s.Allow != policy.False || s.Allows("sts:AssumeRole") != policy.True {
			continue
		}
		for _, c := range s.Conditions {
			op := operatorOf(c.Operator)
			if strings.EqualFold(c.Key, externalIDKey) && !op.all && (strings.HasPrefix(op.base, "stringnot") || op.base == "null" && len(c.Values) > 0 && isTrue(c.Values[0])) {
				return true
			}
		}
	}
	return false
}

// where is the logical address of a statement.
func (a access) where() string {
	if a.statement.Sid != "" {
		return a.trust.role.Address + "/" + a.statement.Sid
	}
	return fmt.Sprintf("%s/%d", a.trust.role.Address, a.statement.Index)
}

// steps lead from the statement to where values come from, and to the defaults that have
// decided the conditions on the way.
func (a access) steps(values ...*policy.Value) []policy.Step {
	steps := append([]policy.Step{}, a.statement.Via...)
	for _, v := range values {
		if v != nil {
			steps = append(steps, v.Via...)
		}
	}
	for _, in := range a.world.Defaults() {
		steps = append(steps, policy.Step{Place: in.Place, Message: "decided by the default of the " + in.Word + " " + in.Name})
	}
	return steps
}

// why says what would have to be known of a hole.
func why(r *policy.Reference) string {
	if r == nil {
		return ""
	}
	return strings.TrimSpace(r.Name + " " + r.Why)
}

// whose asks whose a subject is, for a verdict that is not known.
func whose(s subject) string {
	if s.hole != nil {
		return "whose account? " + why(s.hole)
	}
	if s.account != "" {
		return "whose account? It is in no table, and --accounts does not say"
	}
	return "whose account? A placeholder, or no ARN, stands there"
}

// byDefault says that a default has decided.
func byDefault(w *policy.World, values ...*policy.Value) string {
	for _, v := range values {
		if v.ByDefault() != nil {
			return " by default"
		}
	}
	if len(w.Defaults()) > 0 {
		return " by default"
	}
	return ""
}

var trustRoot = &Check{
	Rule: &finding.Rule{
		ID: "trust-root", Kind: Template, Severity: finding.High,
		Title:  "A role trusts a vendor's whole account",
		About:  "The trust policy names the vendor's account (:root, or its twelve digits) or everybody. Every principal of that account that may call sts:AssumeRole can then take the role, not only the service that needs it.",
		Remedy: "Name the vendor's role: arn:aws:iam::<account>:role/<service>. Where the vendor gives only an account, narrow the statement with a condition on aws:PrincipalArn.",
		Guide:  "Prefer a specific role prefix rather than “root” in the trust policy of the role in the client account to be assumed. When using “root” any principal in the 3rd party AWS account with sts:assumeRole on * could assume the client’s role. Instead, use “role/<3rdParty-name-service>” in the trust policy.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
	},
	run: func(p *pass) {
		var out decided
		p.accesses(func(a access) {
			for i, pr := range a.statement.Principals {
				if pr.Type != "AWS" || a.statement.NotPrincipal {
					continue
				}
				v := rootVerdict(p, a, pr.Value)
				v.Address = fmt.Sprintf("%s/Principal.%d", a.where(), i)
				out.add(fmt.Sprint(a.trust.role.Address, placeOr(pr.Value.Slot, pr.Value.Place), pr.Value.Slot.Known() || pr.Value.Sketch() == ""), v)
			}
		})
		out.tell(p.tell)
	},
}

func rootVerdict(p *pass, a access, v *policy.Value) Verdict {
	out := Verdict{Rule: p.rule, Place: placeOr(v.Place, a.statement.Place), Address: a.where(), Steps: a.steps(v)}
	for _, s := range newSubject(v).narrowed(a.statement) {
		owner, name := p.facts.owner(s, a.demanded)
		switch {
		case owner == Own || owner == AWS || s.root == policy.False:
		case owner == Foreign && s.root == policy.True && a.may == policy.True:
			out.Outcome = Fail
			out.Message = trustMessage(s, name) + byDefault(a.world, v)
			out.Instead = "arn:aws:iam::<account>:role/<service>"
			if s.account != "" {
				out.Instead = "the account's role: arn:aws:iam::" + s.account + ":role/<service>"
			}
			return out
		case owner == Foreign:
			out.Outcome, out.Message = Unresolved, strings.TrimSpace("a role, or the whole account? "+why(s.hole))
		default:
			out.Outcome, out.Message = Unresolved, whose(s)
		}
	}
	return out
}

func trustMessage(s subject, name string) string {
	switch {
	case s.everyone:
		return "everybody may assume the role"
	case name != "":
		return "the role trusts the whole account of " + name
	}
	return "the role trusts a vendor's whole account"
}

var extidMissing = &Check{
	Rule: &finding.Rule{
		ID: "extid-missing", Kind: Template, Severity: finding.High,
		Title:  "A vendor may assume a role without an External ID",
		About:  "Nothing in the statement demands sts:ExternalId. Another customer of the vendor can have the vendor's service assume this role, if they know or guess its ARN: the confused deputy.",
		Remedy: "Demand an External ID that the vendor has generated for this account: Condition: {StringEquals: {sts:ExternalId: <the value>}}. Make it no choice: not empty by default, not under a condition.",
		Guide:  "However, if the user was allowed to choose their own externalID, it was a static value, or no externalID was set in the recommended policy, then to best protect the customer, those with weak externalIDs should be notified to rotate their externalID to a stronger value.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
	},
	run: func(p *pass) {
		var out decided
		p.accesses(func(a access) {
			if a.statement.NotPrincipal {
				return
			}
			if v, ok := missingVerdict(p, a); ok {
				out.add(a.where()+fmt.Sprint(a.statement.Place), v)
			}
		})
		out.tell(p.tell)
	},
}

// missingVerdict is of a statement as a whole; ok is false if no account of anybody stands
// in it.
func missingVerdict(p *pass, a access) (v Verdict, ok bool) {
	v = Verdict{Rule: p.rule, Place: a.statement.Place, Address: a.where(), Steps: a.steps()}
	demanded := a.denied
	for _, c := range a.statement.Conditions {
		demanded = demanded || strings.EqualFold(c.Key, externalIDKey) && !(operatorOf(c.Operator).base == "null" && len(c.Values) > 0 && isTrue(c.Values[0]))
	}
	for _, pr := range a.statement.Principals {
		if pr.Type != "AWS" {
			continue
		}
		ok = true
		if demanded {
			continue
		}
		for _, s := range newSubject(pr.Value).narrowed(a.statement) {
			owner, name := p.facts.owner(s, a.demanded)
			switch {
			case owner == Own || owner == AWS:
			case len(a.statement.Missing) > 0:
				v.Outcome, v.Message = Unresolved, "what do the conditions say? "+why(a.statement.Missing[0])
			case owner == Foreign && a.may == policy.True && a.statement.Allow == policy.True:
				v.Outcome = Fail
				v.Message = missingMessage(s, name) + byDefault(a.world)
				v.Steps = a.steps(pr.Value)
				v.Instead = "Condition: {StringEquals: {sts:ExternalId: <generated for this account>}}"
				return v, true
			case v.Outcome == Pass:
				v.Outcome, v.Message, v.Place = Unresolved, whose(s), placeOr(pr.Value.Place, v.Place)
			}
		}
	}
	return v, ok
}

func missingMessage(s subject, name string) string {
	switch {
	case s.everyone:
		return "everybody may assume the role without an External ID"
	case name != "":
		return name + " may assume the role without an External ID"
	}
	return "a vendor may assume the role without an External ID"
}
