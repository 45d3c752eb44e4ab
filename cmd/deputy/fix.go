package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/mend"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

// fixOptions are the flags of fix.
type fixOptions struct {
	config      run.Config
	from        configFlags
	write       bool
	showSecrets bool
}

func newFix() *cobra.Command {
	var o fixOptions
	cmd := &cobra.Command{
		Use:   "fix [TARGET]",
		Short: "Replace account IDs in files by documentation placeholders",
		Long: `Scans the files of TARGET (default: the repository around the current directory) and
shows, as a diff, what it would take to replace every AWS account ID by a placeholder as
documentation uses them. One account gets one placeholder, in all files and whenever it is
asked. Values in the diff are masked unless --show-secrets, with which git apply takes it.

--write applies it, as does a yes at a terminal. What would break is left alone, and said:
documents and other binary files, lock files, state, generated, signed and checksummed
files, copies of others' code, deputy's own files, values that are part of a file's name,
and those that are keys in a file that stays as it is. Places with an allow mark stay, too.

The history is not changed: see 'deputy purge'. A value that programs need belongs in their
configuration; replace it there by a parameter first.

Exit codes: 0 nothing is left to replace; 1 something is: nothing was written, or not all
can be; 2 it could not run.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{target.Here}
			}
			return o.run(cmd, args)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.BoolVar(&o.write, "write", false, "change the files")
	f.BoolVar(&o.showSecrets, "show-secrets", false, "show the values in the diff")
	o.from.flags(f)
	scanFlags(f, &o.config)
	return cmd
}

func (o *fixOptions) run(cmd *cobra.Command, args []string) error {
	file, _, err := o.from.load(cmd.Flags(), &o.config, args[0])
	if err != nil {
		return err
	}
	t := &o.config.Target
	if t.Staged || t.HistoryOnly || t.Range != "" || t.Since != "" {
		return errors.New("fix changes files: --staged, --range, --since and --history-only are about something else")
	}
	root := target.Requests(args, target.Options{})[0].Root()
	if root == "" {
		return fmt.Errorf("%s: not files that could be changed", args[0])
	}
	t.NoHistory, o.config.Values, o.config.Forms = true, true, true
	keep := kept(args[0], file, &o.config)
	errs := cmd.ErrOrStderr()
	knownBeside(&o.config, args[0], false, notices(errs))
	o.config.Baseline = "" // what is known is mended, too
	scan, err := run.New(o.config, notices(errs), logOf(cmd.Context()))
	if err != nil {
		return err
	}
	result, err := scanWith(cmd.Context(), scan, args, cmd.InOrStdin(), errs)
	if err != nil {
		return err
	}
	if result.Stats.Blobs == 0 && result.Empty == "" {
		return errors.New(nothingExamined(result))
	}
	may := mend.Options{Root: root, Keep: keep}
	plan, err := mend.Fix(result.Findings, may)
	if err != nil {
		return err
	}
	for i := range plan.Changes {
		if err := plan.Changes[i].WriteDiff(cmd.OutOrStdout(), o.shown(result.Findings)); err != nil {
			return err
		}
	}
	tellLeft(plan, result, errs)
	return o.apply(plan, &may, cmd.InOrStdin(), errs)
}

// kept lists the files that say what is known: they are not mended.
func kept(named, config string, c *run.Config) map[string]bool {
	keep := map[string]bool{}
	for _, file := range append([]string{config, c.Accounts, c.Baseline, run.FindBaseline(named), run.FindFile(named), run.FindGitleaks(named)}, slices.Concat(c.Rules, c.Ignore, run.FindIgnored(named))...) {
		if file == "" {
			continue
		}
		keep[file] = true
		if full, err := filepath.Abs(file); err == nil {
			keep[full] = true
		}
	}
	return keep
}

// shown returns how a line of a file is shown: with the values that were found masked.
func (o *fixOptions) shown(findings []*finding.Finding) func(string) string {
	if o.showSecrets {
		return func(line string) string { return line }
	}
	return func(line string) string {
		for _, f := range findings {
			line = f.Secret.Redact(line)
			for _, form := range f.Forms {
				if text := form.Text.Reveal(); text != f.Secret.Reveal() && text != "" {
					line = strings.ReplaceAll(line, text, f.Secret.Mask())
				}
			}
		}
		return line
	}
}

// tellLeft says what stays as it is.
func tellLeft(plan *mend.Plan, r *finding.Result, errs io.Writer) {
	notice := notices(errs)
	for _, l := range plan.Left {
		where := report.Printable(l.Path)
		if mask := l.Value.Mask(); mask != "" {
			where += " " + mask
		}
		notice("left alone: " + where + ": " + report.Printable(l.Why))
	}
	if n := len(r.Unexamined); n > 0 {
		notice(report.Count(int64(n), "thing was", "things were") + " not examined (deputy scan lists them), so what they hold stays")
	}
}

// apply writes the changes if that is wanted.
func (o *fixOptions) apply(plan *mend.Plan, may *mend.Options, in io.Reader, errs io.Writer) error {
	files := report.Count(int64(len(plan.Changes)), "file", "files")
	switch {
	case len(plan.Changes) == 0 && len(plan.Left) == 0:
		notices(errs)("no account IDs to replace")
		return nil
	case len(plan.Changes) == 0:
		return verdict(exitFindings)
	case !o.write && !confirmed(in, errs, "Change "+files+"?"):
		notices(errs)("nothing was written: --write changes " + files)
		return verdict(exitFindings)
	}
	var failed []error
	for _, c := range plan.Changes {
		failed = append(failed, may.Write(c))
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	notices(errs)(files + " changed; the history holds the values still: see deputy purge")
	if len(plan.Left) > 0 {
		return verdict(exitFindings)
	}
	return nil
}

// confirmed asks at a terminal; anywhere else the answer is no.
func confirmed(in io.Reader, errs io.Writer, question string) bool {
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	_, _ = fmt.Fprint(errs, question+" [y/N] ")
	answer, _ := bufio.NewReader(f).ReadString('\n') // what cannot be read is no yes
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
