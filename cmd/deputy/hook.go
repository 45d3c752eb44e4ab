package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/suggest"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/target"
)

func newHook() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hook",
		Short: "Scan by itself: before commits, before pushes, on a server, for coding agents",
		Long: `Installs hooks of git that scan what a commit or a push adds, and answers the
hooks of coding agents.

  deputy hook install                     before every commit here
  deputy hook install pre-push            before every push
  deputy hook install pre-receive         on a server, for whatever is pushed to it
  deputy hook status                      what is installed, and where
  deputy hook uninstall                   as it was before
  deputy hook agent                       a tool call of a coding agent: allow or deny

A hook that is there already stays and goes first. core.hooksPath and husky are
respected; where lefthook or another manager owns the hooks, what to add to its
configuration is said instead. A .deputy-baseline.json in the repository is used.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHookInstall(), newHookUninstall(), newHookStatus(), newHookRun(), newHookAgent())
	return cmd
}

// hookNames are the hooks of git that we know what to scan in.
var hookNames = []string{"pre-commit", "pre-push", "pre-receive"}

// namedHooks returns the hooks that arguments name.
func namedHooks(args, otherwise []string) ([]string, error) {
	if len(args) == 0 {
		return otherwise, nil
	}
	for _, a := range args {
		if !slices.Contains(hookNames, a) {
			return nil, fmt.Errorf("unknown hook %q: want %s", a, suggest.OneOf(hookNames))
		}
	}
	return args, nil
}

func newHookInstall() *cobra.Command {
	var shared bool
	cmd := &cobra.Command{
		Use:   "install [HOOK...]",
		Short: "Install hooks (default pre-commit)",
		Long: `Installs hooks in the repository around the current directory: pre-commit (the
default), pre-push or pre-receive.

Exit codes: 0 they are installed; 2 they could not be, or another program owns the
hooks, and what to add to its configuration was said.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := namedHooks(args, hookNames[:1])
			if err != nil {
				return err
			}
			h, err := findHooks()
			if err != nil {
				return err
			}
			for _, name := range names {
				done, err := h.install(name, shared)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), done); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&shared, "shared", false, "install also into a directory of hooks that other repositories use, too")
	return cmd
}

func newHookUninstall() *cobra.Command {
	return &cobra.Command{
		Use:   "uninstall [HOOK...]",
		Short: "Remove hooks (default all of ours), and put back what was there before",
		RunE: func(cmd *cobra.Command, args []string) error {
			names, err := namedHooks(args, hookNames)
			if err != nil {
				return err
			}
			h, err := findHooks()
			if err != nil {
				return err
			}
			for _, name := range names {
				done, err := h.uninstall(name)
				if err != nil {
					return err
				}
				if done == "" && len(args) == 0 {
					continue
				}
				if done == "" {
					done = name + ": not ours"
				}
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), done); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func newHookStatus() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say which hooks are installed, and where",
		Long: `Says which hooks are installed, and where.

Exit codes: 0 at least one is; 1 none is; 2 that cannot be told.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			h, err := findHooks()
			if err != nil {
				return err
			}
			any := false
			for _, name := range hookNames {
				state, ours := h.status(name)
				any = any || ours
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%-12s %s\n", name, state); err != nil {
					return err
				}
			}
			if !any {
				return verdict(exitFindings)
			}
			return nil
		},
	}
}

// newHookRun is what the installed hooks call.
func newHookRun() *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "run [HOOK] [ARG...]",
		Short: "Scan as a hook: what git says on the command line and standard input",
		Long: `Scans what a hook of git is asked about: for pre-commit what is staged, for
pre-push and pre-receive what the refs on standard input bring. Without a name it is
what the pre-commit framework asks for.

Exit codes are those of deputy scan.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			}
			_, _, err := o.file.load(cmd.Flags(), &o.config, ".")
			if err != nil {
				return err
			}
			switch name {
			case "":
				if err = lockedIndex(); err == nil {
					err = o.framework(os.Getenv)
				}
			case "pre-commit":
				o.config.Target.Staged = true
			case "pre-push":
				err = o.pushed(cmd.InOrStdin(), func(f []string) (old, now string) { return f[3], f[1] }, lackedBy(args[1:]))
			case "pre-receive":
				err = o.pushed(cmd.InOrStdin(), func(f []string) (old, now string) { return f[0], f[1] }, lackedByAll)
			default:
				_, err = namedHooks(args[:1], nil)
			}
			if errors.Is(err, errNothingPushed) {
				return nil
			}
			if err != nil {
				return err
			}
			return o.runHook(cmd.Context(), name, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.color, "color", "auto", "colour the text report: `WHEN` is auto, always or never")
	f.BoolVar(&o.config.FailOnUnexamined, "fail-on-unexamined", false, "refuse also if anything could not be read")
	o.file.flags(f)
	scanFlags(f, &o.config)
	f.StringVar(&o.config.Baseline, "baseline", "", "refuse only what `FILE` does not know (default "+defaultBaseline+" in the repository, if there is one)")
	return cmd
}

