package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/internal/suggest"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/run"
)

// scanFlags lets flags fill the configuration of a scan. The verbs that scan share them.
func scanFlags(f *pflag.FlagSet, c *run.Config) {
	*c = run.Default()
	f.BoolVar(&c.All, "all", false, "report documentation examples and vendors' published accounts too")
	f.StringVar(&c.Accounts, "accounts", "", "inventory `FILE` that says whose an account is (see deputy accounts)")
	ruleFlags(f, &c.Rules)
	f.StringArrayVar(&c.Ignore, "ignore", nil, "leave out what `FILE` says is meant to be there (default .deputyignore and .gitleaksignore of the repository); may be repeated")
	keyFlag(f, &c.KeyFile)
	targetFlags(f, &c.Target)
	f.BoolVar(&c.Documents.Off, "no-documents", false, "search PDFs, office files, archives and pictures as they are, without reading them")
	documentFlags(f, &c.Documents)
	f.BoolVar(&c.Exhaustive, "exhaustive", false, "match every version of a file in full, not only what is new in it")
	f.IntVarP(&c.Jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how much to do at once, in `JOBS`")
	f.Var((*size)(&c.MaxMemory), "max-memory", "about how much memory to take beside packs and documents (default 128M and half the size of the packs)")
	f.DurationVar(&c.MaxTime, "max-time", 0, "how long the scan of one target may take, on the clock, as `DURATION`; what is left then is unexamined (default no bound)")
	f.StringVar(&c.State, "state", "", "remember in `FILE` what was examined, and leave out the next time what holds nothing or has not changed")
}

func ruleFlags(f *pflag.FlagSet, files *[]string) {
	f.StringArrayVar(files, "rules", nil, "use the rules of a gitleaks configuration `FILE`, too; may be repeated")
}

func keyFlag(f *pflag.FlagSet, file *string) {
	f.StringVar(file, "fingerprint-key", "", "read the key of the fingerprints from `FILE` (default $"+run.KeyVariable+")")
}

// targetFlags say what of a target is read.
func targetFlags(f *pflag.FlagSet, t *run.Target) {
	f.BoolVar(&t.Staged, "staged", false, "scan only what is staged for the next commit")
	f.Var((*nonEmpty)(&t.Range), "range", "scan only what commits brought: `A..B`, or whatever else git rev-list takes")
	f.Var((*nonEmpty)(&t.Since), "since", "scan only what the commits of all refs brought after `COMMIT` or a date such as 2006-01-02")
	f.BoolVar(&t.HistoryOnly, "history-only", false, "leave out the index and the work tree")
	f.BoolVar(&t.NoHistory, "no-history", false, "leave out the history")
	f.BoolVar(&t.IncludeIgnored, "include-ignored", false, "scan files that .gitignore leaves out, too")
	f.StringArrayVar(&t.Include, "include", nil, "scan only paths that match `GLOB` (doublestar); may be repeated")
	f.StringArrayVar(&t.Exclude, "exclude", nil, "leave out paths that match `GLOB`; may be repeated")
}

// nonEmpty is a flag whose value must not be empty, as it is of a variable in a script
// that is not set.
type nonEmpty string

// Set implements pflag.Value.
func (n *nonEmpty) Set(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("it is empty")
	}
	*n = nonEmpty(text)
	return nil
}

// String implements pflag.Value.
func (n *nonEmpty) String() string { return string(*n) }

// Type implements pflag.Value.
func (n *nonEmpty) Type() string { return "string" }

// documentFlags say how documents are read.
func documentFlags(f *pflag.FlagSet, d *run.Documents) {
	l := &d.Limits
	*l = extract.Defaults()
	f.Var(choice(&l.OCR, map[string]extract.OCR{"auto": extract.OCRAuto, "off": extract.OCROff, "require": extract.OCRRequire}),
		"ocr", "read pictures: `WHEN` is auto (if tesseract is installed), off or require")
	f.DurationVar(&l.Time, "max-document-time", l.Time, "how much processor time one document may take, with all that lies in it, as `DURATION`")
	f.Var((*size)(&l.Memory), "max-document-memory", "how much memory reading one document may take")
	f.Var((*size)(&l.Text), "max-document-text", "how much text to take from one document")
	f.Var((*size)(&l.Whole), "max-document-size", "largest document of a format that has to be held in memory")
	f.IntVar(&l.Parts, "max-document-parts", l.Parts, "how many parts of one document to open, as `NUMBER`")
	f.IntVar(&l.Depth, "max-document-depth", l.Depth, "how deep to look for documents in documents, as `NUMBER`")
	f.Int64Var(&l.Pixels, "max-pixels", l.Pixels, "largest picture to read, in `PIXELS`")
}

// chosen is a flag that takes one of a few words.
type chosen[T comparable] struct {
	value *T
	words map[string]T
}

// choice returns a flag that takes one of the words and sets value to what it stands for.
func choice[T comparable](value *T, words map[string]T) pflag.Value { return &chosen[T]{value, words} }

// Set implements pflag.Value.
func (c *chosen[T]) Set(word string) error {
	v, ok := c.words[word]
	if !ok {
		return fmt.Errorf("want %s", suggest.OneOf(c.names()))
	}
	*c.value = v
	return nil
}

// String implements pflag.Value.
func (c *chosen[T]) String() string {
	for word, v := range c.words {
		if c.value != nil && v == *c.value {
			return word
		}
	}
	return ""
}

// Type implements pflag.Value.
func (c *chosen[T]) Type() string { return "WORD" }

func (c *chosen[T]) names() []string {
	names := make([]string, 0, len(c.words))
	for word := range c.words {
		names = append(names, word)
	}
	slices.Sort(names)
	return names
}

// configFlags say which configuration file is read.
type configFlags struct {
	file string
	none bool
}

func (o *configFlags) flags(f *pflag.FlagSet) {
	f.StringVar(&o.file, "config", "", "read the configuration from `FILE` (default "+run.FileName+" of the target, or above it)")
	f.BoolVar(&o.none, "no-config", false, "read no configuration file")
}

// load lays a configuration file under the flags that were given: what a flag says goes
// before what the file says, and that before the default. It returns the file's name, ""
// if there is none, and the keys that it sets.
func (o *configFlags) load(f *pflag.FlagSet, c *run.Config, target string) (name string, keys map[string]int, err error) {
	name = o.file
	switch {
	case o.none:
		return "", nil, nil
	case name == "":
		name = run.FindFile(target)
	}
	if name == "" {
		return "", nil, nil
	}
	again := given(f)
	jobs := c.Jobs
	*c = run.Default()
	c.Jobs = jobs
	if keys, err = run.ReadFile(name, c); err != nil {
		return "", nil, fmt.Errorf("config: %w", err)
	}
	if len(c.Settings) > 0 { // they may speak of what other verbs find
		c.Others = append(checkIDs(), analyzers.Names()...)
	}
	return name, keys, again()
}

// given returns what gives the flags that were given their values once more.
func given(f *pflag.FlagSet) (again func() error) {
	var all []func() error
	f.Visit(func(flag *pflag.Flag) {
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values := list.GetSlice()
			all = append(all, func() error { return list.Replace(values) })
			return
		}
		value := flag.Value.String()
		all = append(all, func() error { return flag.Value.Set(value) })
	})
	return func() error {
		for _, set := range all {
			if err := set(); err != nil {
				return err
			}
		}
		return nil
	}
}
