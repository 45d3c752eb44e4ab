package sarif

import (
	"fmt"
	"math"
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

func newDescriptor(rule *finding.Rule) descriptor {
	s := scale[rule.Severity]
	return descriptor{
		ID:            rule.ID,
		Short:         message{Text: rule.Title},
		Full:          message{Text: rule.About},
		Help:          help(rule),
		HelpURI:       rule.Source,
		Configuration: configuration{Level: s.level},
		Properties:    ruleProperties{Tags: []string{"security", "secret", string(rule.Kind)}, Score: s.score},
	}
}

// help tells what a rule's finding means and what to do, as text and as
// markdown.
func help(rule *finding.Rule) helpText {
	text := rule.About + "\n\nWhat to do: " + rule.Remedy
	markdown := rule.About + "\n\n**What to do:** " + rule.Remedy
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

// maxRelated is how many further places a result lists: GitHub stores 100 and
// refuses a file with a result of more than 1,000.
const maxRelated = 99

func newResult(r *report.Result, f *finding.Finding, ruleIndex int) result {
	primary, others := split(f.Sightings)
	shown := others[:min(len(others), maxRelated)]
	out := result{
		RuleID:    f.Rule.ID,
		RuleIndex: ruleIndex,
		Level:     scale[f.Severity].level,
		Message:   message{Text: telling(r, f, len(others))},
		Rank:      math.Round(f.Confidence*1000) / 10,
		Locations: []location{newLocation(r, f, primary)},
		Prints: fingerprints{
			Deputy: f.Fingerprint,
			Line:   f.Fingerprint + ":1",
		},
		Properties: resultProperties{Severity: f.Severity, Class: f.Class, Confidence: math.Round(f.Confidence*1000) / 1000, InHead: f.InHead},
	}
	if f.First != nil {
		out.Properties.FirstCommit = f.First.Hash
	}
	for i, s := range shown {
		l := newLocation(r, f, s)
		l.ID = i + 1
		l.Message = &message{Text: "also here"}
		out.Related = append(out.Related, l)
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
func telling(r *report.Result, f *finding.Finding, others int) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s", f.Rule.Title, r.Secret(f))
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
	if others > maxRelated {
		fmt.Fprintf(&out, " %d more places, of which %d are listed.", others, maxRelated)
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
