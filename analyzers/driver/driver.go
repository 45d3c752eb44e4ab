// Package driver runs passes over whole programs, and as go vet's tool over one
// package at a time.
//
// Over a whole program the passes run in two rounds. The first finds what carries an
// External ID, in every package; the second follows it, so that a field declared in
// one package and handed to STS in another is known to a third that imports only the
// first.
package driver

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os/exec"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// Options choose what is analysed.
type Options struct {
	Dir       string   // where patterns are resolved; the current directory if empty
	Patterns  []string // as for go list; everything below Dir if empty
	Tests     bool     // test files too
	BuildTags []string
	Env       []string // the environment of the go command; the process's if nil
	Overlay   map[string][]byte

	Passes []string             // the reporting passes to run; all if empty
	Also   []*analysis.Analyzer // other passes, beside ours
}

// Step is one step of a finding's way.
type Step struct {
	Position token.Position
	Message  string
}

// Finding is one diagnostic.
type Finding struct {
	Pass, Category, Message, URL string
	Position, End                token.Position
	Steps                        []Step
	Fixes                        []analysis.SuggestedFix
	Generated                    bool   // in a file that says it is generated
	Line                         string // the text of the line, for people
}

// Report is what a run found.
type Report struct {
	Findings []Finding // in order of position
	Problems []Problem
	Packages int // analysed
	LeftOut  int // Go files that build constraints exclude
	Fset     *token.FileSet
}

const mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo | packages.NeedModule

// Run loads the packages and runs the passes over them, as the configuration says. Packages that do not compile
// are listed as problems and the rest is analysed; an error means that nothing could
// be loaded at all.
func Run(ctx context.Context, o Options, cfg policy.Config) (*Report, error) {
	cfg.TellUnfinished = false // they are problems here, told in any case
	world := &analyzers.World{}
	suite := analyzers.New(cfg, world)
	passes, err := analyzers.Choose(suite, o.Passes)
	if err != nil {
		return nil, err
	}
	if len(o.Patterns) == 0 {
		o.Patterns = patterns(cmp.Or(o.Dir, "."))
	}
	fset := token.NewFileSet()
	loading := &packages.Config{Context: ctx, Mode: mode, Dir: o.Dir, Env: o.Env, Tests: o.Tests, Fset: fset, Overlay: o.Overlay}
	if len(o.BuildTags) > 0 {
		loading.BuildFlags = []string{"-tags=" + strings.Join(o.BuildTags, ",")}
	}
	pkgs, err := packages.Load(loading, o.Patterns...)
	if err != nil {
		return nil, fmt.Errorf("load packages: %w", err)
	}
	report := &Report{Fset: fset}
	good := report.examine(pkgs)
	if len(good) == 0 {
		if len(report.Problems) > 0 {
			return report, fmt.Errorf("nothing could be analysed: %s", report.Problems[0].Message)
		}
		if why := unlisted(ctx, o, loading.BuildFlags); why != "" {
			return report, errors.New("go list cannot load the packages: " + why)
		}
		return report, errors.New("no packages match " + strings.Join(o.Patterns, " "))
	}
	report.Packages = len(good)
	report.analyse(ctx, good, suite, slices.Concat(o.Also, passes), world)
	return report, ctx.Err()
}

// unlisted is what the go command says of packages that it does not list at all, as when
// a module that it needs the requirements of cannot be had; go/packages drops that.
func unlisted(ctx context.Context, o Options, flags []string) string {
	args := slices.Concat([]string{"list", "-e"}, flags, []string{"--"}, o.Patterns)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = o.Dir, o.Env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err == nil {
		return ""
	}
	return strings.Join(strings.Fields(stderr.String()), " ")
}

