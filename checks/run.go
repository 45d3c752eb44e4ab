package checks

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/terraform"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Options are how a run is meant to be.
type Options struct {
	Accounts Accounts // nil: nothing is known of any account
	// Placeholder reports whether a literal External ID only shows where one goes.
	Placeholder func(string) bool
	Only        []string // ids of the checks to run; empty: all
	Jobs        int      // how many files are read at once; 0: one for each processor
}

// Report is what a run has found.
type Report struct {
	Fails      []Verdict
	Unresolved []Verdict
	Passed     int
	Allowed    int // fails that marks in the text allow
	Unexamined []finding.Unexamined
	Files      int // that were read
	Examined   int // of these, that hold something to check
	Bytes      int64
}

// maxFile is the size from which a file is no template: AWS's own limit is a megabyte.
const maxFile = 8 << 20

// Run examines files of a tree. names are slash-separated paths in it; what they refer to
// may lie anywhere in the tree, and nowhere else.
func Run(ctx context.Context, tree fs.FS, all, names []string, o Options) (*Report, error) {
	for _, id := range o.Only {
		if !slices.ContainsFunc(All(), func(c *Check) bool { return c.Rule.ID == id }) {
			return nil, fmt.Errorf("no check %q: 'deputy rules' lists them", id)
		}
	}
	r := &run{ctx: ctx, tree: newTree(tree, all), options: &o, report: &Report{}, trusted: map[string]bool{}}
	r.read(names)
	r.readModules()
	r.conclude()
	r.report.order()
	return r.report, ctx.Err()
}

// run is one run.
type run struct {
	ctx     context.Context
	tree    *tree
	options *Options

	mu      sync.Mutex
	report  *Report
	judged  []judgement
	trusted map[string]bool // names of roles that some trust policy of the tree names
	covered map[string]bool // files that were read as part of others
	dirs    map[string]bool // directories of modules
}

// each calls f for the items, as many at once as there are processors.
func each[T any](ctx context.Context, jobs int, items []T, f func(T)) {
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	work := make(chan T)
	var wg sync.WaitGroup
	for range jobs {
		wg.Go(func() {
			for x := range work {
				f(x)
			}
		})
	}
	for _, x := range items {
		if ctx.Err() != nil {
			break
		}
		work <- x
	}
	close(work)
	wg.Wait()
}

func (r *run) read(names []string) {
	r.covered, r.dirs = map[string]bool{}, map[string]bool{}
	each(r.ctx, r.options.Jobs, names, func(name string) {
		file, err := r.tree.open(name)
		r.mu.Lock()
		defer r.mu.Unlock()
		switch {
		case err != nil:
			r.unexamined(name, err)
			return
		case file == nil:
			return
		}
		r.report.Files++
		r.report.Bytes += int64(len(file.Text))
		if !promising(file.Text) {
			r.tree.forget(name)
			return
		}
		if terraform.IsModule(name) {
			r.dirs[path.Dir(name)] = true
			return
		}
		r.mu.Unlock()
		units, covered, err := r.unitsOf(file)
		r.mu.Lock()
		if err != nil {
			r.unexamined(name, err)
		}
		if len(units) > 0 {
			r.report.Examined++
		}
		for _, c := range covered {
			r.covered[c.Path] = true
		}
		r.mu.Unlock()
		told := false
		for _, u := range units {
			told = r.judge(u) || told
		}
		r.mu.Lock()
		if !told && len(covered) == 0 {
			r.tree.forget(name) // nothing refers to it; who names it reads it again
		}
	})
}

// judgement is what the checks say of one unit. Units themselves are given up: a tree of
// ten thousand templates would not fit.
type judgement struct {
	path     string // of the unit's file
	verdicts []Verdict
}

