package checks

import (
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Template is the kind of what the checks find, in the JSON contract.
const Template finding.Kind = "template"

// Outcome is what a check says of one thing.
type Outcome uint8

// The outcomes.
const (
	Pass Outcome = iota
	Fail
	Unresolved
)

// Verdict is what a check says, and where.
type Verdict struct {
	Rule    *finding.Rule
	Outcome Outcome
	Place   policy.Place
	// Message says what is wrong, or what would have to be known. It holds no External ID.
	Message string
	Steps   []policy.Step
	Instead string // the lines to write, "" if the rule's remedy says it all
	Address string // logical: resource, Sid, role of the value

	name string // what name-fixed judges
}

// Check is one check.
type Check struct {
	Rule *finding.Rule
	// Unclear are texts that leave the check unresolved.
	Unclear []finding.Example
	run     func(*pass)
}

// All returns the checks in the order of their rules' names.
func All() []*Check {
	out := slices.Clone(all)
	slices.SortFunc(out, func(a, b *Check) int { return strings.Compare(a.Rule.ID, b.Rule.ID) })
	return out
}

// all are the checks, as they belong together.
var all = []*Check{
	trustRoot, extidMissing, extidWildcard, extidStatic, extidSource,
	extidShared, extidOutput, extidParameter, extidLogged,
	permBroad, permEscalation, permReview, helperPrivilege, sessionLength, trusteeScope,
	resourceDirect, nameFixed, userKey,
	apiAcceptsExtID, apiReturnsExtID, apiRotate, apiRotateUnsafe,
}

// pass is one check at work on one unit.
type pass struct {
	rule  *finding.Rule
	facts *facts
	unit  *policy.Unit
	tell  func(Verdict)
}

// pass, fail and unresolved give a verdict.
func (p *pass) pass(at policy.Place, address string) {
	p.tell(Verdict{Rule: p.rule, Outcome: Pass, Place: at, Address: address})
}

func (p *pass) fail(at policy.Place, address, message string, steps ...policy.Step) {
	p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: at, Address: address, Message: message, Steps: steps})
}

func (p *pass) unresolved(at policy.Place, address, reason string, steps ...policy.Step) {
	p.tell(Verdict{Rule: p.rule, Outcome: Unresolved, Place: at, Address: address, Message: reason, Steps: steps})
}

// decided collects what one check says of one thing in all worlds, and tells it once:
// worlds that do not agree leave it unresolved.
type decided struct {
	order []string
	found map[string][]Verdict
}

func (d *decided) add(key string, v Verdict) {
	if d.found == nil {
		d.found = map[string][]Verdict{}
	}
	if _, ok := d.found[key]; !ok {
		d.order = append(d.order, key)
	}
	d.found[key] = append(d.found[key], v)
}

func (d *decided) tell(f func(Verdict)) {
	for _, key := range d.order {
		f(agree(d.found[key]))
	}
}

func agree(verdicts []Verdict) Verdict {
	first := verdicts[0]
	for _, v := range verdicts[1:] {
		if v.Outcome == first.Outcome {
			continue
		}
		for _, x := range verdicts {
			if x.Outcome == Fail {
				x.Outcome = Unresolved
				x.Message = "depends on a condition that the tree does not decide; in one case: " + x.Message
				return x
			}
		}
		for _, x := range verdicts {
			if x.Outcome == Unresolved {
				return x
			}
		}
	}
	return first
}
