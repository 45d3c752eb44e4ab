package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/csv"
	"github.com/deputy-sec/deputy/scanner/report/github"
	"github.com/deputy-sec/deputy/scanner/report/gitlab"
	"github.com/deputy-sec/deputy/scanner/report/gitleaks"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/junit"
	"github.com/deputy-sec/deputy/scanner/report/markdown"
	"github.com/deputy-sec/deputy/scanner/report/sarif"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

// format is a value of --format. A file whose name ends in one of its endings is in it
// unless --format says otherwise; of several endings the longest decides.
type format struct {
	name    string
	endings []string
	writer  func(look) report.Writer
}

// look is what a writer may ask of where it writes to.
type look struct {
	out    io.Writer
	color  string
	volume volume
	notice func(string) // to standard error
}

// volume is how much a text report says.
type volume struct{ quiet, verbose bool }

func (v *volume) flags(f *pflag.FlagSet) {
	f.BoolVarP(&v.quiet, "quiet", "q", false, "print findings alone: no advice, no summary")
	f.BoolVarP(&v.verbose, "verbose", "v", false, "print every place of a finding, and everything that was not examined")
}

var allFormats = []format{
	{"text", []string{".txt", ".log"}, func(l look) report.Writer {
		o := text.Detect(l.out, l.color, os.Getenv)
		o.Quiet, o.Verbose = l.volume.quiet, l.volume.verbose
		return text.Writer{Options: o}
	}},
	{"json", []string{".json"}, func(look) report.Writer { return json.Writer{} }},
	{"sarif", []string{".sarif", ".sarif.json"}, func(l look) report.Writer { return sarif.Writer{Notice: l.notice} }},
	{"html", []string{".html", ".htm"}, func(look) report.Writer { return html.Writer{} }},
	{"markdown", []string{".md", ".markdown"}, func(look) report.Writer { return markdown.Writer{} }},
	{"csv", []string{".csv"}, func(look) report.Writer { return csv.Writer{} }},
	{"junit", []string{".xml"}, func(look) report.Writer { return junit.Writer{} }},
	{"gitlab", []string{".gitlab.json", "gl-secret-detection-report.json"}, func(look) report.Writer { return gitlab.Writer{} }},
	{"gitleaks", []string{".gitleaks.json", "gitleaks-report.json"}, func(l look) report.Writer { return gitleaks.Writer{Notice: l.notice} }},
	{"github", []string{".annotations"}, func(look) report.Writer { return github.Writer{} }},
}

// formatNames lists the formats as a sentence does: text, json, … or github.
func formatNames() string {
	names := make([]string, len(allFormats))
	for i, f := range allFormats {
		names[i] = f.name
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// formatHelp is the help of --format.
func formatHelp() string {
	return "write `FORMAT`: " + formatNames() + " (default by the output's extension, else text)"
}

// formatNamed returns the format of a name.
func formatNamed(name string) (format, error) {
	for _, f := range allFormats {
		if f.name == name {
			return f, nil
		}
	}
	return format{}, fmt.Errorf("unknown format %q: want %s", name, formatNames())
}

// formatOfFile returns the format that a file's name asks for, by its longest ending.
func formatOfFile(name string) (format, bool) {
	base := strings.ToLower(filepath.Base(name))
	var best format
	longest := 0
	for _, f := range allFormats {
		for _, ending := range f.endings {
			if strings.HasSuffix(base, ending) && len(ending) > longest {
				best, longest = f, len(ending)
			}
		}
	}
	return best, longest > 0
}

// chooseFormat chooses a report's format. Of several files each goes by its own name,
// and --format is for those whose names say nothing; a name without an extension is
// text. An extension that no format has is an error: a report in another format than
// its name says is found out when somebody needs it.
func chooseFormat(asked, name string, files int) (format, error) {
	byName, known := formatOfFile(name)
	switch {
	case asked != "" && (files == 1 || !known):
		return formatNamed(asked)
	case known:
		return byName, nil
	case name == "" || name == "-" || filepath.Ext(name) == "":
		return formatNamed("text")
	}
	return format{}, fmt.Errorf("output %s: no format has the extension %q: want %s, or name one by --format",
		name, filepath.Ext(name), strings.Join(endings(), ", "))
}

// endings lists what the formats' files are called, format by format.
func endings() []string {
	var all []string
	for _, f := range allFormats {
		all = append(all, f.endings...)
	}
	return all
}
