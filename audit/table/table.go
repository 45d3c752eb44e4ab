// Package table writes what an audit says: a list of rows, the worst first, and a few facts
// about all. Rows are written as they come, so that millions of them take no memory.
package table

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"iter"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Document is what is to be written.
type Document struct {
	Title      string
	Columns    []string
	Rows       iter.Seq[Row]
	Summary    []string // sentences for people
	Facts      any      // the same for programs: an object of JSON
	Unexamined []finding.Unexamined
}

// Row is one row.
type Row struct {
	Head   []string // what the row is about: class, customer, account, place
	Detail []string // why, a phrase each
	Action string
	Cells  []string // of CSV and HTML, as many as there are columns
	Value  any      // an object of JSON
}

// Formats lists the formats.
func Formats() []string { return []string{"text", "csv", "json", "html"} }

// Write writes a document in a format.
func Write(w io.Writer, format string, d *Document) error {
	out := bufio.NewWriter(w)
	var err error
	switch format {
	case "text":
		err = writeText(out, d)
	case "csv":
		err = writeCSV(out, d)
	case "json":
		err = writeJSON(out, d)
	case "html":
		err = writeHTML(out, d)
	default:
		return fmt.Errorf("unknown format %q: want %s", format, strings.Join(Formats(), ", "))
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// A bufio.Writer keeps its first error, so that errors of single writes need not be looked at.

func writeText(out *bufio.Writer, d *Document) error {
	for row := range d.Rows {
		_, _ = out.WriteString(strings.Join(row.Head, "  ") + "\n")
		for _, line := range row.Detail {
			_, _ = out.WriteString("    " + line + "\n")
		}
		if row.Action != "" {
			_, _ = out.WriteString("    → " + row.Action + "\n")
		}
	}
	for _, u := range d.Unexamined {
		_, _ = out.WriteString("not examined: " + place(u) + "\n")
	}
	for _, line := range d.Summary {
		_, _ = out.WriteString(line + "\n")
	}
	return nil
}

func place(u finding.Unexamined) string {
	if u.Place != "" && !strings.HasPrefix(u.Reason, "line") {
		return u.Place + ": " + u.Reason
	}
	return u.Reason
}

func writeCSV(out *bufio.Writer, d *Document) error {
	w := csv.NewWriter(out)
	if err := w.Write(d.Columns); err != nil {
		return err
	}
	for row := range d.Rows {
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = inert(c)
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// inert keeps a spreadsheet from taking a text for a formula.
// https://owasp.org/www-community/attacks/CSV_Injection
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func writeJSON(out *bufio.Writer, d *Document) error {
	_, _ = out.WriteString("{\"version\":1,\n \"rows\":[")
	first := true
	for row := range d.Rows {
		text, err := json.Marshal(row.Value)
		if err != nil {
			return err
		}
		if !first {
			_ = out.WriteByte(',')
		}
		first = false
		_, _ = out.WriteString("\n  ")
		_, _ = out.Write(text)
	}
	facts, err := json.Marshal(d.Facts)
	if err != nil {
		return err
	}
	rest, err := json.Marshal(append([]finding.Unexamined{}, d.Unexamined...))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "],\n \"summary\":%s,\n \"unexamined\":%s}\n", facts, rest)
	return nil
}

var page = template.Must(template.New("page").Parse(`{{define "head"}}<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Title}}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4em .6em;border-bottom:1px solid #d8dee4}
th{position:sticky;top:0;background:#f6f8fa}td{overflow-wrap:anywhere}
</style></head><body><h1>{{.Title}}</h1>
{{range .Summary}}<p>{{.}}</p>
{{end}}<table><thead><tr>{{range .Columns}}<th scope="col">{{.}}</th>{{end}}</tr></thead><tbody>
{{end}}{{define "row"}}<tr>{{range .}}<td>{{.}}</td>{{end}}</tr>
{{end}}{{define "foot"}}</tbody></table>
{{if .}}<h2>Not examined</h2><ul>{{range .}}<li>{{.}}</li>{{end}}</ul>
{{end}}</body></html>
{{end}}`))

func writeHTML(out *bufio.Writer, d *Document) error {
	if err := page.ExecuteTemplate(out, "head", d); err != nil {
		return err
	}
	for row := range d.Rows {
		if err := page.ExecuteTemplate(out, "row", row.Cells); err != nil {
			return err
		}
	}
	var rest []string
	for _, u := range d.Unexamined {
		rest = append(rest, place(u))
	}
	return page.ExecuteTemplate(out, "foot", rest)
}

// Printable returns a text without characters that a terminal obeys, or that turn its order
// around.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '·'
		}
		return r
	}, strings.ToValidUTF8(text, "·"))
}
