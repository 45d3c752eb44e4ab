package externalid

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// name is a place in a text that names an External ID.
type name struct {
	start, end int    // with prefixes and suffixes: sts:ExternalId, AWS_EXTERNAL_ID_PROD
	quote      string // in front of it, "" if none
	spelled    bool   // sts: or AWS is in it
	flag       bool   // --external-id
	phrase     bool   // "External ID" of prose, tables and forms
	tag        bool   // <ExternalId>
	link       bool   // param_ExternalId of a CloudFormation link
}

// otherWords in front of "external ID" make it another one: a function that
// looks it up, or the key of somebody else's record.
var otherWords = set("get", "find", "by", "is", "has", "no", "without", "missing", "valid", "validate", "invalid",
	"generate", "parse", "check", "lookup", "list", "describe", "delete", "update", "rotate", "regenerate",
	"user", "users", "group", "groups", "member", "contact", "order", "product", "lead", "person", "employee", "patient",
	"device", "event", "invoice", "payment", "subscription", "plan", "price", "coupon", "campaign", "candidate", "job",
	"github", "gitlab", "jira", "stripe", "salesforce", "sf", "crm", "facebook", "fb", "google", "twitter", "slack", "zendesk",
	"intercom", "hubspot", "auth0", "okta", "scim", "azure", "gcp", "saml", "ldap", "oauth", "document", "file", "message",
	"conversation", "ticket", "issue", "task", "item", "entity", "object", "record", "row", "transaction", "session",
	"cart", "merchant", "shop", "store", "school", "course", "student", "place", "location", "media", "video", "image", "pk")

// suffixWords may stand behind it; anything else names a part or a property of
// it, or a list of them (external_id_column, ExternalIdentifier).
var suffixWords = set("s", "value", "values", "default", "input", "param", "parameter", "prod", "production", "dev",
	"development", "stage", "staging", "qa", "sandbox", "str", "string", "equals")

// nameAt reads the name around the trigger at text[start:end].
func nameAt(text []byte, start, end int) (name, bool) {
	n := name{start: nameStart(text, start), end: end, phrase: text[start+len("external")] == ' '}
	for n.end < len(text) && n.end-end < 32 && (notation.IsWord(text[n.end]) || text[n.end] == '-') {
		n.end++
	}
	before := text[n.start:start]
	if dot := bytes.LastIndexByte(before, '.'); dot >= 0 {
		before = before[dot+1:] // of a path, the last name counts
	}
	before = bytes.ReplaceAll(before, []byte("%3A"), []byte(":"))
	for _, w := range notation.Words(before) {
		if otherWords[w] {
			return n, false
		}
		n.spelled = n.spelled || w == "sts" || w == "aws"
		n.link = n.link || w == "param"
	}
	for _, w := range notation.Words(text[end:n.end]) {
		if !suffixWords[w] && !notation.IsDigit(w[0]) {
			return n, false
		}
	}
	n.flag = text[n.start] == '-'
	n.tag = n.start > 0 && text[n.start-1] == '<'
	n.quote = notation.QuoteBefore(text, n.start)
	n.spelled = n.spelled || n.phrase && bytes.HasSuffix(text[:n.start], []byte("AWS "))
	return n, true
}

// nameStart returns where the name that holds text[at] begins.
func nameStart(text []byte, at int) int {
	start := at
	for start > 0 && at-start < 64 && inName(text[start-1]) {
		start--
	}
	for i := start; i+3 <= at; i++ { // an escaped quote or separator of a URL is no part of it
		if text[i] == '%' && string(text[i:i+3]) != "%3A" {
			start = i + 3
		}
	}
	if start > 0 && start < at && text[start-1] == '\\' && bytes.IndexByte([]byte("nrt"), text[start]) >= 0 {
		start++ // \n in a string
	}
	return start
}

// inName reports whether a byte may belong to the front of a name: condition keys
// have a colon, paths of variables dots, flags dashes.
func inName(c byte) bool { return notation.IsWord(c) || c == '-' || c == ':' || c == '.' || c == '%' }

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
