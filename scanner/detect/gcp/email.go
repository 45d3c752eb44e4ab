package gcp

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// serviceAccount decides over the address that ends with gserviceaccount.com.
// Accounts that Google runs for a project tell its number, those of a user are
// findings as they stand.
func serviceAccount(w *detect.Window, report func(detect.Match)) {
	a, ok := address(w.Text, w.Start, w.End)
	if !ok || !notation.Ends(w.Text, w.End) {
		return
	}
	if number := numberedAccount().FindSubmatchIndex(a.local(w.Text)); number != nil {
		report(projectNumber(w.Text, a.start+number[2], a.start+number[3], 0.95, "digits in the address of a service account that Google runs for the project"))
		return
	}
	owner, user := strings.CutSuffix(string(a.domain), ".iam.gserviceaccount.com")
	switch {
	case user && accountName().Match(a.local(w.Text)):
		id, _, _ := strings.Cut(owner, ".") // of a project below a domain: x@project.example.com.iam…
		email(w.Text, a, id, report)
	case user && isProjectID([]byte(owner)) && !servesProject(w.Text, a.start):
		report(project(w.Text, a.domainStart, a.domainStart+len(owner), 0.8, "project in the address of a service account"))
	case string(a.domain) == "appspot.gserviceaccount.com":
		email(w.Text, a, string(a.local(w.Text)), report)
	}
}

// numberedAccount is the form of the local part that tells a project's number
// (https://cloud.google.com/iam/docs/service-agents).
var numberedAccount = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:service-|p|project-|bq-|cloud-sql-|gs-)?([0-9]{6,13})(?:-compute)?$`)
})

// accountName is the form of the name that a user gives a service account.
var accountName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)
})

// servesProject reports whether the local part before text[at], which is a
// reference, is that of an account that Google runs for a project: service-{n}.
// Its domain is then the service's.
func servesProject(text []byte, at int) bool {
	const reach = 60
	before := text[max(0, at-reach):at]
	return bytes.Contains(before[bytes.LastIndexAny(before, " \t\n\"':`")+1:], []byte("service-"))
}

func email(text []byte, a mailbox, projectID string, report func(detect.Match)) {
	if !isProjectID([]byte(projectID)) || ofKeyFile(text, a.start, a.end) {
		return
	}
	m := detect.Match{
		Rule: emailRule, Start: a.start, End: a.end, Value: string(a.local(text)) + "@" + string(a.domain), Confidence: 0.9,
		Evidence: []string{"address of a service account of a project"},
	}
	switch {
	case published(projectID):
		m.Class = finding.Vendor
	case standsIn(projectID):
		m.Class = finding.Sample
	}
	report(m)
}

// ofKeyFile reports whether text[start:end] is a field of a key file that is a
// finding itself.
func ofKeyFile(text []byte, start, end int) bool {
	const reach = fieldsBefore + maxPEM
	lo, hi := max(0, start-reach), min(len(text), end+fieldsBefore)
	if !bytes.Contains(text[lo:hi], []byte("KEY-----")) {
		return false // as nearly always, and cheap to see
	}
	before, after := text[lo:start], text[end:hi]
	for _, form := range keyForms() {
		if i := bytes.LastIndex(before, form.header); i >= 0 {
			if m, ok := form.file(text, lo+i, lo+i+len(form.header)); ok && start-m.End <= fieldsAfter {
				return true
			}
		}
		if i := bytes.Index(after, form.header); i >= 0 {
			if _, ok := form.file(text, end+i, end+i+len(form.header)); ok {
				return true
			}
		}
	}
	return false
}

// keyForm is a way to write a key file that leaves its other fields readable.
type keyForm struct {
	header []byte
	file   func(text []byte, header, headerEnd int) (detect.Match, bool)
}

func keyForms() [3]keyForm {
	return [...]keyForm{{pemHeader, keyFile}, {escapedHeaders[0], escapedKeyFile}, {escapedHeaders[1], escapedKeyFile}}
}

// mailbox is an e-mail address in a text.
type mailbox struct {
	start, at, end int // at is where the local part ends
	domainStart    int
	domain         []byte
}

func (a mailbox) local(text []byte) []byte { return text[a.start:a.at] }

// ats are the ways in which the sign between local part and domain is written.
var ats = [...]string{"@", "%40", `\u0040`, "&#64;"}

// maxLabel bounds both halves of an address.
const maxLabel = 64

// address walks back from the end of a domain.
func address(text []byte, inDomain, end int) (mailbox, bool) {
	a := mailbox{end: end, domainStart: inDomain}
	for a.domainStart > 0 && inDomain-a.domainStart < 2*maxLabel && (isProjectIDByte(text[a.domainStart-1]) || text[a.domainStart-1] == '.') {
		a.domainStart--
	}
	for _, sign := range ats {
		at, ok := signBefore(text, a.domainStart, inDomain, sign)
		if !ok {
			continue
		}
		a.at = at
		a.domainStart = at + len(sign)
		a.domain = text[a.domainStart:end]
		for a.start = a.at; a.start > 0 && a.at-a.start < maxLabel && isLocal(text, a.start-1); {
			a.start--
		}
		a.start = min(a.at, notation.AfterEscape(text, a.start))
		return a, notation.Starts(text, a.start)
	}
	return mailbox{}, false
}

// signBefore finds the sign whose last byte ends where the domain begins. The
// digits of an escape may have been taken for the domain's.
func signBefore(text []byte, domain, inDomain int, sign string) (int, bool) {
	for taken := 0; taken < len(sign); taken++ {
		start := domain + taken - len(sign)
		if start >= 0 && domain+taken <= inDomain && string(text[start:domain+taken]) == sign {
			return start, true
		}
	}
	return 0, false
}

func isLocal(text []byte, i int) bool {
	return isProjectIDByte(text[i]) || text[i] == '_' || 'A' <= text[i] && text[i] <= 'Z'
}
