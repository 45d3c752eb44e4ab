// Package analyzers lists the go/analysis passes that keep External IDs secret.
//
//	externalid, program, taint  find out and report nothing
//	idlogged                    in logs, telemetry, standard output, panics
//	idreturned                  in responses
//	idsent                      in requests, messages and mail to others
//	idparam                     chosen by a request
//	idweak                      guessable, derived or too short
//	idmissing                   AssumeRole without one
//	staticcreds                 long-lived keys in code
//	idroutes                    endpoints without a rate limit
//
// Any go/analysis driver can run All; package driver runs it over whole programs and
// as go vet's tool.
package analyzers

import (
	"embed"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/idlogged"
	"github.com/deputy-sec/deputy/analyzers/idmissing"
	"github.com/deputy-sec/deputy/analyzers/idparam"
	"github.com/deputy-sec/deputy/analyzers/idreturned"
	"github.com/deputy-sec/deputy/analyzers/idroutes"
	"github.com/deputy-sec/deputy/analyzers/idsent"
	"github.com/deputy-sec/deputy/analyzers/idweak"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/staticcreds"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// All are the passes, the silent ones included: drivers offer the flags of those
// they are given.
var All = []*analysis.Analyzer{
	program.Analyzer,
	externalid.Analyzer,
	taint.Analyzer,
	idlogged.Analyzer,
	idreturned.Analyzer,
	idsent.Analyzer,
	idparam.Analyzer,
	idweak.Analyzer,
	idmissing.Analyzer,
	staticcreds.Analyzer,
	idroutes.Analyzer,
}

// severities are those of diagnostics by category.
var severities = map[string]string{
	"idlogged":        "high",
	"idreturned":      "high",
	idreturned.Reveal: "low",
	"idsent":          "high",
	"idparam":         "high",
	"idweak":          "high",
	"idmissing":       "medium",
	"staticcreds":     "high",
	staticcreds.User:  "medium",
	"idroutes":        "note",
	"suppression":     "note",
	"unfinished":      "note",
}

// Severity is how much a diagnostic of a category matters: "high", "medium", "low" or
// "note".
func Severity(category string) string {
	if s, ok := severities[category]; ok {
		return s
	}
	return "medium"
}

// docs are the packages' documentation, which is the help that users read.
//
//go:embed id*/doc.go staticcreds/doc.go
var docs embed.FS

// Explain is the documentation of a reporting pass: what it finds, what is good instead,
// and its limits.
func Explain(pass string) (string, bool) {
	source, err := docs.ReadFile(pass + "/doc.go")
	if err != nil {
		return "", false
	}
	var b strings.Builder
	for line := range strings.Lines(string(source)) {
		text, isComment := strings.CutPrefix(line, "//")
		if !isComment {
			break
		}
		b.WriteString(strings.TrimPrefix(text, " "))
	}
	return b.String(), true
}