// judge runs the checks over a unit. It reports whether there is anything to tell.
func (r *run) judge(u *policy.Unit) bool {
	verdicts := r.verdicts(u)
	names := trustedNames(u)
	told := false
	for i, v := range verdicts {
		if v.Outcome == Pass {
			verdicts[i] = Verdict{Rule: v.Rule, Outcome: Pass, Address: v.key()} // it is only counted
			continue
		}
		told = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.judged = append(r.judged, judgement{u.File.Path, verdicts})
	for _, name := range names {
		r.trusted[name] = true
	}
	return told
}

// key tells what a verdict is about from all else.
func (v Verdict) key() string {
	if v.Outcome == Pass && !v.Place.Known() {
		return v.Address
	}
	key := v.Rule.ID + " " + v.Place.String()
	if !v.Place.Known() {
		key += v.Address
	}
	return key
}

func (r *run) unexamined(name string, err error) {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	r.report.Unexamined = append(r.report.Unexamined, finding.NotExamined(name, "", finding.ReasonOf(err)))
}

// promising reports whether a file may hold anything to check. Most files of a tree do
// not, and to search for a few words costs a hundredth of parsing.
func promising(text []byte) bool {
	for _, word := range words {
		if bytes.Contains(text, word) {
			return true
		}
	}
	return externalIDLike.Match(text)
}

// externalIDLike is in every API spec that has to do with External IDs.
var externalIDLike = lazyregexp.New(`[eE]xternal[_-]?[iI][dD]`)

// words are what every file that is read holds at least one of.
var words = [][]byte{[]byte("AWS::"), []byte("sts:"), []byte("\"Statement\""), []byte("iamRoleStatements"), []byte("Fn::Transform"),
	[]byte("\"aws_"), []byte("assume_role"), []byte("external_id"), []byte("module \"")}

// conclude puts together what was said of all units but those that were read as a part of
// others.
func (r *run) conclude() {
	best := map[string]Verdict{}
	for _, j := range r.judged {
		if r.covered[j.path] {
			continue
		}
		for _, v := range j.verdicts {
			if v.Rule == nameFixed.Rule && r.trusted[v.name] {
				v = Verdict{Rule: v.Rule, Outcome: Pass, Address: v.key()} // the one that customers trust by its name
			}
			keepWorst(best, v)
		}
	}
	for _, v := range best {
		r.count(v)
	}
}

// keepWorst keeps one verdict of a check for each place, whoever calls the module or the
// stack that it stands in: what fails for one caller fails. Of several it is the one that
// comes first, whatever the order of the units.
func keepWorst(best map[string]Verdict, v Verdict) {
	key := v.key()
	before, ok := best[key]
	if !ok || rank(v.Outcome) > rank(before.Outcome) || v.Outcome == before.Outcome && precedes(v, before) {
		best[key] = v
	}
}

// rank orders outcomes by how much they say.
func rank(o Outcome) int { return map[Outcome]int{Pass: 0, Unresolved: 1, Fail: 2}[o] }

// precedes orders verdicts of one outcome at one place: the shorter way first.
func precedes(a, b Verdict) bool {
	return cmp.Or(cmp.Compare(len(a.Steps), len(b.Steps)), strings.Compare(a.Message, b.Message), strings.Compare(a.Address, b.Address)) < 0
}

func (r *run) count(v Verdict) {
	switch {
	case v.Outcome == Pass:
		r.report.Passed++
	case v.Outcome == Unresolved:
		r.report.Unresolved = append(r.report.Unresolved, v)
	case allowed(v):
		r.report.Allowed++
	default:
		r.report.Fails = append(r.report.Fails, v)
	}
}

// verdicts runs all checks over one unit. A check that fails does not cost the others.
func (r *run) verdicts(u *policy.Unit) []Verdict {
	var out []Verdict
	f := newFacts(u, r.options)
	for _, c := range all {
		if len(r.options.Only) > 0 && !slices.Contains(r.options.Only, c.Rule.ID) {
			continue
		}
		c.run(&pass{rule: c.Rule, facts: f, unit: u, tell: func(v Verdict) {
			if reason := reasonIn(u, v); v.Outcome == Fail && reason != "" {
				v.Outcome = Pass
				r.mu.Lock()
				r.report.Allowed++
				r.mu.Unlock()
				return
			}
			out = append(out, v)
		}})
	}
	return out
}

// reasonIn returns why a resource's metadata allow a fail, "" if they do not.
func reasonIn(u *policy.Unit, v Verdict) string {
	address, _, _ := strings.Cut(v.Address, "/")
	for _, r := range u.Resources {
		if r.Address == address && r.Allow != nil {
			return strings.TrimSpace(r.Allow[v.Rule.ID])
		}
	}
	return ""
}

// order sorts the verdicts, so that equal trees make equal reports.
func (r *Report) order() {
	byPlace := func(a, b Verdict) int {
		return cmp.Or(strings.Compare(a.Place.Path(), b.Place.Path()), cmp.Compare(a.Place.Start, b.Place.Start),
			strings.Compare(a.Rule.ID, b.Rule.ID), strings.Compare(a.Message, b.Message))
	}
	slices.SortFunc(r.Fails, byPlace)
	slices.SortFunc(r.Unresolved, byPlace)
	slices.SortFunc(r.Unexamined, func(a, b finding.Unexamined) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Reason, b.Reason))
	})
}

