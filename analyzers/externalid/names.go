package externalid

import (
	"go/types"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// plain folds a name's spellings together: AwsExternalId, aws_external_id.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("_-. :", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// asksAboutID are words before "external ID" that make it a question or an order:
// returnExternalId reports whether to return one.
var asksAboutID = []string{"return", "has", "is", "should", "include", "require", "requires", "need", "needs", "enable", "disable",
	"skip", "allow", "force", "missing", "invalid", "no", "without", "show", "hide", "validate", "generate", "rotate", "regenerate", "err", "error"}

// SaysExternalID reports whether a text is what an External ID is called.
func SaysExternalID(name string) bool { return saysExternalID(name) }

// saysExternalID reports whether a name is one of an External ID's.
func saysExternalID(name string) bool {
	if len(name) < len("externalid") {
		return false
	}
	p := plain(name)
	at := strings.Index(p, "externalid")
	if at < 0 || slices.Contains(asksAboutID, p[:at]) {
		return false
	}
	rest := p[at+len("externalid"):]
	// ExternalIDs, ExternalIdPtr and ExternalIDValue carry one; ExternalIdentity,
	// ExternalIDType and ExternalIDProvider say something about another thing.
	return rest == "" || slices.Contains([]string{"s", "ptr", "value", "val", "str", "string", "plaintext", "secret"}, rest)
}

// aboutAWS are words that put a neighbouring "external id" into AWS.
var aboutAWS = []string{"rolearn", "iamrole", "awsrole", "assumerole", "awsaccount", "awsarn", "trustpolicy", "stsclient", "crossaccount", "rolesession",
	"targetrole", "targetarn", "roletoassume", "trustedarn", "principalarn", "cloudformation"}

// insideAWS are words that by themselves make an "external id" an AWS one.
var insideAWS = []string{"aws", "sts", "assumerole", "iamrole", "rolearn", "crossaccount"}

func containsAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
}

// namesAWS reports whether a name that says external ID also says AWS.
func namesAWS(name string) bool { return containsAny(plain(name), insideAWS) }

// words splits a package path or CamelCase name, so that "sts" is not found in
// "lists" nor "aws" in "laws".
func words(s string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/._-", r) }) {
		start := 0
		for i := 1; i < len(part); i++ {
			lower := part[i-1] >= 'a' && part[i-1] <= 'z'
			upper := part[i] >= 'A' && part[i] <= 'Z'
			nextLower := i+1 < len(part) && part[i+1] >= 'a' && part[i+1] <= 'z'
			if upper && (lower || nextLower) {
				out = append(out, strings.ToLower(part[start:i]))
				start = i
			}
		}
		out = append(out, strings.ToLower(part[start:]))
	}
	return out
}

var awsWords = []string{"aws", "sts", "iam", "assumerole", "rolearn", "crossaccount"}

func hasAWSWord(s string) bool {
	ws := words(s)
	joined := strings.Join(ws, "")
	return slices.ContainsFunc(ws, func(w string) bool { return slices.Contains(awsWords, w) || strings.HasPrefix(w, "aws") }) ||
		containsAny(joined, []string{"assumerole", "rolearn", "crossaccount"})
}

// otherMeaning are words of things that have external IDs of their own.
var otherMeaning = []string{"scim", "contact", "customer", "crm", "payment", "invoice", "order", "product", "ticket",
	"user", "member", "person", "lead", "subscription", "charge", "refund", "shipment", "catalog", "group", "identity", "okta", "slack", "github", "gitlab", "jira", "event"}

