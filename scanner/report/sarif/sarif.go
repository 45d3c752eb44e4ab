// Package sarif writes SARIF 2.1.0, which code-scanning services and editors
// read (https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/).
//
// The file is made to be uploaded, so values are masked in it whatever else was
// asked for. Columns count bytes, as everywhere in deputy; on a line with other
// than ASCII in front of the value, a viewer that counts characters marks a
// place a little to the right.
//
// GitHub code scanning refuses a file of more than 10 MB, compressed, and keeps of
// what it takes 5,000 results, 100 places of a result and 10 tags of a rule
// (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).
// A file that is refused shows nothing, and what is dropped elsewhere nobody hears of.
// So the file stays below all of them by itself: results come in order of severity, the
// last ones are left out, and a notification in the run says how many.
package sarif

import (
	"fmt"
	"io"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

const (
	schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	home   = "https://github.com/deputy-sec/deputy"
)

// Writer writes one SARIF log with one run. Notice, if there is one, is reported when
// results are left out.
type Writer struct{ Notice func(string) }

// Limits of GitHub code scanning, and how much of its 10 MB, compressed, results and
// then rows may take: what comes behind them has to fit, too, and what went into the
// compressor last is not counted yet.
const (
	maxResults    = 5000
	resultBytes   = 7_500_000
	unreadBytes   = 9_000_000
	maxUnexamined = 5000
)

// Write implements [report.Writer].
func (s Writer) Write(w io.Writer, shown *report.Result) error {
	masked := *shown
	masked.ShowSecrets = false
	r := &masked
	rows := r.Rows()
	rules := rulesOf(r.Rules, r.Findings)
	size := newMeter()
	j := report.NewJSON(io.MultiWriter(w, size))
	j.Raw(`{"$schema":`)
	j.Value(schema)
	j.Raw(`,"version":"2.1.0","runs":[{"tool":{"driver":{"name":"deputy","informationUri":`)
	j.Value(home)
	if r.Version != "" {
		j.Raw(`,"version":`)
		j.Value(r.Version)
	}
	j.Raw(",\n\"rules\":")
	report.Array(j, descriptors(rules))
	j.Raw("}},\n\"columnKind\":\"unicodeCodePoints\"")
	if p, ok := provenance(r.Repository); ok {
		j.Raw(",\n\"versionControlProvenance\":")
		j.Value([]versionControl{p})
	}
	j.Raw(",\n\"results\":")
	told := 0
	report.Array(j, func(yield func(result) bool) {
		index := indexOf(rules)
		for _, row := range rows {
			if told == maxResults || size.compressed() > resultBytes || !yield(newResult(r, row, index[row.Rule.ID])) {
				return
			}
			told++
		}
	})
	j.Raw(",\n\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":")
	left := leftOut(len(rows), told)
	report.Array(j, notifications(left, r.Gaps(), size))
	j.Raw("}]}]}\n")
	if left != "" && s.Notice != nil {
		s.Notice("SARIF: " + left)
	}
	return j.Close()
}

// leftOut says how many findings are not in the file; "" if all are.
func leftOut(all, told int) string {
	if all == told {
		return ""
	}
	return fmt.Sprintf("%s of %s findings are left out, the least severe: GitHub code scanning keeps %s and takes 10 MB; the JSON report has all",
		report.Thousands(int64(all-told)), report.Thousands(int64(all)), report.Thousands(maxResults))
}

// rulesOf returns the rules that were looked for and those of the findings, by
// ID.
func rulesOf(looked []*finding.Rule, findings []*finding.Finding) []*finding.Rule {
	byID := map[string]*finding.Rule{}
	for _, f := range findings {
		byID[f.Rule.ID] = f.Rule
	}
	for _, rule := range looked {
		byID[rule.ID] = rule
	}
	ids := make([]string, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rules := make([]*finding.Rule, len(ids))
	for i, id := range ids {
		rules[i] = byID[id]
	}
	return rules
}

func descriptors(rules []*finding.Rule) iter.Seq[descriptor] {
	return func(yield func(descriptor) bool) {
		for _, rule := range rules {
			if !yield(newDescriptor(rule)) {
				return
			}
		}
	}
}

func indexOf(rules []*finding.Rule) map[string]int {
	index := make(map[string]int, len(rules))
	for i, rule := range rules {
		index[rule.ID] = i
	}
	return index
}

// notifications say what was left out of the file, and what was not examined.
func notifications(left string, rows []finding.Unexamined, size *meter) iter.Seq[notification] {
	return func(yield func(notification) bool) {
		if left != "" && !yield(notification{Level: "warning", Message: message{Text: left}}) {
			return
		}
		for i, u := range rows {
			if i == maxUnexamined || size.compressed() > unreadBytes {
				more := report.Count(int64(len(rows)-i), "thing more was", "things more were")
				yield(notification{Level: "warning", Message: message{Text: "not examined: " + more + " not; the JSON report lists all"}})
				return
			}
			if !yield(unexamined(u)) {
				return
			}
		}
	}
}

func unexamined(u finding.Unexamined) notification {
	n := notification{Level: "warning", Message: message{Text: report.Why(u)}}
	if u.Place != "" {
		n.Message.Text += " (" + report.Printable(u.Place) + ")"
	}
	if u.Path != "" {
		n.Locations = []location{{Physical: &physical{Artifact: artifact{URI: uri(u.Path)}}}}
	}
	return n
}

// provenance tells the repository, without the credentials that a clone URL may
// carry. SARIF wants a URI, so a repository known by its folder only has none.
func provenance(repo *finding.Repository) (versionControl, bool) {
	if repo == nil {
		return versionControl{}, false
	}
	u, err := url.Parse(repo.URL)
	if err != nil || u.Scheme == "" || u.Host == "" && u.Scheme != "file" {
		return versionControl{}, false
	}
	if strings.ContainsAny(u.Host, "\"<>") { // net/url lets them through, RFC 3986 does not
		return versionControl{}, false
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return versionControl{URI: u.String(), Revision: repo.Revision, Branch: report.Printable(repo.Branch)}, true
}

// uri writes a path as a URI reference: bytes that a URI cannot hold are
// percent-encoded, a colon in the first part makes no scheme, and two slashes at
// the front make no host (RFC 3986, 4.2).
func uri(path string) string {
	s := (&url.URL{Path: path}).String()
	if strings.HasPrefix(s, "//") {
		return "/." + s
	}
	return s
}
