package externalid

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// How far around a name we look for what it is about, in bytes.
const (
	near    = 500
	far     = 2000
	besides = 200
)

// What makes an external ID one of AWS: the assumption of a role.
var roleWords = []string{
	"assumerole", "assume_role", "assume-role", "assume role", "assumes role", "rolearn", "role_arn", "role-arn", "role arn",
	":role/", "iam_role", "iamrole", "iam role", "aws::iam", "aws_iam", "trust policy", "trustpolicy", "trust_policy", "trust relationship",
	"assumedby", "accountprincipal", "arnprincipal", "iam.role",
	"cross-account", "crossaccount", "cross_account", "stscreds", "sts.amazonaws", "source_profile", "quickcreate", "quick-create",
}

// What speaks of AWS only.
var awsWords = []string{"aws", "amazon", "cloudformation", "iam:", "role_name", "rolename"}

// Others who call their own keys external ID.
var otherContexts = []string{
	"scim", "salesforce", "sobject", "upsert", "stripe", "urn:ietf", "username", "firstname", "first_name", "lastname", "facebook", "zendesk",
	"intercom", "hubspot", "shopify", "twilio", "primary_key", "primary key", "foreign key", "insert into", "sku",
	"phone", "e-mail", "@type", "spotify", "imdb", "wikidata", "openstreetmap", "mattermost", "saml", "okta", "idp_",
}

// What speaks of test code: a value there that can be guessed is a dummy.
var testWords = []string{
	"t.run(", "assert", "expect(", "describe(", "def test", "it(\"", "it('", "@test", "mock", "*testing.", "fixture", "unittest", "pytest", "jest.",
}

// serviceConstants are External IDs that AWS itself gives to the roles of its
// services, the same for everyone:
// https://docs.aws.amazon.com/vm-import/latest/userguide/required-permissions.html
// https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-servicerole.html
var serviceConstants = set("vmimport", "elasticbeanstalk")

// classOf reports whether a value is one to be hidden: an example, a dummy, or
// published on purpose.
func classOf(text []byte, n name, s strength.Measure) finding.Class {
	switch {
	case serviceConstants[s.Text]:
		return finding.Vendor
	case s.Sample, !s.Random && firstWord(around(text, n, far), testWords) != "":
		return finding.Sample
	}
	return ""
}

// organization reports whether a value is the ID of an organization of AWS, its
// root or unit: what tools that list them call external ID.
func organization(v string) bool {
	kind, rest, found := strings.Cut(v, "-")
	return found && (kind == "o" || kind == "ou" || kind == "r") && rest == strings.ToLower(rest)
}

// about says how sure we are that a name is that of an AWS External ID, and
// why; 0 if it is not.
func about(text []byte, n name, v notation.Literal, s strength.Measure) (float64, []string) {
	confidence, why := context(text, n, s)
	if confidence == 0 {
		return 0, nil
	}
	if s.Random {
		confidence += 0.05
	}
	return min(confidence, 0.98), []string{why}
}

func context(text []byte, n name, s strength.Measure) (float64, string) {
	switch {
	case n.spelled && bytes.Contains(bytes.ToLower(text[n.start:n.end]), []byte("sts")):
		return 0.92, "value of the condition key sts:ExternalId"
	case n.spelled:
		return 0.85, "AWS is in the name it is assigned to"
	case n.link:
		return 0.85, "parameter of a CloudFormation link or stack"
	}
	if organization(s.Text) {
		return 0, ""
	}
	other := firstWord(around(text, n, besides), otherContexts)
	if word := firstWord(around(text, n, near), roleWords); word != "" {
		if other != "" {
			return 0.5, "assigned to an external ID, with " + word + " near by, but " + other + " too"
		}
		return 0.82, "assigned to an external ID, with " + word + " near by"
	}
	if other != "" {
		return 0, ""
	}
	if word := firstWord(around(text, n, far), roleWords); word != "" {
		return 0.6, "assigned to an external ID, with " + word + " in the same text"
	}
	if s.Random && declared(text, n) {
		return 0.5, "default of a Terraform variable for an external ID"
	}
	switch word := firstWord(around(text, n, near), awsWords); {
	case word != "" && s.Random:
		return 0.5, "assigned to an external ID, with " + word + " near by"
	case word != "" || s.Random:
		return 0.25, "assigned to an external ID"
	}
	return 0, ""
}

// declared reports whether a name is that of a Terraform variable. Infrastructure
// has no contacts and orders: an external ID there is a role's.
func declared(text []byte, n name) bool {
	return n.quote != "" && bytes.HasSuffix(text[:n.start-len(n.quote)], []byte("variable "))
}

// around returns the text up to reach bytes to either side of a name, in lower
// case. A line of a log is about itself alone: its neighbours are other events.
func around(text []byte, n name, reach int) []byte {
	from, to := max(0, n.start-reach), min(len(text), n.end+reach)
	if line, end := lineOf(text, n, reach); pairs(text[line:end]) >= 3 {
		from, to = line, end
	}
	return bytes.ToLower(text[from:to])
}

// lineOf returns the bounds of the line that a name stands in, as far as reach.
func lineOf(text []byte, n name, reach int) (start, end int) {
	start, end = max(0, n.start-reach), min(len(text), n.end+reach)
	if i := bytes.LastIndexByte(text[start:n.start], '\n'); i >= 0 {
		start += i + 1
	}
	if i := bytes.IndexByte(text[n.end:end], '\n'); i >= 0 {
		end = n.end + i
	}
	return start, end
}

// pairs counts the key=value pairs of a line in the form that structured logs
// have: parted by blanks, without blanks around the equals sign.
func pairs(line []byte) int {
	n := 0
	for field := range bytes.FieldsSeq(line) {
		if i := bytes.IndexByte(field, '='); i > 0 && i+1 < len(field) && notation.IsWord(field[i-1]) && isLetter(field[0]) {
			n++
		}
	}
	return n
}

// firstWord returns the first of the words that stands in text and does not go
// on with other letters in front ("laws" is not aws).
func firstWord(text []byte, words []string) string {
	for _, w := range words {
		for rest, at := text, 0; ; {
			i := bytes.Index(rest[at:], []byte(w))
			if i < 0 {
				break
			}
			at += i
			if at == 0 || len(w) > 5 || !isLetter(rest[at-1]) {
				return w
			}
			at++
		}
	}
	return ""
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
