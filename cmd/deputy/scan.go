package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// scanOptions are the flags of scan, as given.
type scanOptions struct {
	format           string
	outputs          []string
	color            string
	showSecrets      bool
	all              bool
	failOnUnexamined bool
	exhaustive       bool
	accounts         string
	keyFile          string
	jobs             int
	target           targetOptions
	documents        documentOptions
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
	f.StringVar(&o.format, "format", "", "`text`, json, sarif or html (default: by the output's extension, else text)")
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.StringVar(&o.color, "color", "auto", "colour the text report: `auto`, always or never")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "print the values that were found")
	f.BoolVar(&o.all, "all", false, "report documentation examples and vendors' published accounts too")
	f.BoolVar(&o.failOnUnexamined, "fail-on-unexamined", false, "exit with 3 if anything could not be read")
	f.StringVar(&o.accounts, "accounts", "", "inventory `FILE` that says whose an account is (see deputy accounts)")
	f.StringVar(&o.keyFile, "fingerprint-key", "", "read the key of the fingerprints from `FILE` (default: $"+keyVariable+")")
	o.target.flags(f)
	f.BoolVar(&o.documents.off, "no-documents", false, "search PDFs, office files, archives and pictures as they are, without reading them")
	o.documents.flags(f)
	f.BoolVar(&o.exhaustive, "exhaustive", false, "match every version of a file in full, not only what is new in it")
	f.IntVarP(&o.jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how much to do at once")
	return cmd
}

func (o *scanOptions) run(ctx context.Context, targets []string, in io.Reader, out, errs io.Writer) error {
	if o.jobs < 1 {
		return errors.New("--jobs must be at least 1")
	}
	outputs, err := o.wanted(out)
	if err != nil {
		return err
	}
	read, err := o.target.read(o.jobs)
	if err != nil {
		return err
	}
	options, err := o.engine()
	if err != nil {
		return err
	}
	documents, done, err := o.documents.reader(o.jobs)
	if err != nil {
		return err
	}
	defer done()
	options.Documents = documents
	stop := showProgress(errs, options.Progress)
	result, err := scanTargets(ctx, targets, target.Options{Options: read, Stdin: in}, options)
	stop()
	if err != nil {
		return err
	}
	for _, output := range outputs {
		if err := output.write(o.report(options, result)); err != nil {
			return err
		}
	}
	return o.verdict(result)
}

// scanTargets scans one target after the other. With several, paths say which
// one they belong to.
func scanTargets(ctx context.Context, names []string, read target.Options, options scanner.Options) (*scanner.Result, error) {
	var results []*scanner.Result
	for _, name := range names {
		result, err := scanTarget(ctx, name, read, options)
		if err != nil {
			return nil, err
		}
		if len(names) > 1 {
			result.Under(prefixOf(name))
		}
		results = append(results, result)
	}
	return scanner.Merge(results), nil
}

func scanTarget(ctx context.Context, name string, read target.Options, options scanner.Options) (result *scanner.Result, err error) {
	t, err := target.Open(ctx, name, read)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	return scanner.Scan(ctx, t, options)
}

// prefixOf returns what stands before the paths of a target in a report on
// several: a directory's name, or that of the directory a file lies in.
func prefixOf(target string) string {
	if info, err := os.Stat(target); err == nil && !info.IsDir() {
		return filepath.Dir(target)
	} else if err != nil && target == "-" {
		return ""
	}
	return target
}

func (o *scanOptions) report(options scanner.Options, r *scanner.Result) *report.Result {
	return &report.Result{
		Version:     version(),
		Rules:       options.Detectors.Rules(),
		Findings:    r.Findings,
		Unexamined:  r.Unexamined,
		Stats:       r.Stats,
		Hidden:      r.Hidden,
		Allowed:     r.Allowed,
		ShowSecrets: o.showSecrets,
	}
}

// engine makes what all targets are scanned with.
func (o *scanOptions) engine() (scanner.Options, error) {
	key, err := readKey(o.keyFile)
	if err != nil {
		return scanner.Options{}, err
	}
	prints := finding.NewFingerprinter(key)
	inventory, err := readInventory(o.accounts, prints)
	if err != nil {
		return scanner.Options{}, err
	}
	return scanner.Options{
		Detectors:    detect.NewSet(all.Detectors()...),
		Fingerprints: prints,
		Accounts:     inventory,
		All:          o.all,
		Exhaustive:   o.exhaustive,
		Jobs:         o.jobs,
		Progress:     &scanner.Progress{},
	}, nil
}

// verdict turns a result into the exit code of the contract.
func (o *scanOptions) verdict(r *scanner.Result) error {
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

func nothingExamined(r *scanner.Result) string {
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
