package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
)

// scanOptions are the flags of scan, as given.
type scanOptions struct {
	format           string
	outputs          []string
	color            string
	showSecrets      bool
	failOnUnexamined bool
	config           run.Config
}

func newScan() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan [TARGET...]",
		Short: "Find leaked account IDs, External IDs and keys",
		Long: `Scans each TARGET: a git repository (the history of all refs, the index and the
work tree), a directory, a file, '-' for standard input, or the URL of a
repository to clone. The default is the current directory.

Findings go to standard output, or to the files named by --output; everything
else goes to standard error. Secrets are masked unless --show-secrets.

Exit codes: 0 nothing found; 1 findings; 2 it could not run, or nothing was
examined; 3 with --fail-on-unexamined, nothing found but something went
unexamined.`,
		Example: `  deputy scan                                   this repository, its whole history
  deputy scan --staged                          what is about to be committed
  deputy scan --format sarif --output out.sarif https://example.com/org/repo.git
  kubectl logs pod | deputy scan -              a stream`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			return o.run(cmd.Context(), args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.format, "format", "", "write `FORMAT`: text, json, sarif or html (default by the output's extension, else text)")
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.StringVar(&o.color, "color", "auto", "colour the text report: `WHEN` is auto, always or never")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "print the values that were found")
	f.BoolVar(&o.failOnUnexamined, "fail-on-unexamined", false, "exit with 3 if anything could not be read")
	scanFlags(f, &o.config)
	f.StringVar(&o.config.Baseline, "baseline", "", "report only what `FILE` does not know (see deputy baseline)")
	return cmd
}

func (o *scanOptions) run(ctx context.Context, targets []string, in io.Reader, out, errs io.Writer) error {
	outputs, err := o.wanted(out)
	if err != nil {
		return err
	}
	o.config.Values = o.showSecrets
	scan, err := run.New(o.config, notices(errs), logOf(ctx))
	if err != nil {
		return err
	}
	result, err := scanWith(ctx, scan, targets, in, errs)
	if err != nil {
		return err
	}
	shown := &report.Result{Result: *result, Version: buildinfo.Version(), ShowSecrets: o.showSecrets}
	for _, output := range outputs {
		if err := output.write(shown); err != nil {
			return err
		}
	}
	return o.verdict(result)
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
func (o *scanOptions) verdict(r *finding.Result) error {
	switch {
	case len(r.Findings) > 0:
		return verdict(exitFindings)
	case r.Stats.Blobs == 0:
		return errors.New(nothingExamined(r))
	case o.failOnUnexamined && len(r.Unexamined) > 0:
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
