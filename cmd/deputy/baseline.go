package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/target"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
)

const defaultBaseline = run.BaselineName

func newBaseline() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Remember what is known, so that scan reports what is new",
		Long: `A baseline is a file of findings that are known. 'deputy scan --baseline FILE'
reports only what it does not know.

It holds fingerprints and paths, no secret and no line number: it does not drift
when lines move, a file that is renamed stays known, and a known value in another
file is new. Commit it, so that a review shows what is added to it. To an entry you
can add a "note" that says why it may stay.`,
	}
	cmd.AddCommand(
		newBaselineVerb("create [TARGET...]", "Write a baseline of everything that a scan finds",
			"Scans as 'deputy scan' does and writes what it finds to a new baseline.", createBaseline),
		newBaselineVerb("update [TARGET...]", "Add what a scan finds to a baseline",
			"Scans as 'deputy scan' does and adds what the baseline does not know. What it\nknows stays, with its notes.", updateBaseline),
		newBaselineVerb("prune [TARGET...]", "Remove what a scan no longer finds from a baseline",
			"Scans as 'deputy scan' does and removes what is no longer found. Scan as much as\nthe baseline was made of: what is not scanned is not found. If anything cannot be\nexamined, nothing is removed.", pruneBaseline),
		newBaselineShow(),
	)
	return cmd
}

// baselineVerb changes a baseline, read from a file if there is one, by what a
// scan found, and says what it did.
type baselineVerb func(known *baseline.Baseline, r *finding.Result, prints *finding.Fingerprinter) (*baseline.Baseline, string, error)

func newBaselineVerb(use, short, long string, change baselineVerb) *cobra.Command {
	var (
		config run.Config
		from   configFlags
		file   string
	)
	cmd := &cobra.Command{
		Use: use, Short: short,
		Long: long + "\n\nExit codes: 0 the baseline was written; 2 it could not be.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{target.Here}
			}
			if _, _, err := from.load(cmd.Flags(), &config, args[0]); err != nil {
				return err
			}
			if file == "" {
				file = baselineFile(args[0])
			}
			knownBeside(&config, args[0], false, notices(cmd.ErrOrStderr()))
			config.Baseline = "" // what is known is in the file that is written
			scan, err := run.New(config, notices(cmd.ErrOrStderr()), logOf(cmd.Context()))
			if err != nil {
				return err
			}
			known, err := run.ReadBaseline(file, scan.Fingerprints())
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			if err != nil {
				return err
			}
			if known != nil && known.Foreign() != "" {
				return fmt.Errorf("%s: %w", file, baseline.ErrForeign)
			}
			out, err := openOutput(file, false) // before the scan, which may take long
			if err != nil {
				return err
			}
			defer out.abandon()
			result, err := scanWith(cmd.Context(), scan, args, cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			next, done, err := change(known, result, scan.Fingerprints())
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if err := out.fill(next.Write); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			_, err = fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s\n", file, done)
			return err
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&file, "file", "", "the baseline's `FILE` (default "+defaultBaseline+" at the top of the repository)")
	from.flags(f)
	scanFlags(f, &config)
	return cmd
}

// baselineFile returns the baseline that scans of a target use without being told, or would.
func baselineFile(target string) string {
	if file := run.FindBaseline(target); file != "" {
		if cwd, err := os.Getwd(); err == nil {
			if rel, err := filepath.Rel(cwd, file); err == nil && filepath.IsLocal(rel) {
				return rel
			}
		}
		return file
	}
	return run.NewBaseline(target)
}

func createBaseline(known *baseline.Baseline, r *finding.Result, prints *finding.Fingerprinter) (*baseline.Baseline, string, error) {
	if known != nil {
		return nil, "", errors.New("there is one already: update it, or remove it first")
	}
	b := baseline.New(prints, r.Findings)
	return b, report.Count(int64(len(b.Entries)), "finding", "findings") + " remembered", nil
}

var errNoBaseline = errors.New("there is none: create it first")

func updateBaseline(known *baseline.Baseline, r *finding.Result, _ *finding.Fingerprinter) (*baseline.Baseline, string, error) {
	if known == nil {
		return nil, "", errNoBaseline
	}
	values, places := known.Add(r.Findings)
	return known, changed(values, places, "added"), nil
}

func pruneBaseline(known *baseline.Baseline, r *finding.Result, _ *finding.Fingerprinter) (*baseline.Baseline, string, error) {
	switch {
	case known == nil:
		return nil, "", errNoBaseline
	case len(r.Unexamined) > 0:
		return nil, "", fmt.Errorf("not pruned: %q was not examined (%s), so what it holds would be forgotten", r.Unexamined[0].Path, r.Unexamined[0].Reason)
	}
	values, places := known.Prune(r.Findings)
	return known, changed(values, places, "removed"), nil
}

func changed(values, places int, what string) string {
	return report.Count(int64(values), "finding", "findings") + " and " + report.Count(int64(places), "place", "places") + " " + what
}

func newBaselineShow() *cobra.Command {
	var file, keyFile string
	cmd := &cobra.Command{
		Use: "show", Short: "List what a baseline knows",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				file = baselineFile(target.Here)
			}
			key, err := run.ReadKey(keyFile)
			if err != nil {
				return err
			}
			b, err := run.ReadBaseline(file, finding.NewFingerprinter(key))
			if err != nil {
				return err
			}
			return showBaseline(cmd.OutOrStdout(), b)
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "the baseline's `FILE` (default "+defaultBaseline+" at the top of the repository)")
	keyFlag(cmd.Flags(), &keyFile)
	return cmd
}

func showBaseline(out io.Writer, b *baseline.Baseline) error {
	if name := b.Foreign(); name != "" {
		_, err := fmt.Fprintf(out, "a report of %s: %s\n", name, report.Count(int64(b.Known()), "finding", "findings"))
		return err
	}
	for _, e := range b.Entries {
		note := ""
		if e.Note != "" {
			note = "  " + e.Note
		}
		if _, err := fmt.Fprintf(out, "%s  %s%s\n", e.Rule, e.Fingerprint, report.Printable(note)); err != nil {
			return err
		}
		for _, place := range e.Places {
			if _, err := fmt.Fprintf(out, "  %s\n", report.Printable(place)); err != nil {
				return err
			}
		}
	}
	return nil
}
