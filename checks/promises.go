package checks

import (
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/finding"
)

var (
	// isExternalID are the names of fields that may be an External ID of STS.
	isExternalID = lazyregexp.New(`(?i)^(?:(?:aws|sts|iam|role|assume_?role|trust|integration)[_-]?)*external[_-]?ids?$`)
	// awsWords tell that an external id is one of STS, and not of some other directory.
	awsWords = lazyregexp.New(`(?i)\baws\b|amazon web services|\bsts\b|assume[_ -]?role|cross[- ]account|\biam\b|aws[A-Z_/-]|[a-z_/-]aws|AWS[A-Z][a-z]`)
	// roleARN are the names of fields that hold the ARN of a role.
	roleARN = lazyregexp.New(`(?i)^(?:.*[_-]?)?(?:role[_-]?arn|iam[_-]?role(?:[_-]?arn)?|assume[_-]?role|arn)$`)
	// otherIDs tell that an external id is of a directory of people, or an account's number.
	otherIDs = lazyregexp.New(`(?i)\bscim\b|\bsaml\b|\bidp\b|identity provider|account[_ -]?(?:id|number)|\\d\{12\}|\[0-9\]\{12\}`)
	// generates are the operations that make a value, or show it because they were asked.
	generates = lazyregexp.New(`(?i)re-?generat|generat|rotat|renew|reveal|reset|refresh`)
	// harmless are operations that are sent but create nothing.
	harmless = lazyregexp.New(`(?i)/(?:search|query|filter|list)\b|^(?:search|list|query|filter)`)
)

// externalIDs returns the fields that hold an External ID of STS: named so, with a role's
// ARN beside them or AWS's words near.
func externalIDs(op *policy.Operation, fields []policy.Field) []policy.Field {
	var out []policy.Field
	for _, f := range fields {
		if !isExternalID.MatchString(f.Name) {
			continue
		}
		beside := f.Beside
		if f.Where != "body" {
			beside = nil
			for _, x := range fields {
				beside = append(beside, x.Name)
			}
		}
		arn := slices.ContainsFunc(beside, func(name string) bool { return roleARN.MatchString(name) })
		if otherIDs.MatchString(f.Words) && !strings.Contains(strings.ToLower(f.Words), "assume") || strings.Contains(strings.ToLower(op.Name), "/scim") {
			continue
		}
		if arn || awsWords.MatchString(f.Words) || awsWords.MatchString(f.Name) || awsWords.MatchString(op.Words) {
			out = append(out, f)
		}
	}
	return out
}

var apiAcceptsExtID = &Check{
	Rule: &finding.Rule{
		ID: "api-accepts-extid", Kind: Template, Severity: finding.High,
		Title:  "The API lets its callers choose the External ID",
		About:  "A request that makes or changes a connection to an AWS account takes the External ID. A caller can send another customer's role with whatever that customer's External ID is, or one that is easy to guess; what the user interface allows does not matter.",
		Remedy: "Take it out of the request: generate it on the server, once for each account, and show it when the connection is made.",
		Guide:  "Ensure that the API backing the UI for connector creation does not accept ExternalID as a parameter. If so, any UI controls can be bypassed by intercepting calls from the UI to the API and modifying externalID.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html",
	},
	run: func(p *pass) {
		for _, op := range p.unit.Operations {
			if !op.Writes || harmless.MatchString(op.Name) {
				continue
			}
			for _, f := range externalIDs(op, op.Takes) {
				if f.Fixed {
					p.pass(f.Place, op.Name+"/"+f.Name)
					continue
				}
				p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: f.Place, Address: op.Name + "/" + f.Name,
					Message: "a request takes the External ID (" + f.Name + ")", Instead: "readOnly, or no such field: the server generates it",
					Steps: []policy.Step{{Place: op.Place, Message: op.Name + " takes it in the " + f.Where}}})
			}
		}
	},
}

