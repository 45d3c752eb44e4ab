package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/detect/gitleaksrules"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/suppress/ignore"
)

func newMigrate() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate [DIR]",
		Short: "Say what of another scanner's configuration is taken over, and what is not",
		Long: `Looks in DIR (default: the current directory) for what other scanners leave there and says
of each what deputy does with it: rules and allowlists of gitleaks and betterleaks, ignored
findings, baselines of gitleaks and detect-secrets, hooks. Nothing is written: deputy reads
these files as they are.

Exit codes: 0 all that was found is taken over; 1 some of it is not; 2 it could not run.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "."
			if len(args) > 0 {
				dir = args[0]
			}
			if info, err := os.Stat(dir); err != nil {
				return err
			} else if !info.IsDir() {
				return fmt.Errorf("%s: not a directory", dir)
			}
			m := &migration{dir: dir, out: cmd.OutOrStdout()}
			return m.run()
		},
	}
}

// migration says what becomes of the files in a directory.
type migration struct {
	dir   string
	out   io.Writer
	found int
	left  int // things that are not taken over
	err   error
}

// migrated are the files of other scanners, and what reads them.
var migrated = []struct {
	names []string
	read  func(m *migration, name string)
}{
	{[]string{".gitleaks.toml", "gitleaks.toml", ".betterleaks.toml", "betterleaks.toml"}, (*migration).rules},
	{[]string{".gitleaksignore", ".betterleaksignore"}, (*migration).ignored},
	{[]string{"gitleaks-report.json", "gitleaks-baseline.json", ".gitleaks-baseline.json", ".secrets.baseline"}, (*migration).baseline},
	{[]string{".pre-commit-config.yaml"}, (*migration).hooks},
	{[]string{".trufflehog.yml", ".trufflehog.yaml", ".gitguardian.yml", ".gitguardian.yaml", ".kingfisher.yml", ".kingfisher.yaml"}, (*migration).unknown},
}

func (m *migration) run() error {
	for _, sort := range migrated {
		for _, name := range sort.names {
			info, err := os.Stat(filepath.Join(m.dir, name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil || !info.Mode().IsRegular() {
				m.not(name, "no regular file")
				continue
			}
			m.found++
			sort.read(m, name)
		}
	}
	switch {
	case m.err != nil:
		return m.err
	case m.found == 0:
		m.say("", "nothing of another scanner's is here")
	case m.left > 0:
		return verdict(exitFindings)
	}
	return m.err
}

func (m *migration) say(name, what string) {
	line := report.Printable(what)
	if name != "" {
		line = name + ": " + line
	}
	if _, err := fmt.Fprintln(m.out, line); err != nil {
		m.err = err
	}
}

func (m *migration) not(name, why string) {
	m.left++
	m.say(name, "not taken over: "+why)
}

// rules says which rules of a configuration of gitleaks are used.
func (m *migration) rules(name string) {
	file := filepath.Join(m.dir, name)
	set, err := gitleaksrules.Load(file, func(string) bool { return false })
	if err != nil {
		m.not(name, err.Error())
		return
	}
	how := "by itself"
	if name != run.GitleaksName {
		how = "by --rules " + name
	}
	m.say(name, report.Count(int64(len(set.Rules())), "rule is", "rules are")+" used "+how)
	for _, w := range set.Warnings {
		m.not(name, strings.TrimPrefix(w, file+": "))
	}
}

func (m *migration) ignored(name string) {
	in, err := os.Open(filepath.Join(m.dir, name))
	if err != nil {
		m.not(name, err.Error())
		return
	}
	defer in.Close()
	list := &ignore.List{}
	if err := list.ReadGitleaks(in, name); err != nil {
		m.not(name, err.Error())
		return
	}
	what := report.Count(int64(list.Len()), "entry is", "entries are")
	if name == ignore.GitleaksFileName {
		m.say(name, what+" used by itself, as long as the lines stay; a .deputyignore holds what outlives that")
		return
	}
	m.not(name, what+" used if the file is called "+ignore.GitleaksFileName)
}

func (m *migration) baseline(name string) {
	b, err := run.ReadBaseline(filepath.Join(m.dir, name), finding.NewFingerprinter(nil))
	switch {
	case err != nil:
		m.not(name, err.Error())
	case b.Foreign() == "":
		m.say(name, "is deputy's own")
	default:
		m.say(name, fmt.Sprintf("%s of %s are known by --baseline %s", report.Count(int64(b.Known()), "finding", "findings"), b.Foreign(), name))
	}
}

// hooks names the hooks of others: they stay until somebody takes them out.
func (m *migration) hooks(name string) {
	data, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil {
		m.not(name, err.Error())
		return
	}
	for _, hook := range []string{"gitleaks", "betterleaks", "detect-secrets", "trufflehog", "ggshield", "kingfisher"} {
		if strings.Contains(string(data), "id: "+hook) {
			m.not(name, "the hook "+hook+": put deputy's in its place (id: deputy)")
		}
	}
}

func (m *migration) unknown(name string) { m.not(name, "nothing of its form is known here") }
