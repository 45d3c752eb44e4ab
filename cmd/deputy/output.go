package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/sarif"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

// formats are the values of --format; extensions are what chooses one for a
// file.
var (
	formats    = []string{"text", "json", "sarif", "html"}
	extensions = map[string]string{".json": "json", ".sarif": "sarif", ".html": "html"}
)

// output is a report to be written: to a file, or to standard output if name is
// empty.
type output struct {
	name   string
	format string
	color  string
	stdout io.Writer
}

// outputs lists the reports that the flags ask for. An unknown format is an
// error before anything is scanned.
func (o *scanOptions) wanted(stdout io.Writer) ([]output, error) {
	if o.format != "" && !slices.Contains(formats, o.format) {
		return nil, fmt.Errorf("unknown format %q: want text, json, sarif or html", o.format)
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.color) {
		return nil, fmt.Errorf("unknown --color %q: want auto, always or never", o.color)
	}
	names := o.outputs
	if len(names) == 0 {
		names = []string{""}
	}
	var outs []output
	for _, name := range names {
		outs = append(outs, output{name: name, format: formatOf(o.format, name, len(names)), color: o.color, stdout: stdout})
	}
	return outs, nil
}

// formatOf chooses a report's format. Of several files each goes by its own
// extension, and --format is for those that have none.
func formatOf(format, name string, files int) string {
	byName := extensions[strings.ToLower(filepath.Ext(name))]
	switch {
	case format != "" && (files == 1 || byName == ""):
		return format
	case byName != "":
		return byName
	}
	return "text"
}

func (out output) write(r *report.Result) error {
	return out.writeWith(r.ShowSecrets, func(w io.Writer) error { return out.writer(w).Write(w, r) })
}

// writeWith lets write fill the output.
func (out output) writeWith(secrets bool, write func(io.Writer) error) error {
	if out.name == "" {
		return write(out.stdout)
	}
	f, err := createOutput(out.name, secrets)
	if err != nil {
		return fmt.Errorf("output: %w", err)
	}
	return errors.Join(write(f), f.Close())
}

func (out output) writer(w io.Writer) report.Writer {
	switch out.format {
	case "json":
		return json.Writer{}
	case "sarif":
		return sarif.Writer{}
	case "html":
		return html.Writer{}
	}
	return text.Writer{Options: text.Detect(w, out.color, os.Getenv)}
}

// createOutput creates a report's file. One that tells secrets is for its owner
// only.
func createOutput(name string, secrets bool) (*os.File, error) {
	mode := os.FileMode(0o644)
	if secrets {
		mode = 0o600
	}
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
}
