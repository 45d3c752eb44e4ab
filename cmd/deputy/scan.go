package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// scanOptions are the flags of scan, as given.
type scanOptions struct {
	format      string
	outputs     []string
	color       string
	volume      volume
	showSecrets bool
	areas       []string
	config      run.Config
	file        configFlags
	noBaseline  bool
}

func newScan() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan [TARGET...]",
		Short: "Find leaked account IDs, External IDs and keys",
		Long: `Scans each TARGET: a git repository (the history of all refs, the index and the
work tree), a part of one (its files and their history), a directory, a file, '-'
for standard input, or the URL of a repository to clone. The default is the
repository around the current directory or, without one, the directory. Paths are
the repository's own, however it was named. Git's environment is obeyed.

Findings go to standard output, or to the files named by --output; everything
else goes to standard error. Secrets are masked unless --show-secrets.

Exit codes: 0 nothing found (or nothing staged, no commits in the range); 1
findings; 2 it could not run, or nothing was examined; 3 with --fail-on-unexamined,
nothing found but something went unexamined.`,
		Example: `  deputy scan                                   this repository, its whole history
  deputy scan --staged                          what is about to be committed
  deputy scan --format sarif --output out.sarif https://example.com/org/repo.git
  kubectl logs pod | deputy scan -              a stream`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{target.Here}
			}
			if _, _, err := o.file.load(cmd.Flags(), &o.config, args[0]); err != nil {
				return err
			}
			o.config.TellGlobs = cmd.Flags().Changed("include") || cmd.Flags().Changed("exclude")
			notice := notices(cmd.ErrOrStderr())
			if o.volume.quiet {
				notice = func(string) {}
			}
			if o.noBaseline {
				o.config.Baseline = ""
			}
			knownBeside(&o.config, args[0], !o.noBaseline, notice)
			return o.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.format, "format", "", formatHelp())
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.StringVar(&o.color, "color", "auto", "colour the text report: `WHEN` is auto, always or never")
	o.volume.flags(f)
	f.BoolVar(&o.showSecrets, "show-secrets", false, "print the values that were found")
	o.file.flags(f)
	f.StringSliceVar(&o.areas, "areas", nil, "report findings in `AREAS` alone: "+areaNames()+" (default all)")
	scanFlags(f, &o.config)
	f.BoolVar(&o.config.Verify, "verify", false, "ask the issuers of keys and tokens whether they live: each value is sent to its issuer alone")
	f.StringArrayVar(&o.config.Endpoints, "verify-endpoint", nil, "ask an issuer at `NAME=URL` instead: a server of your own; may be repeated")
	f.BoolVar(&o.config.FailOnUnexamined, "fail-on-unexamined", false, "exit with 3 if anything could not be read")
	f.StringVar(&o.config.Baseline, "baseline", "", "report only what `FILE` does not know (default "+defaultBaseline+" of the repository, if there is one)")
	f.BoolVar(&o.noBaseline, "no-baseline", false, "report what is known, too")
	return cmd
}

func (o *scanOptions) run(ctx context.Context, targets []string, in io.Reader, out, errs io.Writer) error {
	outputs, err := o.wanted(out, notices(errs))
	if err != nil {
		return err
	}
	if err := spare(outputs, targets); err != nil {
		return err
	}
	areas, err := o.wantedAreas()
	if err != nil {
		return err
	}
	o.config.Values = o.showSecrets
	scan, err := run.New(o.config, notices(errs), logOf(ctx))
	if err != nil {
		return err
	}
	outputs, unwritten := openOutputs(outputs, o.showSecrets)
	defer abandon(outputs)
	if len(outputs) == 0 {
		return unwritten
	}
	result, failed := scanWith(ctx, scan, targets, in, errs)
	if result == nil {
		return failed
	}
	shown := &report.Result{Result: *result, Version: buildinfo.Version(), ShowSecrets: o.showSecrets}
	if shown = shown.Only(areas); shown.Elsewhere > 0 {
		notices(errs)(report.Count(int64(shown.Elsewhere), "finding is", "findings are") + " in other areas and not shown (--areas)")
	}
	for _, output := range outputs {
		unwritten = errors.Join(unwritten, output.write(shown))
	}
	if err := errors.Join(failed, unwritten); err != nil {
		return err
	}
	return o.verdict(&shown.Result, errs)
}

// areaNames lists the areas that places are of.
func areaNames() string {
	var names []string
	for _, a := range finding.Areas() {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}

// wantedAreas are those whose findings are reported.
func (o *scanOptions) wantedAreas() ([]finding.Area, error) {
	if len(o.areas) == 0 {
		return finding.Areas(), nil
	}
	var wanted []finding.Area
	for _, name := range o.areas {
		if !slices.Contains(finding.Areas(), finding.Area(name)) {
			return nil, fmt.Errorf("unknown area %q: want %s", name, areaNames())
		}
		wanted = append(wanted, finding.Area(name))
	}
	return wanted, nil
}

// knownBeside takes what lies beside a target, where nothing else was named, and says so: the
// baseline, ignore files and gitleaks' rules.
func knownBeside(c *run.Config, target string, baseline bool, notice func(string)) {
	if baseline && c.Baseline == "" {
		if c.Baseline = run.FindBaseline(target); c.Baseline != "" {
			notice("known findings are taken from " + defaultBaseline)
		}
	}
	if c.Ignore == nil {
		c.Ignore = run.FindIgnored(target)
	}
	if c.Rules == nil {
		if file := run.FindGitleaks(target); file != "" {
			c.Rules = []string{file}
			notice("rules are taken from " + run.GitleaksName + ", too")
		}
	}
}

// notices writes what does not keep a verb from running to standard error.
func notices(errs io.Writer) func(string) {
	return func(line string) { _, _ = fmt.Fprintf(errs, "deputy: %s\n", line) }
}

// scanWith scans targets, and shows on a terminal how far it is.
func scanWith(ctx context.Context, scan *run.Run, targets []string, in io.Reader, errs io.Writer) (*finding.Result, error) {
	stop := showProgress(errs, scan.Progress())
	defer stop()
	return scan.Scan(ctx, targets, in)
}

// verdict turns a result into the exit code of the contract.
func (o *scanOptions) verdict(r *finding.Result, errs io.Writer) error {
	if r.Empty != "" {
		notices(errs)(r.Empty)
	}
	switch {
	case len(r.Findings) > 0:
		return verdict(exitFindings)
	case r.Stats.Blobs == 0 && r.Empty == "":
		return errors.New(nothingExamined(r))
	case o.config.FailOnUnexamined && len(r.Unexamined) > 0:
		return verdict(exitUnexamined)
	}
	return nil
}

func nothingExamined(r *finding.Result) string {
	if len(r.Unexamined) == 0 {
		return "nothing was examined: the target is empty"
	}
	first := r.Unexamined[0]
	more := ""
	if n := len(r.Unexamined) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return fmt.Sprintf("nothing was examined: %q: %s%s", first.Path, first.Reason, more)
}
