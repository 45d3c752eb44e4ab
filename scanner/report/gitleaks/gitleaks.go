// Package gitleaks writes the report as gitleaks writes its own
// (https://github.com/gitleaks/gitleaks/blob/v8.30.0/report/finding.go), for whatever reads
// that: a list of findings, a place of a value each. Secrets are masked unless they are to be
// shown, where gitleaks does so with --redact alone.
//
// It has no room for what was not examined, which is handed to Notice.
package gitleaks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Writer writes a list.
type Writer struct {
	Notice func(string) // is told, a line each, what the report has no room for; may be nil
}

// row is a finding in gitleaks' words, in its order.
type row struct {
	RuleID                                     string
	Description                                string
	StartLine, EndLine, StartColumn, EndColumn int
	Match, Secret                              string
	File, SymlinkFile, Commit                  string
	Entropy                                    float32
	Author, Email, Date, Message               string
	Tags                                       []string
	Fingerprint                                string // COMMIT:FILE:RULE:LINE, as its ignore file takes it
}

// Write implements [report.Writer].
func (x Writer) Write(w io.Writer, r *report.Result) error {
	if _, err := io.WriteString(w, "["); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	end := "]\n"
	separator := "\n"
	for _, f := range r.Ordered() {
		for i := range f.Sightings {
			text, err := json.MarshalIndent(newRow(r, f, &f.Sightings[i]), " ", " ")
			if err != nil {
				return fmt.Errorf("write report: %w", err)
			}
			if _, err := io.WriteString(w, separator+" "+string(text)); err != nil {
				return fmt.Errorf("write report: %w", err)
			}
			separator, end = ",\n", "\n]\n"
		}
	}
	if _, err := io.WriteString(w, end); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if gaps := r.Gaps(); len(gaps) > 0 && x.Notice != nil {
		x.Notice(report.Count(int64(len(gaps)), "thing was", "things were") + " not examined or not answered; the gitleaks format has no room for that")
	}
	return nil
}

func newRow(r *report.Result, f *finding.Finding, s *finding.Sighting) row {
	file := strings.Join(append([]string{s.Path}, s.Inside...), "!")
	secret := r.Secret(f)
	if !r.ShowSecrets { // a value that is asked for is told as it stands, with its lines; JSON escapes what is no text
		secret = printable(secret)
	}
	out := row{
		RuleID: f.Rule.ID, Description: printable(f.Rule.Title), StartLine: s.Line, EndLine: s.Line, StartColumn: s.Column, EndColumn: max(s.Column, s.EndColumn-1),
		Match: secret, Secret: secret, File: printable(file), Entropy: entropy(f.Secret.Reveal()), Tags: []string{},
	}
	if c := s.Commit; c != nil {
		out.Commit, out.Author, out.Email = c.Hash, printable(r.Masked(f, c.Author)), printable(r.Masked(f, c.Email))
		if !c.Date.IsZero() {
			out.Date = c.Date.UTC().Format("2006-01-02T15:04:05Z")
		}
		out.Fingerprint = c.Hash + ":"
	}
	if s.Path == "" {
		out.Message = printable(r.Masked(f, s.Place))
	}
	out.Fingerprint += fmt.Sprintf("%s:%s:%d", cmp.Or(out.File, printable(r.Masked(f, s.Place))), f.Rule.ID, s.Line)
	return out
}

func printable(s string) string { return report.Printable(s) }

// entropy is Shannon's, in bits a character; 0 for a value that is not known.
func entropy(value string) float32 {
	counts := map[rune]int{}
	n := 0
	for _, c := range value {
		counts[c]++
		n++
	}
	var bits float64
	for _, k := range counts {
		f := float64(k) / float64(n)
		bits -= f * math.Log2(f)
	}
	return float32(bits)
}
