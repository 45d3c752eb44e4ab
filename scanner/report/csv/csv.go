// Package csv writes the report as a table for spreadsheets and scripts (RFC 4180: a
// header, commas, CRLF), a finding a row and below them a row for everything that was
// not examined; the column record tells which is which.
//
// A spreadsheet runs a cell that begins like a formula, and paths and names of authors
// are written by strangers. Such a cell gets an apostrophe in front, which spreadsheets
// take for "this is text" (https://owasp.org/www-community/attacks/CSV_Injection).
package csv

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Writer writes a table.
type Writer struct{}

// columns are the table's, by name. They are added to at the end, never renamed.
var columns = []string{
	"record", "severity", "confidence", "rule", "title", "kind", "class", "secret", "fingerprint",
	"path", "inside", "place", "line", "column", "end_column", "places", "area", "in_head",
	"first_commit", "first_date", "first_author", "first_email", "evidence", "reason",
	"repository", "state",
}

// Write implements [report.Writer].
func (Writer) Write(w io.Writer, r *report.Result) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	write := func(cells []string) {
		_ = out.Write(cells) // the first error sticks: see Error below
	}
	write(columns)
	for _, f := range r.Ordered() {
		write(row(findingCells(r, f)))
	}
	for _, u := range r.Gaps() {
		write(row(map[string]string{"record": record(u), "kind": string(u.Kind), "path": u.Path, "place": u.Place, "reason": u.Reason}))
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// record says which sort of row a gap is.
func record(u finding.Unexamined) string {
	if u.Kind == report.Unresolved {
		return "unresolved"
	}
	return "unexamined"
}

func findingCells(r *report.Result, f *finding.Finding) map[string]string {
	at := report.Primary(f)
	cells := map[string]string{
		"record": "finding", "severity": string(f.Severity), "confidence": strconv.FormatFloat(f.Confidence, 'f', 3, 64),
		"rule": f.Rule.ID, "title": f.Rule.Title, "kind": string(f.Rule.Kind), "class": string(f.Class),
		"secret": r.Secret(f), "fingerprint": f.Fingerprint,
		"path": at.Path, "inside": strings.Join(at.Inside, " › "), "place": r.Masked(f, at.Place),
		"line": number(at.Line), "column": number(at.Column), "end_column": number(at.EndColumn),
		"places": strconv.Itoa(len(f.Sightings)), "area": string(f.Area()), "in_head": strconv.FormatBool(f.InHead),
		"repository": f.Repository, "state": f.State,
	}
	if c := f.First; c != nil {
		cells["first_commit"] = c.Hash
		cells["first_author"] = r.Masked(f, c.Author)
		cells["first_email"] = r.Masked(f, c.Email)
		if date, err := c.Date.MarshalText(); err == nil { // beyond the year 9999 there is none
			cells["first_date"] = string(date)
		}
	}
	var evidence []string
	for _, e := range f.Evidence {
		evidence = append(evidence, r.Masked(f, e))
	}
	cells["evidence"] = strings.Join(evidence, "; ")
	return cells
}

// number writes a position; 0 is none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// row puts cells in the order of the columns.
func row(cells map[string]string) []string {
	out := make([]string, len(columns))
	for i, name := range columns {
		out[i] = Cell(cells[name])
	}
	return out
}

// formula are the characters that make a formula of a cell that begins with one; the
// wide ones do so where the language of the program is one that types them.
const formula = "=+-@\t\r＝＋－＠"

// Cell returns text that no spreadsheet takes for anything else. What begins with a tab
// or a carriage return is spelt out by Printable, and shows as text because of that; the
// apostrophe says so to whoever undoes the spelling.
func Cell(s string) string {
	if s != "" && strings.ContainsRune(formula, firstRune(s)) {
		return "'" + report.Printable(s)
	}
	return report.Printable(s)
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}