// examine keeps the packages that can be analysed and says what is wrong with the
// others.
func (r *Report) examine(pkgs []*packages.Package) []*packages.Package {
	var good []*packages.Package
	for _, p := range pkgs {
		usable := p.Types != nil && p.TypesInfo != nil && len(p.Syntax) > 0 && !strings.HasSuffix(p.ID, ".test")
		if len(p.Errors) > 0 {
			usable = usable && hasCode(p)
		}
		for _, problem := range problemsOf(p, usable) {
			if !slices.Contains(r.Problems, problem) { // a package and its test variant
				r.Problems = append(r.Problems, problem)
			}
		}
		for _, name := range p.IgnoredFiles {
			if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				r.LeftOut++
			}
		}
		if usable {
			good = append(good, p)
		}
	}
	return good
}

// hasCode reports whether anything of a package was parsed.
func hasCode(p *packages.Package) bool {
	return slices.ContainsFunc(p.Syntax, func(f *ast.File) bool { return len(f.Decls) > 0 })
}

// analyse runs both rounds, in a world of this run's own.
func (r *Report) analyse(ctx context.Context, pkgs []*packages.Package, suite, passes []*analysis.Analyzer, world *analyzers.World) {
	discover := []*analysis.Analyzer{passOf[*externalid.Result](suite)}
	s := newSession(pkgs, runtime.GOMAXPROCS(0))
	defer func() { r.Problems = append(r.Problems, s.problems...) }()
	s.run(ctx, discover)
	items := s.widen(s.known())
	s.tell(world, items)
	for range maxDiscovery { // what is known elsewhere lets a package find more
		s.reset()
		s.run(ctx, discover)
		next := s.widen(s.known())
		if len(next) == len(items) {
			break
		}
		items = next
		s.tell(world, items)
	}
	s.run(ctx, passes)
	known := 0
	for range maxDiscovery { // what an interface's implementations return, its callers learn
		results := s.interfaceResults()
		if len(results) <= known {
			break
		}
		known = len(results)
		world.Results = results
		for key := range results {
			items = append(items, externalid.Item{Key: key})
		}
		items = append(items, s.interceptors(results)...)
		world.Needed = s.needed(items) // a package that only declares such an interface, too
		s.diagnostics = nil
		s.reset()
		s.run(ctx, passes)
	}
	r.Problems = append(r.Problems, s.unfinished()...)
	r.collect(s)
}

// tell puts what is known into the world, for the next round.
func (s *session) tell(world *analyzers.World, items []externalid.Item) {
	world.Known = externalid.Program{}
	for _, item := range items {
		world.Known[item.Key] = item
	}
	world.Needed = s.needed(items)
}

// passOf is the pass whose result is of a type.
func passOf[T any](passes []*analysis.Analyzer) *analysis.Analyzer {
	i := slices.IndexFunc(passes, func(a *analysis.Analyzer) bool { return a.ResultType == reflect.TypeFor[T]() })
	return passes[i]
}

// maxDiscovery bounds the rounds in which packages tell each other what carries an
// External ID: each one crosses one more package boundary against the imports.
const maxDiscovery = 4

func (r *Report) collect(s *session) {
	seen := map[string]bool{}
	for _, d := range s.diagnostics {
		f := r.finding(d)
		key := f.Position.String() + f.Pass + f.Message
		if !seen[key] { // a file can be in a package and in its test variant
			seen[key] = true
			r.Findings = append(r.Findings, f)
		}
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Position.Filename, b.Position.Filename), cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column), cmp.Compare(a.Pass, b.Pass), cmp.Compare(a.Message, b.Message))
	})
}

func (r *Report) finding(d diagnostic) Finding {
	f := Finding{Pass: d.pass.Name, Category: d.Category, Message: d.Message, URL: cmp.Or(d.URL, d.pass.URL),
		Position: r.Fset.Position(d.Pos), Fixes: d.SuggestedFixes}
	if d.End.IsValid() {
		f.End = r.Fset.Position(d.End)
	}
	for _, rel := range d.Related {
		f.Steps = append(f.Steps, Step{r.Fset.Position(rel.Pos), rel.Message})
	}
	for _, file := range d.pkg.Syntax {
		if file.FileStart <= d.Pos && d.Pos <= file.FileEnd {
			f.Generated = ast.IsGenerated(file)
		}
	}
	return f
}