// tree is the files that references may lead to.
type tree struct {
	fs     fs.FS
	byBase map[string][]string // paths by their last element
	byDir  map[string][]string // paths of modules' files by their directory

	mu     sync.Mutex
	opened map[string]*policy.File
}

func newTree(f fs.FS, all []string) *tree {
	t := &tree{fs: f, byBase: map[string][]string{}, byDir: map[string][]string{}, opened: map[string]*policy.File{}}
	for _, name := range all {
		if terraform.IsModule(name) {
			t.byDir[path.Dir(name)] = append(t.byDir[path.Dir(name)], name)
		}
		t.byBase[path.Base(name)] = append(t.byBase[path.Base(name)], name)
	}
	return t
}

var errTooLarge = finding.OverBudget.Because("too large for a template")

// open reads a file once; nil for what is no text.
func (t *tree) open(name string) (*policy.File, error) {
	t.mu.Lock()
	f, ok := t.opened[name]
	t.mu.Unlock()
	if ok {
		return f, nil
	}
	info, err := fs.Stat(t.fs, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil
	}
	if info.Size() > maxFile {
		return nil, t.largeFault(name)
	}
	text, err := fs.ReadFile(t.fs, name)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
		return nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if f, ok := t.opened[name]; ok {
		return f, nil
	}
	f = &policy.File{Path: name, Text: text}
	t.opened[name] = f
	return f, nil
}

// Module implements the Terraform reader's Tree.
func (t *tree) Module(dir string) []*policy.File {
	var out []*policy.File
	for _, name := range t.byDir[path.Clean(dir)] {
		if f, err := t.open(name); err == nil && f != nil {
			out = append(out, f)
		}
	}
	return out
}

// largeFault is the fault of a large file whose name is that of a template; others are
// none.
func (t *tree) largeFault(name string) error {
	switch path.Ext(name) {
	case ".yml", ".yaml", ".json", ".template", ".tf", ".tofu":
		return errTooLarge
	}
	return nil
}

func (t *tree) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.opened, name)
}

// Find implements the readers' Tree: the file at the path of the reference beside the one
// that names it, else the only one in the tree whose path ends as the reference does.
func (t *tree) Find(from *policy.File, reference string) *policy.File {
	reference, _, _ = strings.Cut(reference, "?")
	if i := strings.Index(reference, "://"); i >= 0 {
		_, reference, _ = strings.Cut(reference[i+3:], "/")
	} else if !strings.Contains(reference, "*") {
		if f := t.at(path.Join(path.Dir(from.Path), reference)); f != nil {
			return f
		}
	}
	base := path.Base(reference)
	if base == "" || strings.ContainsAny(base, "*$") || !strings.Contains(base, ".") {
		return nil
	}
	candidates := t.byBase[base]
	var near []string
	for _, c := range candidates {
		if path.Dir(c) == path.Dir(from.Path) {
			near = append(near, c)
		}
	}
	if len(near) == 1 {
		candidates = near
	}
	if len(candidates) != 1 {
		return nil
	}
	return t.at(candidates[0])
}

// has reports whether there is a file of the name.
func (t *tree) has(name string) bool { return slices.Contains(t.byBase[path.Base(name)], name) }

func (t *tree) at(name string) *policy.File {
	if !fs.ValidPath(name) || !t.has(name) {
		return nil
	}
	f, err := t.open(name)
	if err != nil {
		return nil
	}
	return f
}
