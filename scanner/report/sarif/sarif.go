// Package sarif writes SARIF 2.1.0, which code-scanning services and editors
// read (https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/).
//
// The file is made to be uploaded, so values are masked in it whatever else was
// asked for. Columns count bytes, as everywhere in deputy; on a line with other
// than ASCII in front of the value, a viewer that counts characters marks a
// place a little to the right.
//
// GitHub code scanning takes at most 25,000 results and stores the 5,000 most
// severe (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).
// Results come in order of severity and none is left out: a service that cuts,
// cuts at the right end, and says so itself.
package sarif

import (
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

// Writer writes one SARIF log with one run.
type Writer struct{}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, shown *report.Result) error {
	masked := *shown
	masked.ShowSecrets = false
	r := &masked
	ordered := r.Ordered()
	rules := rulesOf(r.Rules, ordered)
	j := report.NewJSON(w)
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
	j.Raw(",\n\"invocations\":[{\"executionSuccessful\":true,\"toolExecutionNotifications\":")
	report.Array(j, notifications(r.Unread()))
	j.Raw("}],\n\"results\":")
	report.Array(j, results(r, ordered, rules))
	j.Raw("}]}\n")
	return j.Close()
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

func results(r *report.Result, ordered []*finding.Finding, rules []*finding.Rule) iter.Seq[result] {
	index := make(map[string]int, len(rules))
	for i, rule := range rules {
		index[rule.ID] = i
	}
	return func(yield func(result) bool) {
		for _, f := range ordered {
			if !yield(newResult(r, f, index[f.Rule.ID])) {
				return
			}
		}
	}
}

// notifications say what was not examined.
func notifications(rows []finding.Unexamined) iter.Seq[notification] {
	return func(yield func(notification) bool) {
		for _, u := range rows {
			n := notification{Level: "warning", Message: message{Text: "not examined: " + report.Printable(u.Reason)}}
			if u.Place != "" {
				n.Message.Text += " (" + report.Printable(u.Place) + ")"
			}
			if u.Path != "" {
				n.Locations = []location{{Physical: &physical{Artifact: artifact{URI: uri(u.Path)}}}}
			}
			if !yield(n) {
				return
			}
		}
	}
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
