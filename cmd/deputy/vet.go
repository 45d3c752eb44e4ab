package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/token"
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
	"github.com/deputy-sec/deputy/scanner/report/diagnostic"
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
	f.StringSliceVar(&o.load.Passes, "passes", nil, "run these `PASSES` only, separated by commas")
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
	if err := errors.Join(unwritten, writeDiagnosed(outputs, result, diagnostic.Writer{Advice: true, Notes: notes(found), Counts: counts(found)})); err != nil {
		return err
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
			_, _ = fmt.Fprintf(stderr, "fixed: %s: %s\n", report.Printable(position(r.Findings[i].Position)), report.Printable(r.Findings[i].Fixes[0].Message))
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
		_, _ = fmt.Fprintf(stderr, "%s: %s\n", report.Printable(position(p.Position)), report.Printable(p.Message))
	}
}

// reason says why a package was not examined, or not all of it.
func reason(p driver.Problem) string {
	if p.Position == (token.Position{}) {
		return p.Message
	}
	return position(p.Position) + ": " + p.Message
}

func problemCode(p driver.Problem) finding.Code {
	if p.Internal {
		return finding.Failed
	}
	return finding.DoesNotBuild
}

// notes are what stands below the advice.
func notes(r *driver.Report) []string {
	fixes := 0
	for _, f := range r.Findings {
		fixes += min(len(f.Fixes), 1)
	}
	var lines []string
	if fixes > 0 {
		lines = append(lines, fmt.Sprintf("--fix mends %d of them, --fix --diff shows how.", fixes))
	}
	return append(lines, "'deputy explain PASS' says more; '//deputy:allow PASS REASON' on the line keeps a finding that is meant to be.")
}

// counts are what the last line says of the packages.
func counts(r *driver.Report) []string {
	partial := 0
	for _, p := range r.Problems {
		if p.Partial {
			partial++
		}
	}
	out := []string{report.Count(int64(r.Packages), "package", "packages"), fmt.Sprintf("%d not examined", len(r.Problems)-partial)}
	if partial > 0 {
		out = append(out, fmt.Sprintf("%d in part", partial))
	}
	if r.LeftOut > 0 {
		out = append(out, report.Count(int64(r.LeftOut), "file", "files")+" left out by build constraints")
	}
	return out
}

// position names a place in a file as compilers do; a line or column that is not known is
// left out.
func position(p token.Position) string {
	p.Filename = relative(p.Filename)
	return p.String()
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
	title = strings.TrimPrefix(title, "report ") // what it reports is what is found
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
			f.Evidence = append(f.Evidence, position(s.Position)+": "+s.Message)
			f.Steps = append(f.Steps, finding.Step{Path: relative(s.Position.Filename), Line: s.Position.Line, Column: s.Position.Column, Message: s.Message})
		}
		result.Findings = append(result.Findings, f)
	}
	for _, p := range r.Problems {
		result.Unexamined = append(result.Unexamined, finding.Unexamined{Path: p.Package, Kind: problemCode(p), Reason: reason(p), Partial: p.Partial})
	}
	result.Stats.Blobs = int64(r.Packages)
	slices.SortFunc(result.Rules, func(a, b *finding.Rule) int { return strings.Compare(a.ID, b.ID) })
	return result
}
