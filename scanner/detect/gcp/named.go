package gcp

import (
	"bytes"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// named is a name and the value that is given to it.
type named struct{ notation.Assignment }

// nameAt reads the name around the trigger and finds its value.
func nameAt(w *detect.Window) (named, bool) {
	a, ok := notation.AssignedIn(w)
	return named{a}, ok
}

// ofGoogle are parts of names by which the name alone says that it speaks of
// Google Cloud.
var ofGoogle = []string{"gcp", "google", "gcloud", "firebase", "bigquery", "cloudsdk", "gke", "firestore", "dialogflow", "stackdriver", "vertexai"}

// google reports whether the name, or else something near it, speaks of Google
// Cloud, and what a value under it is worth.
func (n *named) google(w *detect.Window) (confidence float64, evidence string, ok bool) {
	for _, word := range ofGoogle {
		if strings.Contains(n.Plain, word) {
			return 0.85, "value of " + n.Name, true
		}
	}
	if word := aboutGoogle(w.Text, n.NameStart, n.NameEnd); word != "" {
		return 0.65, "value of " + n.Name + " near " + strings.Trim(word, `"`), true
	}
	return 0, "", false
}

// projectName decides over the value of a name like project_id, --project or
// GOOGLE_CLOUD_PROJECT.
func projectName(w *detect.Window, report func(detect.Match)) {
	n, ok := nameAt(w)
	if !ok || !n.ofProject() {
		return
	}
	end, ok := projectIDAt(w.Text, n.Start)
	if !ok {
		return
	}
	moved := w.LookAll()
	n, end = named{n.Moved(moved)}, end+moved
	if !n.whole(w.Text, end) {
		return
	}
	id := w.Text[n.Start:end]
	confidence, evidence, ok := n.google(w)
	if !ok || strings.HasPrefix(n.Name, "--") && n.Plain == "project" && notation.Near(w.Text, n.NameStart, n.NameEnd, 300, "gcloud", "gsutil", "bq ", "firebase", "google", "gke") == "" {
		return
	}
	if n.Next && n.Name != strings.ToUpper(n.Name) {
		return // the next argument of a call, not this one's value
	}
	if bytes.IndexByte(id, '-') < 0 && !n.literal(w.Text, confidence) {
		return
	}
	if !bytes.ContainsAny(id, "0123456789") { // an ID with digits was given out
		if word := inTest(w.Text, n.NameStart, end); word != "" {
			confidence, evidence = weak, evidence+", in a test ("+word+")"
		}
	}
	if !ofKeyFile(w.Text, n.Start, end) {
		report(project(w.Text, n.Start, end, confidence, evidence))
	}
}

// ofProject reports whether a name is that of a project's ID. A project's name is one by
// another word where the name says Google, too: GCP_PROJECT_NAME. The version of a gettext
// header (Project-Id-Version) is none.
func (n *named) ofProject() bool {
	if strings.HasSuffix(n.Plain, "project") || strings.Contains(n.Plain, "projectid") && !strings.HasSuffix(n.Plain, "version") {
		return true
	}
	return strings.HasSuffix(n.Plain, "projectname") && (strings.Contains(n.Plain, "gcp") || strings.Contains(n.Plain, "google") || strings.Contains(n.Plain, "gcloud"))
}

// projectConstant decides over the value of a variable that is called PROJECT
// in a script or Makefile.
func projectConstant(w *detect.Window, report func(detect.Match)) {
	n, ok := nameAt(w)
	if !ok || n.NameStart != w.Start || n.NameEnd != w.End {
		return
	}
	// Beside an organisation and a branch, a project is a git repository's name.
	const reach = 300
	moved := w.Look(reach, reach)
	n = named{n.Moved(moved)}
	if notation.Near(w.Text, n.NameStart, n.NameEnd, reach, "branch", "repository", "tracker") == "" {
		projectName(w, report)
	}
}

// firebaseProjects decides over the projects of a .firebaserc:
//
//	{"projects": {"default": "ID", "staging": "ID"}}
func firebaseProjects(w *detect.Window, report func(detect.Match)) {
	body := w.Text[w.End:]
	open, end := bytes.IndexByte(body, '{'), bytes.IndexByte(body, '}')
	if open < 0 || end < open || strings.Trim(string(body[:open]), ": \t\r\n") != "" || !bytes.Contains(body[open:end], []byte(`"default"`)) {
		return
	}
	for at := open + 1; at < end; {
		value, next, ok := stringValue(body[:end], at)
		if !ok {
			return
		}
		start := w.End + value
		if stop, ok := projectIDAt(w.Text, start); ok && stop == w.End+next-1 && bytes.IndexByte(w.Text[start:stop], '-') >= 0 {
			report(project(w.Text, start, stop, 0.75, "project of Firebase, behind an alias"))
		}
		at = next
	}
}

// stringValue finds the string that the next key of an object has, from its
// first byte to behind its closing quote.
func stringValue(object []byte, at int) (start, end int, ok bool) {
	colon := bytes.IndexByte(object[at:], ':')
	if colon < 0 {
		return 0, 0, false
	}
	start = notation.Run(object, at+colon+1, 40, isBlank)
	if start >= len(object) || object[start] != '"' {
		return 0, 0, false
	}
	start++
	closing := bytes.IndexByte(object[start:], '"')
	return start, start + closing + 1, closing >= 0
}

// inTest returns a word that stands near a name where a test is written. What
// tests call a project is made of words.
func inTest(text []byte, start, end int) string {
	const reach = 600
	return notation.Near(text, start, end, reach, "mock", "assert", "expect(", "describe('", `describe("`, "@patch", "monkeypatch", "fixture", "unittest", "func test")
}

// whole reports whether the value ends at text[end]: at its closing quote, or
// where no word, path or expression goes on. A call that makes the value takes
// nothing else: proto.String("x"), and not getByRole("x", options).
func (n *named) whole(text []byte, end int) bool {
	if end >= len(text) {
		return true
	}
	c := text[end]
	if n.Call && end+1 < len(text) && text[end+1] == ',' {
		return false
	}
	if n.Fallback && c == '}' {
		return true
	}
	if n.Quoted {
		return bytes.IndexByte([]byte("\"'`\\&%<*"), c) >= 0
	}
	return !n.Call && bytes.IndexByte([]byte(" \t\r\n,;&<|)`\"'\\]}"), c) >= 0
}

// literal reports whether a value without a dash is one, and not the name of a
// variable: it is quoted or in an environment file, under a name that is clear.
func (n *named) literal(text []byte, confidence float64) bool {
	if confidence < 0.8 {
		return false
	}
	constant := n.Name == strings.ToUpper(n.Name) && n.Start > 0 && text[n.Start-1] == '='
	return n.Quoted || constant
}

// blockReach is how far above an argument the head of its Terraform block, or
// the type of a resource in a state file, may stand.
const blockReach = 2 << 10

// terraformProject decides over the argument project of a Google provider,
// resource or data source.
func terraformProject(w *detect.Window, report func(detect.Match)) {
	line, _ := w.RunBack(w.Start, detect.Before, blanks)
	if line > 0 && w.Text[line-1] != '\n' {
		return
	}
	w.Look(0, 2*60+maxProjectID+nameReach)
	i := w.Start + len("project")
	i = notation.Run(w.Text, i, 60, isBlank)
	if i >= len(w.Text) || w.Text[i] != '=' {
		return
	}
	i = notation.Run(w.Text, i+1, 60, isBlank)
	if i >= len(w.Text) || w.Text[i] != '"' {
		return
	}
	start := i + 1
	end, ok := projectIDAt(w.Text, start)
	if !ok || end >= len(w.Text) || w.Text[end] != '"' {
		return
	}
	moved := w.LookAll()
	start, end = start+moved, end+moved
	if notation.Near(w.Text, w.Start, w.Start, blockReach, `"google"`, `"google_`, `"google-beta"`) == "" {
		return
	}
	report(project(w.Text, start, end, 0.85, "argument of a Google provider or resource in Terraform"))
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

var blanks = detect.BytesOf(isBlank)

// queriedProject decides over the project of a table in a query: FROM
// `project.dataset.table`, a form that BigQuery alone has.
func queriedProject(w *detect.Window, report func(detect.Match)) {
	end, ok := projectIDAt(w.Text, w.End)
	if !ok || end >= len(w.Text) || w.Text[end] != '.' {
		return
	}
	dataset := notation.Run(w.Text, end+1, 200, notation.IsWord)
	if dataset == end+1 || dataset >= len(w.Text) || w.Text[dataset] != '.' {
		return
	}
	const statement = 1 << 10 // a host in prose is "from `example.org.uk`", too
	if notation.Near(w.Text, w.Start, w.Start, statement, "select", "insert into", "merge into", "delete from") == "" {
		return
	}
	confidence := 0.75
	if !bytes.ContainsAny(w.Text[w.End:end], "-0123456789") {
		confidence = weak // a module, a host or a field in backticks, in a text that selects something else
	}
	report(project(w.Text, w.End, end, confidence, "project of a table in a BigQuery query"))
}

// stateNumber decides over the number of a project in Terraform's state.
func stateNumber(w *detect.Window, report func(detect.Match)) {
	isNumber, end := digitsAt(w.Text, w.End)
	n := end - w.End
	if !isNumber || n < longNumber || n > maxNumber || end >= len(w.Text) || w.Text[end] != '"' ||
		notation.Near(w.Text, w.Start, w.Start, blockReach, `"google_project"`) == "" {
		return
	}
	report(projectNumber(w.Text, w.End, end, 0.85, "number of a google_project in Terraform's state"))
}

// currentProject decides over what gcloud is told to work on from now on.
func currentProject(w *detect.Window, report func(detect.Match)) {
	end, ok := projectIDAt(w.Text, w.End)
	if !ok || notation.Near(w.Text, w.Start, w.Start, 40, "config") == "" {
		return
	}
	report(project(w.Text, w.End, end, 0.9, "project that gcloud is told to work on"))
}

// projectQuery decides over the parameter of a console link.
func projectQuery(w *detect.Window, report func(detect.Match)) {
	end, ok := projectIDAt(w.Text, w.End)
	if !ok || notation.Near(w.Text, max(0, w.Start-200), w.Start, 0, "cloud.google.com", "googleapis.com", "firebase") == "" {
		return
	}
	report(project(w.Text, w.End, end, 0.9, "project in a link to the Google Cloud console"))
}

// projectNumberName decides over the value of a name like project_number.
func projectNumberName(w *detect.Window, report func(detect.Match)) {
	n, ok := nameAt(w)
	if !ok {
		return
	}
	isNumber, end := digitsAt(w.Text, n.Start)
	length := end - n.Start
	if !isNumber || length < minProjectNumber || length > maxNumber {
		return
	}
	if strings.Contains(n.Name, " ") && length < longNumber {
		return // a project's number in prose may count anything
	}
	moved := w.LookAll()
	n, end = named{n.Moved(moved)}, end+moved
	confidence, evidence, ok := n.google(w)
	if strings.Contains(n.Plain, "senderid") && length >= longNumber-1 {
		confidence, evidence, ok = 0.85, "sender ID of Firebase, which is the project's number", true
	}
	if ok {
		report(projectNumber(w.Text, n.Start, end, confidence, evidence))
	}
}

// organizationName decides over the value of a name like organization_id.
func organizationName(w *detect.Window, report func(detect.Match)) {
	numberName(organizationRule, w, report)
}

// folderName decides over the value of a name like folder_id.
func folderName(w *detect.Window, report func(detect.Match)) { numberName(folderRule, w, report) }

func numberName(rule *finding.Rule, w *detect.Window, report func(detect.Match)) {
	n, ok := nameAt(w)
	if !ok {
		return
	}
	isNumber, end := digitsAt(w.Text, n.Start)
	if length := end - n.Start; !isNumber || length < longNumber || length > maxNumber {
		return
	}
	moved := w.LookAll()
	n, end = named{n.Moved(moved)}, end+moved
	if confidence, evidence, ok := n.google(w); ok {
		report(number(rule, w.Text, n.Start, end, confidence, evidence))
	}
}

// billingName decides over the value of a name like billing_account, and over
// the resource name billingAccounts/X.
func billingName(w *detect.Window, report func(detect.Match)) {
	start, ok := billingStart(w)
	if !ok {
		return
	}
	end := start + billingLength
	if end > len(w.Text) || !isBillingAccount(w.Text[start:end]) || !notation.Ends(w.Text, end) || end < len(w.Text) && w.Text[end] == '-' {
		return
	}
	m := detect.Match{
		Rule: billingAccountRule, Start: start, End: end, Confidence: 0.7,
		Evidence: []string{"three groups of six hexadecimal digits for a billing account"},
	}
	if w.Text[start] == '0' {
		m.Confidence = 0.95
		m.Evidence = append(m.Evidence, "begins with 0 as billing accounts do")
	}
	id := w.Text[start:end]
	if placeholder.Distinct(id) <= 5 || bytes.Equal(id[:6], id[7:13]) || placeholder.Typed(id) {
		m.Class = finding.Sample
	}
	report(m)
}

// billingLength is that of XXXXXX-XXXXXX-XXXXXX.
const billingLength = 20

func billingStart(w *detect.Window) (int, bool) {
	_, end := notation.Name(w.Text, w.Start, w.End)
	for _, slash := range [...]string{"/", `\/`, "%2F", "%2f"} {
		if bytes.HasPrefix(w.Text[end:], []byte(slash)) {
			return end + len(slash), true
		}
	}
	v, ok := notation.ValueOf(w.Text, end)
	if !ok {
		return 0, false
	}
	start := v.Start
	if bytes.HasPrefix(w.Text[start:], []byte("billingAccounts/")) {
		start += len("billingAccounts/")
	}
	return start, true
}

func isBillingAccount(id []byte) bool {
	for i, c := range id {
		if i == 6 || i == 13 {
			if c != '-' {
				return false
			}
		} else if !notation.IsDigit(c) && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
