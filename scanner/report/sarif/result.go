package sarif

import (
	"fmt"
	"math"
	"net/url"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// level and score of a severity: the level is what editors show, the score is
// what GitHub sorts by (its security-severity goes as CVSS does: critical above
// 9.0, high from 7.0, medium from 4.0).
var scale = map[finding.Severity]struct{ level, score string }{
	finding.Critical: {"error", "9.5"},
	finding.High:     {"error", "8.0"},
	finding.Medium:   {"warning", "5.5"},
	finding.Low:      {"note", "3.0"},
}

// scaleOf returns the level and the score of a severity. A rule of a file that names
// none, or one of its own, is a warning: SARIF knows four levels and no fifth.
func scaleOf(s finding.Severity) struct{ level, score string } {
	if known, ok := scale[s]; ok {
		return known
	}
	return scale[finding.Medium]
}

func newDescriptor(rule *finding.Rule) descriptor {
	s := scaleOf(rule.Severity)
	return descriptor{
		ID:            rule.ID,
		Short:         message{Text: rule.Title},
		Full:          message{Text: rule.About},
		Help:          help(rule),
		HelpURI:       absolute(rule.Source),
		Configuration: configuration{Level: s.level},
		Properties:    ruleProperties{Tags: []string{"security", "secret", string(rule.Kind)}, Score: s.score},
	}
}

// absolute returns an address as a URI; "" for what is none, as a file of rules may say.
func absolute(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || u.Host == "" || strings.ContainsAny(u.Host, "\"<>") {
		return ""
	}
	return u.String()
}

// help tells what a rule's finding means and what to do, as text and as
// markdown.
func help(rule *finding.Rule) helpText {
	text := rule.About + "\n\nWhat to do: " + rule.Remedy
	markdown := rule.About + "\n\n**What to do:** " + rule.Remedy
	for i, step := range rule.Order() {
		text += fmt.Sprintf("\n%d. %s", i+1, step)
		if i == 0 {
			markdown += "\n"
		}
		markdown += fmt.Sprintf("\n%d. %s", i+1, step)
	}
	if rule.Guide != "" {
		text += "\n\nThe guide says: " + rule.Guide
		markdown += "\n\nThe guide says:\n\n> " + rule.Guide
	}
	if rule.Source != "" {
		text += "\n\nFormat: " + rule.Source
		markdown += "\n\nFormat: <" + rule.Source + ">"
	}
	return helpText{Text: text, Markdown: markdown}
}

// maxRelated is how many further places a result lists: GitHub keeps 100 and
// refuses a file with a result of more than 1,000.
const maxRelated = 99

func newResult(r *report.Result, row report.Row, ruleIndex int) result {
	f := row.Finding
	primary, others := split(f.Sightings)
	parts := row.Parts[:min(len(row.Parts), maxRelated)]
	shown := others[:min(len(others), maxRelated-len(parts))]
	out := result{
		RuleID:    f.Rule.ID,
		RuleIndex: ruleIndex,
		Level:     scaleOf(f.Severity).level,
		Message:   message{Text: telling(r, row, len(others), len(shown))},
		Rank:      math.Round(f.Confidence*1000) / 10,
		Locations: []location{newLocation(r, f, primary)},
		Prints: fingerprints{
			Deputy: f.Fingerprint,
			Line:   f.Fingerprint + ":1",
		},
		Properties: resultProperties{Severity: f.Severity, Class: f.Class, Confidence: math.Round(f.Confidence*1000) / 1000, InHead: f.InHead, Repository: f.Repository, State: f.State},
	}
	if f.First != nil {
		out.Properties.FirstCommit = f.First.Hash
	}
	also := func(f *finding.Finding, s finding.Sighting, what string) {
		l := newLocation(r, f, s)
		l.ID = len(out.Related) + 1
		l.Message = &message{Text: what}
		out.Related = append(out.Related, l)
	}
	for _, p := range parts {
		at, _ := split(p.Sightings)
		also(p, at, report.Printable("its "+p.Rule.Title+" "+r.Secret(p)))
	}
	for _, s := range shown {
		also(f, s, "also here")
	}
	return out
}

// split takes the first place in a file out of the places, since services show
// files; if there is none, the first place.
func split(all []finding.Sighting) (primary finding.Sighting, others []finding.Sighting) {
	at := 0
	for i, s := range all {
		if s.Path != "" {
			at = i
			break
		}
	}
	for i, s := range all {
		if i == at {
			primary = s
		} else {
			others = append(others, s)
		}
	}
	return primary, others
}

// telling is the sentence that a service shows beside the line.
func telling(r *report.Result, row report.Row, others, shown int) string {
	f := row.Finding
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s", row.Title(), r.Secret(f))
	if f.Class != "" && f.Class != finding.Unknown {
		fmt.Fprintf(&out, " (%s)", f.Class)
	}
	for i, e := range f.Evidence {
		separator := "; "
		if i == 0 {
			separator = ": "
		}
		out.WriteString(separator + r.Masked(f, e))
	}
	out.WriteString(".")
	if c := f.First; c != nil {
		fmt.Fprintf(&out, " Since commit %s of %s", c.Hash, c.Date.Format("2006-01-02"))
		if f.InHead {
			out.WriteString(", still in HEAD.")
		} else {
			out.WriteString(", gone from HEAD.")
		}
	}
	for _, p := range row.Parts {
		fmt.Fprintf(&out, " Its %s is %s.", p.Rule.Title, r.Secret(p))
	}
	if others > shown {
		fmt.Fprintf(&out, " %d more places, of which %d are listed.", others, shown)
	}
	return report.Printable(out.String())
}

// newLocation says where a value stands. A document's lines are those of its
// extracted text, which no viewer has, so the location is the document and the
// place in it a logical one. What stands in no file gets a name in place of one:
// services refuse a file with a result that has none.
func newLocation(r *report.Result, f *finding.Finding, s finding.Sighting) location {
	l := location{Physical: &physical{Artifact: artifact{URI: uri(s.Path)}}}
	document := s.Extracted
	if s.Path == "" {
		l.Physical.Artifact = artifact{URI: "commit", Description: &message{Text: "no file"}}
		if s.Commit != nil {
			l.Physical.Artifact.URI += "/" + s.Commit.Hash
		}
	} else if !document && s.Line > 0 {
		l.Physical.Region = &region{Line: s.Line, Column: s.Column}
		if s.EndColumn > s.Column {
			l.Physical.Region.EndColumn = s.EndColumn
		}
	}
	if s.Place != "" || document {
		l.Logical = []logical{{
			Name:      report.Printable(r.Masked(f, s.Place)),
			Qualified: report.Printable(strings.Join(append([]string{nameOf(s)}, s.Inside...), "/")),
		}}
	}
	return l
}

// nameOf names the thing that a logical location is part of.
func nameOf(s finding.Sighting) string {
	if s.Path == "" && s.Commit != nil {
		return s.Commit.Hash
	}
	return s.Path
}
