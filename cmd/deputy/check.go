package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/checks"
	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/internal/pathglob"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/externalid"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/diagnostic"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
	"github.com/deputy-sec/deputy/scanner/suppress/settings"
)

// checkOptions are the flags of check, as given.
type checkOptions struct {
	output      scanOptions // its format, outputs and colour
	file        configFlags
	config      run.Config // what of it checks share with scans
	newBaseline string
	only        []string
}

func newCheck() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [PATHS...]",
		Short: "Hold templates, policies and API specs against the guide for vendors",
		Long: `Reads CloudFormation, SAM, serverless.yml, Terraform, plans, and IAM policies, those in
documentation and scripts included, and specs of APIs, and says which role trusts a whole
account, whose External ID is optional, constant or a wildcard, and what to write
instead. The default is the directory at hand.

A check fails (a finding), passes (counted) or is unresolved: the tree does not say,
and the report lists what would have to be known. Whose an account is, --accounts says
(see 'deputy accounts'); accounts that vendors publish are known.

Nothing is fetched. References are followed within the tree: the repository, or the
directory where there is none. Directories named .git, node_modules and .terraform hold
the work of others and are not read.

Exit codes: 0 nothing found; 1 findings; 2 it could not run, or nothing was examined; 3
with --fail-on-unexamined, nothing found but something is unresolved or could not be
examined.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"."}
			}
			if _, _, err := o.file.load(cmd.Flags(), &o.config, args[0]); err != nil {
				return err
			}
			return o.run(cmd.Context(), args, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.output.format, "format", "", formatHelp())
	f.StringArrayVarP(&o.output.outputs, "output", "o", nil, "write the report to `FILE` instead of standard output; may be repeated")
	f.StringVar(&o.output.color, "color", "auto", "colour the text report: `WHEN` is auto, always or never")
	o.config = run.Default()
	f.StringVar(&o.config.Accounts, "accounts", "", "inventory `FILE` that says whose an account is (see deputy accounts)")
	keyFlag(f, &o.config.KeyFile)
	f.StringVar(&o.config.Baseline, "baseline", "", "report only what `FILE` does not know")
	f.StringVar(&o.newBaseline, "create-baseline", "", "write what is found to `FILE`, so that --baseline knows it")
	f.StringSliceVar(&o.only, "checks", nil, "run only these `CHECKS`, separated by commas")
	f.IntVarP(&o.config.Jobs, "jobs", "j", runtime.GOMAXPROCS(0), "how much to do at once, in `JOBS`")
	f.BoolVar(&o.config.FailOnUnexamined, "fail-on-unexamined", false, "exit with 3 if something is unresolved or could not be examined")
	f.StringArrayVar(&o.config.Target.Include, "include", nil, "check only paths that match `GLOB` (doublestar); may be repeated")
	f.StringArrayVar(&o.config.Target.Exclude, "exclude", nil, "leave out paths that match `GLOB`; may be repeated")
	o.file.flags(f)
	return cmd
}

func (o *checkOptions) run(ctx context.Context, paths []string, stdout, stderr io.Writer) error {
	outputs, err := o.output.wanted(stdout, notices(stderr))
	if err != nil {
		return err
	}
	outputs, unwritten := openOutputs(outputs, false)
	defer abandon(outputs)
	if len(outputs) == 0 {
		return unwritten
	}
	key, err := run.ReadKey(o.config.KeyFile)
	if err != nil {
		return err
	}
	prints := finding.NewFingerprinter(key)
	inventory, err := o.config.WhoseAccounts(prints)
	if err != nil {
		return err
	}
	changes, err := o.settings()
	if err != nil {
		return err
	}
	start := time.Now()
	// What a file leaves is garbage as soon as the file is judged, and small beside the
	// bound of memory: a third of all time went into collecting it.
	defer debug.SetGCPercent(debug.SetGCPercent(300))
	found, err := o.examine(ctx, paths, inventory)
	if err != nil {
		return err
	}
	result := checkResult(found, prints)
	changes.Apply(&result.Result)
	if o.newBaseline != "" {
		if err := rememberFindings(o.newBaseline, baseline.New(prints, result.Findings)); err != nil {
			return err
		}
	}
	if err := o.forget(result, prints); err != nil {
		return err
	}
	result.Stats.Seconds = time.Since(start).Seconds()
	if err := errors.Join(unwritten, writeDiagnosed(outputs, result, diagnostic.Writer{Severity: true, Counts: verdictCounts(result, found.Examined)})); err != nil {
		return err
	}
	switch {
	case len(result.Findings) > 0:
		return verdict(exitFindings)
	case found.Files == 0:
		return errors.New("nothing was examined: no files")
	case o.config.FailOnUnexamined && (len(found.Unexamined) > 0 || len(found.Unresolved) > 0):
		return verdict(exitUnexamined)
	}
	return nil
}

// settings returns what the configuration changes of checks. It may speak of the rules of
// scans, too.
func (o *checkOptions) settings() (settings.Set, error) {
	if len(o.config.Settings) == 0 {
		return nil, nil
	}
	rules, err := run.LoadRules(o.config.Rules, o.config.Custom)
	if err != nil {
		return nil, err
	}
	o.config.Others = append(o.config.Others, rules.IDs()...)
	return o.config.SettingsOf(checkRules())
}

// rememberFindings writes a baseline in place of the file, as a whole or not at all.
func rememberFindings(name string, b *baseline.Baseline) error {
	out, err := openOutput(name, false)
	if err != nil {
		return err
	}
	defer out.abandon()
	return out.fill(b.Write)
}

// forget takes out what a baseline knows.
func (o *checkOptions) forget(r *report.Result, prints *finding.Fingerprinter) error {
	known, err := run.ReadBaseline(o.config.Baseline, prints)
	if err != nil || known == nil {
		return err
	}
	r.Findings, r.Known = known.New(r.Findings, nil)
	return nil
}

// examine runs the checks over all paths that were named.
func (o *checkOptions) examine(ctx context.Context, paths []string, inventory *accounts.Inventory) (*checks.Report, error) {
	options := checks.Options{
		Accounts: ownership{inventory}, Placeholder: externalid.Placeholder, Only: o.only, Jobs: o.config.Jobs,
	}
	all := &checks.Report{}
	trees, err := treesOf(paths)
	if err != nil {
		return nil, err
	}
	chosen, err := o.chosen()
	if err != nil {
		return nil, err
	}
	for _, t := range trees {
		t.chosen = chosen
		r, err := t.check(ctx, options)
		if err != nil {
			return nil, err
		}
		all.Add(r)
	}
	return all, nil
}

// ownership tells whose an account is: first what the inventory says, then what AWS and
// vendors publish.
type ownership struct{ inventory *accounts.Inventory }

// Owner implements [checks.Accounts].
func (o ownership) Owner(account string) (checks.Owner, string) {
	if e, ok := o.inventory.Lookup(account); ok {
		switch e.Class {
		case finding.Own:
			return checks.Own, e.Name
		case finding.Vendor:
			return checks.Foreign, e.Name
		}
		return checks.Unknown, e.Name
	}
	owner, ok := awsaccount.Published(account)
	switch {
	case !ok:
		return checks.Unknown, ""
	case owner == "AWS" || owner == "Amazon":
		return checks.AWS, owner
	}
	return checks.Foreign, owner
}

// tree is a repository, or a directory that is in none, with the parts of it that are to
// be checked.
type tree struct {
	root   string
	parts  []string // slash-separated, relative to root; "." for all of it
	chosen func(name string) bool
}

// treesOf groups paths by the repository that they lie in.
func treesOf(paths []string) ([]*tree, error) {
	var trees []*tree
	for _, name := range paths {
		full, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		if full, err = filepath.EvalSymlinks(full); err != nil {
			return nil, err
		}
		root, err := rootOf(full)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(root, full)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(trees, func(t *tree) bool { return t.root == root })
		if at < 0 {
			trees = append(trees, &tree{root: root})
			at = len(trees) - 1
		}
		trees[at].parts = append(trees[at].parts, filepath.ToSlash(rel))
	}
	return trees, nil
}

// rootOf returns the repository that a path lies in, else the path itself, or the
// directory of a file.
func rootOf(full string) (string, error) {
	info, err := os.Stat(full)
	if err != nil {
		return "", err
	}
	dir := full
	if !info.IsDir() {
		dir = filepath.Dir(full)
	}
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return dir, nil
		}
	}
}

// notRead are directories that hold what others wrote.
var notRead = []string{".git", "node_modules", ".terraform"}

// check runs the checks over a tree. No link leads out of it.
func (t *tree) check(ctx context.Context, o checks.Options) (*checks.Report, error) {
	root, err := os.OpenRoot(t.root)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }() // it was read only
	var all, wanted []string
	var unread []finding.Unexamined
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			unread = append(unread, finding.NotExamined(name, "", finding.Unreadable.Because("%s", reasonOf(err))))
			if e != nil && e.IsDir() {
				return fs.SkipDir
			}
			return nil
		case e.IsDir() && slices.Contains(notRead, e.Name()):
			return fs.SkipDir
		case e.Type().IsRegular():
			all = append(all, name)
			if t.wants(name) {
				wanted = append(wanted, name)
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	r, err := checks.Run(ctx, root.FS(), all, wanted, o)
	if err != nil {
		return nil, err
	}
	r.Unexamined = append(r.Unexamined, unread...)
	return r, nil
}

// reasonOf returns an error's words without the path, which stands beside them.
func reasonOf(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// chosen returns which paths the configuration does not leave out.
func (o *checkOptions) chosen() (func(name string) bool, error) {
	include, err := pathglob.Compile(o.config.Target.Include)
	if err != nil {
		return nil, err
	}
	exclude, err := pathglob.Compile(o.config.Target.Exclude)
	if err != nil {
		return nil, err
	}
	return func(name string) bool {
		return (len(include) == 0 || include.Match(name)) && !exclude.Match(name)
	}, nil
}

// wants reports whether a file lies in one of the parts that were named, and is not left out.
func (t *tree) wants(name string) bool {
	return t.chosen(name) && slices.ContainsFunc(t.parts, func(p string) bool {
		return p == "." || name == p || strings.HasPrefix(name, p+"/")
	})
}

// verdictCounts are what the last line says of the verdicts.
func verdictCounts(r *report.Result, templates int) []string {
	out := []string{
		fmt.Sprintf("%d passed", r.Stats.Verdicts.Pass), fmt.Sprintf("%d unresolved", r.Stats.Verdicts.Unresolved),
		fmt.Sprintf("%d not examined", len(r.Unexamined)),
	}
	if r.Allowed > 0 {
		out = append(out, fmt.Sprintf("%d allowed in the text", r.Allowed))
	}
	if r.Disabled > 0 {
		out = append(out, fmt.Sprintf("%d switched off by the configuration", r.Disabled))
	}
	if r.Known > 0 {
		out = append(out, fmt.Sprintf("%d known to the baseline", r.Known))
	}
	return append(out, report.Count(int64(templates), "template", "templates"))
}

func at(path string, line, column int) string { return fmt.Sprintf("%s:%d:%d", path, line, column) }

// checkResult tells verdicts in the words of the reports.
func checkResult(r *checks.Report, prints *finding.Fingerprinter) *report.Result {
	result := &report.Result{Version: buildinfo.Version(), Result: finding.Result{Unexamined: r.Unexamined, Allowed: r.Allowed}}
	result.Rules = checkRules()
	for _, v := range r.Fails {
		line, column, end := v.Place.Position()
		f := &finding.Finding{
			Rule: v.Rule, Class: finding.Unknown, Severity: v.Rule.Severity, Confidence: 1, InHead: true,
			Evidence: []string{v.Message},
			// Lines move; the rule, the file and the logical address stay.
			Fingerprint: prints.Fingerprint(v.Rule, v.Place.Path()+"\x00"+v.Address),
			Sightings:   []finding.Sighting{{Path: v.Place.Path(), Line: line, Column: column, EndColumn: end, InHead: true}},
		}
		f.Steps, f.Instead = stepsOf(v.Steps), v.Instead
		for _, s := range f.Steps {
			f.Evidence = append(f.Evidence, at(s.Path, s.Line, s.Column)+": "+s.Message)
		}
		if v.Instead != "" {
			f.Evidence = append(f.Evidence, "instead: "+v.Instead)
		}
		result.Findings = append(result.Findings, f)
	}
	result.Unresolved = []finding.Unresolved{}
	for _, q := range checks.Merge(r.Unresolved) {
		line, column, _ := q.Place.Position()
		result.Unresolved = append(result.Unresolved, finding.Unresolved{
			Path: q.Place.Path(), Line: line, Column: column, Reason: q.Message, Rules: q.Rules, Steps: stepsOf(q.Steps),
		})
	}
	result.Stats.Files, result.Stats.Bytes = int64(r.Files), r.Bytes
	result.Stats.Verdicts = &finding.Verdicts{Fail: len(r.Fails), Pass: r.Passed, Unresolved: len(r.Unresolved)}
	return result
}

func stepsOf(steps []policy.Step) []finding.Step {
	var out []finding.Step
	for _, s := range steps {
		line, column, _ := s.Place.Position()
		out = append(out, finding.Step{Path: s.Place.Path(), Line: line, Column: column, Message: s.Message})
	}
	return out
}

func checkRules() []*finding.Rule {
	var rules []*finding.Rule
	for _, c := range checks.All() {
		rules = append(rules, c.Rule)
	}
	return rules
}

func checkIDs() []string {
	var ids []string
	for _, r := range checkRules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// explainedCheck returns what a check is about, with its examples, if there is one of the
// name.
func explainedCheck(id string) (report.Explanation, bool) {
	rules := checkRules()
	i := slices.IndexFunc(rules, func(r *finding.Rule) bool { return r.ID == id })
	if i < 0 {
		return report.Explanation{}, false
	}
	return report.Explanation{Rule: rules[i], Matches: sketches(rules[i].Matches), NearMisses: sketches(rules[i].NearMisses)}, true
}

// sketches fills in examples for the eye. Their values are made up.
func sketches(texts []finding.Example) []report.Example {
	var out []report.Example
	for _, ex := range texts {
		s := example.Expand(ex.Text, explainSeed, nil)
		e := report.Example{Name: ex.Name, Text: s.Text}
		for _, v := range s.Want {
			e.Values = append(e.Values, report.Value{Start: v.Start, End: v.End})
		}
		out = append(out, e)
	}
	return out
}
