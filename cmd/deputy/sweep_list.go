package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// sweepTargets are the flags that say what is swept.
type sweepTargets struct{ file, folder string }

func (s *sweepTargets) flags(f *pflag.FlagSet) {
	f.StringVar(&s.file, "config", "", "sweep what the configuration `FILE` names (see deputy sweep schema)")
	f.StringVar(&s.folder, "repos", "", "sweep the repositories in `DIR`, bare or not")
}

// load returns the configuration that the flags name.
func (s *sweepTargets) load() (*config.Config, error) {
	switch {
	case (s.file == "") == (s.folder == ""):
		return nil, errors.New("want one of --config and --repos")
	case s.folder != "":
		return config.Folder(s.folder), nil
	}
	c, err := config.Read(s.file)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return c, nil
}

func newSweepList() *cobra.Command {
	var (
		targets sweepTargets
		format  string
		strict  bool
	)
	cmd := &cobra.Command{
		Use: "list (--config FILE | --repos DIR)", Short: "Say what would be swept, and why something is left out",
		Long: `Asks the hosts that the configuration names for their repositories, and lists what would
be swept, what the filters leave out, and what could not be listed, with the reasons.

Exit codes: 0 there is something to sweep; 2 it could not run, or there is nothing to
sweep; 3 with --fail-on-unexamined, a target could not be listed whole.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, ok := listFormats[format]
			if !ok {
				return fmt.Errorf("unknown --format %q: want text or json", format)
			}
			c, err := targets.load()
			if err != nil {
				return err
			}
			l, err := listTargets(cmd.Context(), c)
			if err != nil {
				return err
			}
			if err := write(cmd.OutOrStdout(), l); err != nil {
				return err
			}
			if _, err := fmt.Fprintf(cmd.ErrOrStderr(), "%s to sweep, %s left out, %s could not be listed\n",
				report.Thousands(int64(l.count(wanted))), report.Thousands(int64(l.count(leftOut))), report.Thousands(int64(l.count(unlisted)))); err != nil {
				return err
			}
			switch {
			case l.count(wanted) == 0:
				return errors.New("there is nothing to sweep")
			case strict && l.count(unlisted) > 0:
				return verdict(exitUnexamined)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	targets.flags(f)
	f.StringVar(&format, "format", "text", "write text or json, as `FORMAT`")
	f.BoolVar(&strict, "fail-on-unexamined", false, "exit with 3 if a target could not be listed whole")
	return cmd
}

// listing is what targets hold, in the order of people.
type listing struct{ rows []host.Row }

func listTargets(ctx context.Context, c *config.Config) (*listing, error) {
	hosts, err := c.Hosts(config.Network{})
	if err != nil {
		return nil, err
	}
	l := &listing{rows: slices.Collect(host.All(ctx, hosts.Listers))}
	slices.SortStableFunc(l.rows, func(a, b host.Row) int {
		return cmp.Or(cmp.Compare(fateOf(a), fateOf(b)), strings.Compare(a.Target, b.Target), strings.Compare(listedName(a), listedName(b)))
	})
	return l, ctx.Err()
}

// fate is what becomes of a row.
type fate int

const (
	wanted fate = iota
	leftOut
	unlisted
)

func fateOf(r host.Row) fate {
	switch r.Cause {
	case "":
		return wanted
	case host.Failed:
		return unlisted
	}
	return leftOut
}

func (l *listing) count(f fate) (n int) {
	for _, r := range l.rows {
		if fateOf(r) == f {
			n++
		}
	}
	return n
}

func listedName(r host.Row) string {
	if r.Repository == nil {
		return ""
	}
	return r.Repository.FullName
}

var listFormats = map[string]func(io.Writer, *listing) error{"text": writeListing, "json": writeListingJSON}

// writeListing writes a line for each row.
func writeListing(w io.Writer, l *listing) error {
	for _, r := range l.rows {
		line := r.Target
		if r.Repository != nil {
			line += "  " + r.Repository.FullName
			if r.Repository.Kind != host.Git {
				line += " (" + string(r.Repository.Kind) + ")"
			}
		}
		switch fateOf(r) {
		case leftOut:
			line += "  left out: " + r.Reason
		case unlisted:
			line += "  not listed: " + r.Reason
		}
		if _, err := fmt.Fprintln(w, report.Printable(line)); err != nil {
			return err
		}
	}
	return nil
}

// listedRow is a row in JSON. Field names are stable.
type listedRow struct {
	Target        string     `json:"target"`
	Cause         host.Cause `json:"cause,omitempty"`
	Reason        string     `json:"reason,omitempty"`
	Host          string     `json:"host,omitempty"`
	ID            string     `json:"id,omitempty"`
	Kind          host.Kind  `json:"kind,omitempty"`
	FullName      string     `json:"full_name,omitempty"`
	CloneURL      string     `json:"clone_url,omitempty"`
	WebURL        string     `json:"web_url,omitempty"`
	DefaultBranch string     `json:"default_branch,omitempty"`
	Archived      bool       `json:"archived,omitempty"`
	Fork          bool       `json:"fork,omitempty"`
	Empty         bool       `json:"empty,omitempty"`
	Private       bool       `json:"private,omitempty"`
	SizeKB        int64      `json:"size_kb,omitempty"`
	PushedAt      *time.Time `json:"pushed_at,omitempty"`
}

func writeListingJSON(w io.Writer, l *listing) error {
	out := struct {
		Version int         `json:"version"`
		Sweep   []listedRow `json:"sweep"`
		LeftOut []listedRow `json:"left_out"`
		Failed  []listedRow `json:"failed"`
	}{1, []listedRow{}, []listedRow{}, []listedRow{}}
	into := map[fate]*[]listedRow{wanted: &out.Sweep, leftOut: &out.LeftOut, unlisted: &out.Failed}
	for _, r := range l.rows {
		list := into[fateOf(r)]
		*list = append(*list, listed(r))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func listed(r host.Row) listedRow {
	out := listedRow{Target: r.Target, Cause: r.Cause, Reason: r.Reason}
	if repo := r.Repository; repo != nil {
		out.Host, out.ID, out.Kind, out.FullName = repo.Host, repo.ID, repo.Kind, repo.FullName
		out.CloneURL, out.WebURL, out.DefaultBranch = repo.CloneURL, repo.WebURL, repo.DefaultBranch
		out.Archived, out.Fork, out.Empty, out.Private, out.SizeKB = repo.Archived, repo.Fork, repo.Empty, repo.Private, repo.SizeKB
		if !repo.PushedAt.IsZero() {
			out.PushedAt = &repo.PushedAt
		}
	}
	return out
}

func newSweepSchema() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON schema of a sweep's configuration",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), config.Schema)
			return err
		},
	}
}