// byName decides rule 3 for a field of a struct. owner is the key or name of the
// struct's type.
func byName(owner string, s *types.Struct, i int) (Reason, bool) {
	if program.IsOpaque(owner) { // other services of AWS have external IDs of their own
		return Reason{}, false
	}
	f := s.Field(i)
	tag := tagName(s.Tag(i))
	if !saysExternalID(f.Name()) && !(tag != "" && saysExternalID(tag)) || !carriesText(f.Type()) {
		return Reason{}, false
	}
	if namesAWS(f.Name()) || namesAWS(tag) {
		return Reason{Kind: NamedSo, Subject: f.Name()}, true
	}
	sibling := ""
	for j := range s.NumFields() {
		name := s.Field(j).Name()
		switch {
		case j == i:
		case saysExternalID(name) && namesAWS(name):
			return Reason{}, false // beside an AWSExternalID, a plain ExternalID is something else
		case containsAny(plain(name), aboutAWS) || containsAny(plain(tagName(s.Tag(j))), aboutAWS) || isRoleName(name):
			sibling = name
		}
	}
	if sibling != "" {
		return Reason{NamedBeside, f.Name(), sibling}, true
	}
	pkg, typ := splitOwner(owner)
	if slices.ContainsFunc(words(typ), func(w string) bool { return slices.Contains(otherMeaning, strings.TrimSuffix(w, "s")) }) {
		return Reason{}, false
	}
	if hasAWSWord(typ) {
		return Reason{NamedInType, f.Name(), typ}, true
	}
	if hasAWSWord(pkg) {
		return Reason{NamedInPackage, f.Name(), pkg}, true
	}
	return Reason{}, false
}

// AmongNames decides rule 3 for one of names that stand beside each other without being
// fields, as the attributes of a schema.
func AmongNames(names []string, i int) (Reason, bool) {
	switch name := names[i]; {
	case !saysExternalID(name):
	case namesAWS(name):
		return Reason{Kind: NamedSo, Subject: name}, true
	default:
		for j, other := range names {
			if j != i && (containsAny(plain(other), aboutAWS) || isRoleName(other)) {
				return Reason{NamedBeside, name, other}, true
			}
		}
	}
	return Reason{}, false
}

// isRoleName accepts the short names of a role's ARN in a credentials struct.
func isRoleName(name string) bool {
	p := plain(name)
	return p == "arn" || p == "assumedrole" || strings.HasSuffix(p, "rolearn")
}

func splitOwner(owner string) (pkg, typ string) {
	slash := strings.LastIndex(owner, "/")
	pkg, typ, _ = strings.Cut(owner[slash+1:], ".")
	// Only the last two elements of the path speak: a host or an organisation
	// with "aws" in it says nothing about a package.
	if slash > 0 {
		parent := owner[:slash]
		pkg = parent[strings.LastIndex(parent, "/")+1:] + "/" + pkg
	}
	return pkg, typ
}

// tagName is the name a struct tag gives the field on the wire or in a table.
func tagName(tag string) string {
	st := reflect.StructTag(tag)
	for _, key := range []string{"json", "yaml", "db", "form", "query", "xml", "bson", "mapstructure", "dynamodbav", "protobuf", "tfsdk", "hcl"} {
		v := st.Get(key)
		if key == "protobuf" {
			_, v, _ = strings.Cut(v, "name=")
		}
		if v, _, _ = strings.Cut(v, ","); v != "" && v != "-" {
			return v
		}
	}
	return ""
}

// IsTextWrapper reports whether a struct, or what a pointer points to, is one.
func IsTextWrapper(t types.Type) bool { return textWrappers[program.TypeKey(t)] }

// carriesText reports whether a value of the type can hold an External ID.
func carriesText(t types.Type) bool {
	if textWrappers[program.TypeKey(t)] {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Pointer:
		return carriesText(u.Elem())
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && (b.Kind() == types.Uint8 || b.Info()&types.IsString != 0)
	case *types.Interface:
		return true
	case *types.Map:
		return carriesText(u.Elem())
	}
	return false
}

// byParamName decides rule 3 for a parameter: its neighbours, its function or its
// receiver speak of AWS.
func byParamName(fn *types.Func, i int) (Reason, bool) {
	sig := fn.Signature()
	p := sig.Params().At(i)
	if !saysExternalID(p.Name()) || !carriesText(p.Type()) {
		return Reason{}, false
	}
	if namesAWS(p.Name()) {
		return Reason{Kind: NamedSo, Subject: p.Name()}, true
	}
	for j := range sig.Params().Len() {
		q := sig.Params().At(j).Name()
		if j != i && (containsAny(plain(q), aboutAWS) || isRoleName(q)) {
			return Reason{NamedBeside, p.Name(), q}, true
		}
	}
	f := program.FuncOf(fn)
	if hasAWSWord(f.Name) || hasAWSWord(f.Recv) {
		return Reason{NamedOf, p.Name(), f.Name}, true
	}
	return Reason{}, false
}