// framework chooses what to scan by what the pre-commit framework says: a range in
// its hooks before a push, and else what is staged.
func (o *scanOptions) framework(getenv func(string) string) error {
	from, to := getenv("PRE_COMMIT_FROM_REF"), getenv("PRE_COMMIT_TO_REF")
	switch {
	case to == "":
		o.config.Target.Staged = true
	case from == "":
		o.config.Target.Range = strings.Repeat("0", len(to)) + ".." + to
	default:
		o.config.Target.Range = from + ".." + to
	}
	return nil
}

// lockedIndex finds the index of a commit that is under way where nobody says which it
// is: into a container the framework hands on no environment. While git commit -a or
// git commit FILE asks its hooks, the index lies in a lock.
func lockedIndex() error {
	if os.Getenv("GIT_INDEX_FILE") != "" {
		return nil
	}
	dir, err := hookRepository()
	if err != nil {
		return err
	}
	partial, err := filepath.Glob(filepath.Join(dir.Git, "next-index-*.lock"))
	if err != nil {
		return err
	}
	for _, file := range append(partial, filepath.Join(dir.Git, "index.lock")) {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return os.Setenv("GIT_INDEX_FILE", file)
		}
	}
	return nil
}

var errNothingPushed = errors.New("nothing is pushed")

// lackedByAll is what no ref of a server has of a commit, see the ranges of deputy scan.
func lackedByAll(now string) string { return strings.Repeat("0", len(now)) + ".." + now }

// lackedBy returns what is lacked of a commit by the remote that is pushed to: others may
// have it, and be for other eyes. A remote without a name has had nothing yet.
func lackedBy(args []string) func(now string) string {
	if len(args) == 0 || strings.ContainsAny(args[0], "*?[\\ \t:") {
		return func(now string) string { return now }
	}
	return func(now string) string { return now + " --not --remotes=" + args[0] + " --not" }
}

// pushed chooses what the refs on standard input bring. Each line has as many words as
// ends takes them from; of a ref whose old end is not here it is what lacked says.
func (o *scanOptions) pushed(in io.Reader, ends func(words []string) (old, now string), lacked func(now string) string) error {
	var ranges []string
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 {
			return fmt.Errorf("standard input: %d words in a line, want those that git writes", len(words))
		}
		words = append(words, "") // pre-receive has three
		old, now := ends(words)
		if strings.Trim(now, "0") == "" {
			continue // a ref that is deleted brings nothing
		}
		if strings.Trim(old, "0") == "" {
			o.config.Target.Refs = append(o.config.Target.Refs, words[2]) // its name is new
		}
		if known(old) {
			ranges = append(ranges, old+".."+now)
		} else {
			ranges = append(ranges, lacked(now))
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	if len(ranges) == 0 {
		return errNothingPushed
	}
	o.config.Target.Range = strings.Join(ranges, " ")
	return nil
}

// known reports whether an object is here: a remote may have moved on.
func known(id string) bool {
	if strings.Trim(id, "0") == "" {
		return false
	}
	dir, err := hookRepository()
	if err != nil {
		return false
	}
	return dir.Has(id)
}

func hookRepository() (*gitdir.Dir, error) {
	env, err := gitdir.ReadEnvironment(os.Getenv)
	if err != nil {
		return nil, err
	}
	return env.Here()
}

// runHook scans, and says how to go on when it refuses.
func (o *scanOptions) runHook(ctx context.Context, name string, out, errs io.Writer) error {
	if dir, err := hookRepository(); err == nil && dir.WorkTree != "" {
		knownBeside(&o.config, dir.WorkTree, true, notices(errs))
	}
	err := o.run(ctx, []string{target.Here}, strings.NewReader(""), out, errs)
	var v verdict
	if errors.As(err, &v) && v == exitFindings {
		notices(errs)(refused[name])
	}
	return err
}

// refused says what to do about a refusal.
var refused = map[string]string{
	"":            "refused: take the values out, or allow them with a reason (deputy:allow RULE reason)",
	"pre-commit":  "the commit is refused: take the values out, or allow them with a reason (deputy:allow RULE reason); git commit --no-verify goes around this",
	"pre-push":    "the push is refused: the commits above hold the values; git push --no-verify goes around this",
	"pre-receive": "the push is refused: rewrite the commits above so that they do not hold the values",
}
