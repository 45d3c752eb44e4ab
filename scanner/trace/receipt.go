// Package trace says what a search for what is left of a customer came to, in a form that can
// be given to the customer.
package trace

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// Receipt is what was looked for, where, when, and what came of it. It holds no value: what was
// looked for is named by fingerprints and masks.
type Receipt struct {
	Version   int                  `json:"version"`
	Program   string               `json:"program"`
	Customer  string               `json:"customer,omitempty"`
	Begun     time.Time            `json:"begun"`
	Ended     time.Time            `json:"ended"`
	Values    []Value              `json:"values"`
	KeyID     string               `json:"fingerprint_key"`
	Targets   []Target             `json:"targets"`
	Examined  finding.Stats        `json:"examined"`
	Left      []Left               `json:"left"`
	Rest      []finding.Unexamined `json:"unexamined"`
	Clean     bool                 `json:"nothing_left"`
	Sentences []string             `json:"verdict"`
}

// Value is something that was looked for.
type Value struct {
	Kind        string `json:"kind"`
	Mask        string `json:"mask"`
	Fingerprint string `json:"fingerprint"`
}

// Target is where it was looked for.
type Target struct {
	target.Description
	Unchanged bool `json:"unchanged_while_examined"`
}

// Left is a value that is still there, and at how many places.
type Left struct {
	Fingerprint string   `json:"fingerprint"`
	Mask        string   `json:"mask"`
	Places      int      `json:"places"`
	Where       []string `json:"where"`
}

// maxWhere is how many places of a value a receipt names.
const maxWhere = 100

// Take takes over what a scan found, without anything of a value.
func (r *Receipt) Take(result *finding.Result) {
	r.Examined, r.Rest = result.Stats, append([]finding.Unexamined{}, result.Unexamined...)
	var secrets []finding.Secret
	for _, f := range result.Findings {
		secrets = append(secrets, f.Secret)
	}
	masked := func(text string) string {
		for _, s := range secrets {
			text = s.Redact(text)
		}
		return text
	}
	r.Left = []Left{}
	for _, f := range result.Findings {
		l := Left{Fingerprint: f.Fingerprint, Mask: f.Secret.Mask(), Places: len(f.Sightings)}
		for _, s := range f.Sightings[:min(len(f.Sightings), maxWhere)] {
			l.Where = append(l.Where, masked(where(s)))
		}
		r.Left = append(r.Left, l)
	}
	for i := range r.Rest {
		r.Rest[i].Path = masked(r.Rest[i].Path)
	}
	r.Sentences = Verdict(result, r.names())
	r.Clean = len(r.Left) == 0 && len(r.Rest) == 0 && r.unchanged()
	if !r.unchanged() {
		r.Sentences = append(r.Sentences, "a target changed while it was examined")
	}
}

func (r *Receipt) names() []string {
	var names []string
	for _, t := range r.Targets {
		names = append(names, t.Name)
	}
	return names
}

func (r *Receipt) unchanged() bool {
	for _, t := range r.Targets {
		if !t.Unchanged {
			return false
		}
	}
	return true
}

// where names a place.
func where(s finding.Sighting) string {
	parts := []string{path.Join(append([]string{s.Path}, s.Inside...)...)}
	if s.Place != "" {
		parts = append(parts, s.Place)
	} else if s.Line > 0 {
		parts = append(parts, fmt.Sprintf("line %d", s.Line))
	}
	if s.Commit != nil {
		parts = append(parts, "commit "+s.Commit.Hash)
	}
	return strings.Join(parts, ", ")
}

// Verdict says in sentences what is left in targets, and what was not examined.
func Verdict(r *finding.Result, targets []string) []string {
	in := strings.Join(targets, ", ")
	var out []string
	places := 0
	for _, f := range r.Findings {
		places += len(f.Sightings)
	}
	if len(r.Findings) == 0 {
		out = append(out, "nothing left in "+in)
	} else {
		out = append(out, fmt.Sprintf("%d values are left in %s, at %d places", len(r.Findings), in, places))
	}
	if n := len(r.Unexamined); n > 0 {
		out = append(out, fmt.Sprintf("not examined: %d of what is there", n))
	}
	return out
}

// WriteJSON writes the receipt for programs.
func (r *Receipt) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// WriteHTML writes the receipt as a page that prints well.
func (r *Receipt) WriteHTML(w io.Writer) error { return page.Execute(w, r) }

var page = template.Must(template.New("receipt").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Receipt{{with .Customer}}: {{.}}{{end}}</title>
<style>
@page{size:A4;margin:20mm}
body{font:11pt/1.4 Georgia,serif;max-width:48em;margin:2em auto;padding:0 1em;color:#111;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5em 0}th,td{border-bottom:1px solid #bbb;padding:.25em .4em;text-align:left;vertical-align:top;overflow-wrap:anywhere}
code{font:9pt ui-monospace,monospace}tr{break-inside:avoid}h2{break-after:avoid}
</style></head><body>
<h1>What is left of {{if .Customer}}{{.Customer}}{{else}}a customer{{end}}</h1>
<p><strong>{{range $i, $s := .Sentences}}{{if $i}}; {{end}}{{$s}}{{end}}.</strong></p>
<p>Examined from {{.Begun.Format "2006-01-02 15:04:05 MST"}} to {{.Ended.Format "2006-01-02 15:04:05 MST"}} by {{.Program}}: {{.Examined.Blobs}} contents of {{.Examined.Bytes}} bytes, {{.Examined.Commits}} commits.</p>
<h2>What was looked for</h2>
<table><tr><th>kind</th><th>value</th><th>fingerprint (key {{.KeyID}})</th></tr>
{{range .Values}}<tr><td>{{.Kind}}</td><td>{{.Mask}}</td><td><code>{{.Fingerprint}}</code></td></tr>
{{end}}</table>
<h2>Where</h2>
{{range .Targets}}<table><tr><th>{{.Kind}}</th><td>{{.Name}}</td></tr>
{{with .Checksum}}<tr><th>SHA-256</th><td><code>{{.}}</code></td></tr>
{{end}}{{range .Tips}}<tr><th>{{.Ref}}</th><td><code>{{.Commit}}</code></td></tr>
{{end}}<tr><th>while examined</th><td>{{if .Unchanged}}unchanged{{else}}it may have changed{{end}}</td></tr></table>
{{end}}{{if .Left}}<h2>What is left</h2>
<table><tr><th>value</th><th>places</th></tr>
{{range .Left}}<tr><td>{{.Mask}}<br><code>{{.Fingerprint}}</code></td><td>{{range .Where}}{{.}}<br>{{end}}{{if gt .Places (len .Where)}}… {{.Places}} in all{{end}}</td></tr>
{{end}}</table>
{{end}}{{if .Rest}}<h2>What was not examined</h2>
<table>{{range .Rest}}<tr><td>{{.Path}}{{with .Place}}, {{.}}{{end}}</td><td>{{.Reason}}</td></tr>
{{end}}</table>
{{end}}</body></html>
`))