var apiReturnsExtID = &Check{
	Rule: &finding.Rule{
		ID: "api-returns-extid", Kind: Template, Severity: finding.Medium,
		Title:  "The API returns External IDs that nobody asked for",
		About:  "Whoever may read or list connections gets the External ID with them; so does a script that runs in the page of somebody who may.",
		Remedy: "Leave it out of what reading returns. Show it when it is generated, and by an operation of its own.",
		Guide:  "Do not return it in the rest response unless explicitly requested by the user.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html",
	},
	run: func(p *pass) {
		for _, op := range p.unit.Operations {
			if !op.Reads {
				continue
			}
			asked := generates.MatchString(op.Name) || generates.MatchString(firstWord(op.Words)) || strings.Contains(squeezed(op.Name), "externalid")
			for _, f := range externalIDs(op, op.Returns) {
				if asked || f.Hidden {
					p.pass(f.Place, op.Name+"/"+f.Name)
					continue
				}
				p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: f.Place, Address: op.Name + "/" + f.Name,
					Message: "a response shows the External ID (" + f.Name + ")", Instead: "writeOnly, or no such field",
					Steps: []policy.Step{{Place: op.Place, Message: op.Name + " returns it"}}})
			}
		}
	},
}

func firstWord(s string) string {
	if words := strings.Fields(s); len(words) > 1 {
		return words[0] + " " + words[1]
	}
	return s
}

// connections returns the operations of a spec that have to do with External IDs, and
// those of them that generate one.
func (p *pass) connections() (all, generating []*policy.Operation) {
	for _, op := range p.unit.Operations {
		named := strings.Contains(squeezed(op.Name), "externalid")
		if !named && len(externalIDs(op, op.Takes)) == 0 && len(externalIDs(op, op.Returns)) == 0 {
			continue
		}
		all = append(all, op)
		if generates.MatchString(op.Name) || generates.MatchString(op.Words) {
			generating = append(generating, op)
		}
	}
	return all, generating
}

var apiRotate = &Check{
	Rule: &finding.Rule{
		ID: "api-rotate", Kind: Template, Severity: finding.Low,
		Title:  "The API has no way to rotate External IDs",
		About:  "The spec knows connections with External IDs, and no operation generates or rotates one. Who has to replace one deletes the connection.",
		Remedy: "Add an operation that generates a new one: POST /integrations/aws/{integration_id}/externalid/regenerate.",
		Guide:  "Have an exposed API endpoint and UI button that generates/rotates the externalID.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html",
	},
	run: func(p *pass) {
		all, generating := p.connections()
		switch {
		case len(all) == 0:
		case len(generating) > 0:
			p.pass(generating[0].Place, generating[0].Name)
		default:
			p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: all[0].Place, Address: "spec", Message: "no operation generates or rotates the External ID of a connection",
				Instead: "POST …/externalid/regenerate"})
		}
	},
}

var apiRotateUnsafe = &Check{
	Rule: &finding.Rule{
		ID: "api-rotate-unsafe", Kind: Template, Severity: finding.High,
		Title:  "External IDs are rotated by whoever makes a browser follow a link",
		About:  "The operation that generates an External ID is a GET, which links, pictures and prefetching call, or asks nobody who they are.",
		Remedy: "Make it a POST that the spec's security applies to.",
		Guide:  "Assume XSS, CSRF, and SSRF are present in the web application.",
		Source: "https://datatracker.ietf.org/doc/html/rfc9110#name-safe-methods",
	},
	run: func(p *pass) {
		_, generating := p.connections()
		for _, op := range generating {
			rotates := generates.MatchString(op.Name) || generates.MatchString(firstWord(op.Words))
			switch {
			case !rotates || revealing.MatchString(op.Name) && op.Get:
			case op.Get:
				p.fail(op.Place, op.Name, op.Name+" generates an External ID, and is a GET")
			case op.Secured == policy.False:
				p.fail(op.Place, op.Name, op.Name+" generates an External ID, and asks nobody who they are")
			default:
				p.pass(op.Place, op.Name)
			}
		}
	},
}

// revealing are operations that only show what is there.
var revealing = lazyregexp.New(`(?i)reveal`)
