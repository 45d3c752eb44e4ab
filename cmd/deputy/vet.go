package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/json"
)

// flow is the kind of what the passes find, in the JSON contract.
const flow finding.Kind = "flow"

// vetOptions are the flags of vet, as given.
type vetOptions struct {
	output           scanOptions // its format, outputs and colour
	failOnUnexamined bool
	fix, diff        bool
	load             driver.Options
	policy           policy.Config
}

func newVet() *cobra.Command {
	var o vetOptions
	cmd := &cobra.Command{
		Use:   "vet [PACKAGES...]",
		Short: "Find Go code that logs, returns, accepts or sends External IDs",
		Long: `Runs the passes over whole programs: what carries an External ID is found in all
packages together, then followed to logs, responses, requests and weak sources.
The default is ./...

The same binary is a tool of go vet, which looks at one package at a time:

  go vet -vettool=$(command -v deputy) ./...

--fix mends what can be mended safely, above all by the project's own masking
function, and reports the rest; what it mended is told on standard error. --fix --diff
shows what it would do and changes nothing.

Exit codes: 0 nothing found, or all of it mended; 1 findings; 2 it could not run; 3 with
--fail-on-unexamined, nothing found but a package could not be examined.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.load.Patterns = args
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.output.format, "format", "", formatHelp())
	f.StringArrayVarP(&o.output.outputs, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.StringVar(&o.output.color, "color", "auto", "colour the text report: `WHEN` is auto, always or never")
	f.BoolVar(&o.load.Tests, "tests", false, "test files, too")
	f.StringSliceVar(&o.load.BuildTags, "tags", nil, "build `TAGS`, separated by commas")
	f.BoolVar(&o.fix, "fix", false, "apply the fixes that are safe")
	f.BoolVar(&o.diff, "diff", false, "with --fix: show what would change, and change nothing")
	f.BoolVar(&o.failOnUnexamined, "fail-on-unexamined", false, "exit with 3 if a package could not be examined")
	for _, pass := range analyzers.New(policy.Config{}, nil) {
		f.AddGoFlagSet(passFlags(pass.Name, &o.policy))
	}
	return cmd
}

// passFlags are a pass's own flags as --PASS.FLAG, as go vet has them.
func passFlags(pass string, cfg *policy.Config) *flag.FlagSet {
	flags := flag.NewFlagSet(pass, flag.ContinueOnError)
	cfg.Flags(pass).VisitAll(func(f *flag.Flag) { flags.Var(f.Value, pass+"."+f.Name, f.Usage) })
	return flags
}

func (o *vetOptions) run(ctx context.Context, stdout, stderr io.Writer) error {
	if o.diff && !o.fix {
		return errors.New("--diff shows what --fix would do: give both")
	}
	outputs, err := o.output.wanted(stdout, notices(stderr))
	if err != nil {
		return err
	}
	outputs, unwritten := openOutputs(outputs, false)
	defer abandon(outputs)
	if len(outputs) == 0 {
		return unwritten
	}
	start := time.Now()
	found, err := driver.Run(ctx, o.load, o.policy)
	if err != nil {
		return err
	}
	if o.fix && o.diff {
		return showFixes(stdout, stderr, found)
	}
	if o.fix {
		if err := applyFixes(stderr, found); err != nil {
			return err
		}
	}
	result := vetResult(found)
	result.Stats.Seconds = time.Since(start).Seconds()
	for _, out := range outputs {
		if out.format.name == "text" {
			err = out.writeWith(func(w io.Writer) error { return writeDiagnostics(w, found) })
		} else {
			err = out.write(result)
		}
		unwritten = errors.Join(unwritten, err)
	}
	if unwritten != nil {
		return unwritten
	}
	switch {
	case len(found.Findings) > 0:
		return verdict(exitFindings)
	case slices.ContainsFunc(found.Problems, func(p driver.Problem) bool { return p.Internal }):
		return errors.New("a pass failed, so what it says of the others is not all: please report it")
	case found.Packages == 0:
		return errors.New("nothing was examined: no packages")
	case o.failOnUnexamined && len(found.Problems) > 0:
		return verdict(exitUnexamined)
	}
	return nil
}

// showFixes writes what fixes would change as a diff.
func showFixes(stdout, stderr io.Writer, r *driver.Report) error {
	changes, refused := r.Fixes()
	tellRefused(stderr, refused)
	for _, c := range changes {
		if _, err := io.WriteString(stdout, c.Diff(relative(c.File))); err != nil {
			return err
		}
	}
	if len(r.Findings) > 0 {
		return verdict(exitFindings)
	}
	return nil
}

// applyFixes mends what can be mended and takes it out of the report.
func applyFixes(stderr io.Writer, r *driver.Report) error {
	changes, refused := r.Fixes()
	tellRefused(stderr, refused)
	mended := map[int]bool{}
	for _, c := range changes {
		if err := c.Write(); err != nil {
			return fmt.Errorf("fix: %w", err)
		}
		for _, i := range c.Fixed {
			mended[i] = true
			_, _ = fmt.Fprintf(stderr, "fixed: %s: %s\n", report.Printable(place(r.Findings[i].Position.Filename, r.Findings[i].Position.Line, r.Findings[i].Position.Column)), report.Printable(r.Findings[i].Fixes[0].Message))
		}
	}
	var left []driver.Finding
	for i, f := range r.Findings {
		if !mended[i] {
			left = append(left, f)
		}
	}
	r.Findings = left
	return nil
}

func tellRefused(stderr io.Writer, refused []driver.Problem) {
	for _, p := range refused {
		_, _ = fmt.Fprintf(stderr, "%s: %s\n", report.Printable(p.Position), report.Printable(p.Message))
	}
}

// writeDiagnostics writes what compilers and go vet write, so that editors and
// people find their way, with the steps from source to sink below each; then what was
// not examined, what to do, and how much it was.
func writeDiagnostics(w io.Writer, r *driver.Report) error {
	var b strings.Builder
	for _, f := range r.Findings {
		at := place(f.Position.Filename, f.Position.Line, f.Position.Column)
		message, more, _ := strings.Cut(f.Message, "\n")
		fmt.Fprintf(&b, "%s: %s (%s)\n", report.Printable(at), report.Printable(message), f.Pass)
		if more != "" { // the project's own words
			fmt.Fprintf(&b, "\t%s\n", report.Printable(more))
		}
		if !onOneLine(f) {
			for _, s := range f.Steps {
				fmt.Fprintf(&b, "\t%s: %s\n", report.Printable(place(s.Position.Filename, s.Position.Line, s.Position.Column)), report.Printable(s.Message))
			}
		}
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s: %s\n", report.Printable(p.Package), report.Printable(reason(p)))
	}
	writeAdvice(&b, r)
	b.WriteString(summary(r) + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// onOneLine reports whether a finding's steps show nothing that its own line does not.
func onOneLine(f driver.Finding) bool {
	return !slices.ContainsFunc(f.Steps, func(s driver.Step) bool {
		return s.Position.Filename != f.Position.Filename || s.Position.Line != f.Position.Line
	})
}

// reason says how much of a package was not examined, and why.
func reason(p driver.Problem) string {
	extent := "not examined: "
	if p.Partial {
		extent = "examined in part: "
	}
	if p.Position != "" {
		extent += relativePosition(p.Position) + ": "
	}
	return extent + p.Message
}

func problemCode(p driver.Problem) finding.Code {
	if p.Internal {
		return finding.Failed
	}
	return finding.DoesNotBuild
}

// relativePosition is relative for file:line:column.
func relativePosition(position string) string {
	file, rest := position, ""
	for range 2 {
		cut := strings.LastIndexByte(file, ':')
		if cut < 0 {
			break
		}
		file, rest = file[:cut], file[cut:]+rest
	}
	return relative(file) + rest
}

// writeAdvice says, once for each pass that found something, what is to be done.
func writeAdvice(b *strings.Builder, r *driver.Report) {
	found := map[string]int{}
	fixes := 0
	for _, f := range r.Findings {
		found[f.Pass]++
		fixes += min(len(f.Fixes), 1)
	}
	if len(found) == 0 {
		return
	}
	b.WriteString("\n")
	for _, pass := range reporting() {
		if found[pass.Name] > 0 {
			_, advice, _ := strings.Cut(pass.Doc, "\n\n")
			fmt.Fprintf(b, "%s (%d): %s\n", pass.Name, found[pass.Name], advice)
		}
	}
	if fixes > 0 {
		fmt.Fprintf(b, "--fix mends %d of them, --fix --diff shows how.\n", fixes)
	}
	b.WriteString("'deputy explain PASS' says more; '//deputy:allow PASS REASON' on the line keeps a finding that is meant to be.\n")
}

// summary is the last line.
func summary(r *driver.Report) string {
	partial := 0
	for _, p := range r.Problems {
		if p.Partial {
			partial++
		}
	}
	out := fmt.Sprintf("%s, %s, %d not examined", report.Count(int64(len(r.Findings)), "finding", "findings"), report.Count(int64(r.Packages), "package", "packages"), len(r.Problems)-partial)
	if partial > 0 {
		out += fmt.Sprintf(", %d in part", partial)
	}
	if r.LeftOut > 0 {
		out += fmt.Sprintf(", %s left out by build constraints", report.Count(int64(r.LeftOut), "file", "files"))
	}
	return out
}

func place(file string, line, column int) string {
	return fmt.Sprintf("%s:%d:%d", relative(file), line, column)
}

// relative names a file from the current directory, if it lies in there.
func relative(file string) string {
	dir, err := filepath.Abs(".")
	if err != nil {
		return file
	}
	if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return file
}

// reporting are the passes that tell what they find; the silent ones are no rules.
func reporting() []*analysis.Analyzer {
	return slices.DeleteFunc(analyzers.New(policy.Config{}, nil), func(a *analysis.Analyzer) bool { return !analyzers.Reports(a) })
}

// passRule is a pass in the words of the reports.
func passRule(pass *analysis.Analyzer) *finding.Rule {
	title, remedy, _ := strings.Cut(pass.Doc, "\n\n")
	about, _ := analyzers.Explain(pass.Name)
	return &finding.Rule{ID: pass.Name, Kind: flow, Severity: analyzers.Severity(pass.Name),
		Title: title, About: strings.TrimSpace(about), Remedy: remedy, Source: pass.URL}
}

// explainPass writes a pass's documentation, if there is a pass of the name.
func explainPass(w io.Writer, name, format string) (bool, error) {
	doc, ok := analyzers.Explain(name)
	if !ok {
		return false, nil
	}
	if format == "text" {
		_, err := io.WriteString(w, doc)
		return true, err
	}
	passes := reporting()
	at := slices.IndexFunc(passes, func(a *analysis.Analyzer) bool { return a.Name == name })
	return true, json.Explain(w, report.Explanation{Rule: passRule(passes[at])})
}

// vetResult tells diagnostics in the words of the reports.
func vetResult(r *driver.Report) *report.Result {
	result := &report.Result{Version: buildinfo.Version()}
	rules := map[string]*finding.Rule{}
	prints := finding.NewFingerprinter(nil)
	for _, pass := range reporting() {
		rules[pass.Name] = passRule(pass)
		result.Rules = append(result.Rules, rules[pass.Name])
	}
	for _, d := range r.Findings {
		rule := rules[d.Pass]
		if rule == nil {
			continue // a pass that only finds out
		}
		f := &finding.Finding{
			Rule: rule, Class: finding.Unknown, Severity: analyzers.Severity(d.Category),
			Confidence: 1, Evidence: []string{d.Message}, InHead: true,
			// Lines move; the file, the message and the text of the line stay.
			Fingerprint: prints.Fingerprint(rule, relative(d.Position.Filename)+"\x00"+d.Message+"\x00"+strings.TrimSpace(d.Line)),
			Sightings: []finding.Sighting{{
				Path: relative(d.Position.Filename), Line: d.Position.Line, Column: d.Position.Column,
				EndColumn: max(d.Position.Column+1, d.End.Column), InHead: true,
			}},
		}
		for _, s := range d.Steps {
			f.Evidence = append(f.Evidence, place(s.Position.Filename, s.Position.Line, s.Position.Column)+": "+s.Message)
		}
		result.Findings = append(result.Findings, f)
	}
	for _, p := range r.Problems {
		result.Unexamined = append(result.Unexamined, finding.Unexamined{Path: p.Package, Kind: problemCode(p), Reason: reason(p)})
	}
	result.Stats.Blobs = int64(r.Packages)
	slices.SortFunc(result.Rules, func(a, b *finding.Rule) int { return strings.Compare(a.ID, b.ID) })
	return result
}
