package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/filterrepo"
	"github.com/deputy-sec/deputy/scanner/mend"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

func newPurge() *cobra.Command {
	var (
		config run.Config
		from   configFlags
		file   string
	)
	cmd := &cobra.Command{
		Use:   "purge --replace-text FILE [TARGET]",
		Short: "Write what git filter-repo needs to take values out of a history",
		Long: `Scans a repository with its whole history and writes an expression for every value that it
finds to FILE, as 'git filter-repo --replace-text FILE' reads it. Account IDs become the
placeholders that 'deputy fix' uses, everything else ` + filterrepo.Removed + `. deputy changes no
history itself.

FILE holds the values themselves: it is readable by you alone, and must not lie in a
repository. Remove it when you are done. What the expressions do not reach is said:
messages, names, authors, documents, binary files.

In this order: rotate what can be rotated, since a rewritten history is still in every
clone; 'deputy fix' the files and commit; purge a fresh clone, push it by force, and have
everybody clone anew and the host remove what it caches; notify whom the values belong to.

Exit codes: 0 the file was written, or there is nothing to purge; 2 it could not be.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{target.Here}
			}
			if file == "" {
				return errors.New("purge needs --replace-text FILE")
			}
			if _, _, err := from.load(cmd.Flags(), &config, args[0]); err != nil {
				return err
			}
			knownBeside(&config, args[0], false, notices(cmd.ErrOrStderr()))
			config.Baseline, config.Values, config.Forms = "", true, true
			return purge(cmd, args, file, config)
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&file, "replace-text", "", "write the expressions to `FILE`, outside of any repository")
	from.flags(f)
	scanFlags(f, &config)
	return cmd
}

func purge(cmd *cobra.Command, args []string, file string, config run.Config) error {
	var outside []string
	if root := target.Requests(args, target.Options{})[0].Root(); root != "" {
		outside = append(outside, root)
	}
	out, err := filterrepo.Create(file, outside...) // before the scan, which may take long
	if err != nil {
		return err
	}
	defer out.Abandon()
	notice := notices(cmd.ErrOrStderr())
	scan, err := run.New(config, notice, logOf(cmd.Context()))
	if err != nil {
		return err
	}
	result, err := scanWith(cmd.Context(), scan, args, cmd.InOrStdin(), cmd.ErrOrStderr())
	switch {
	case err != nil:
		return err
	case result.Repository == nil:
		return fmt.Errorf("%s: no repository, so there is no history to purge", args[0])
	case len(result.Findings) == 0:
		notice("nothing to purge")
		return nil
	}
	placeholders, err := mend.NewPlaceholders(result.Findings, func(string) bool { return false })
	if err != nil {
		return err
	}
	history := mend.Purge(result.Findings, placeholders)
	if _, err := filterrepo.Write(out, history.Expressions); err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	notice(fmt.Sprintf("%s: %s for %s; it holds the values: remove it when you are done", file,
		report.Count(int64(len(history.Expressions)), "expression", "expressions"), report.Count(int64(len(result.Findings)), "finding", "findings")))
	for _, u := range history.Unreached {
		notice(fmt.Sprintf("not reached: %s in %s (%s): %s", report.Count(int64(u.Values), "value", "values"), u.Where,
			report.Printable(strings.Join(u.Places, ", ")), u.By))
	}
	if n := len(result.Unexamined); n > 0 {
		notice(report.Count(int64(n), "thing was", "things were") + " not examined (deputy scan lists them)")
	}
	notice("first rotate what can be rotated; then git filter-repo --replace-text in a fresh clone; then notify whom it belongs to")
	return nil
}
