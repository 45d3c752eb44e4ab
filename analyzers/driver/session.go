package driver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/types"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint"
)

// session runs passes over a set of packages, imports before importers, and keeps
// what they know.
type session struct {
	pkgs    []*packages.Package // imports first
	closure map[*packages.Package]map[string]bool
	workers int
	reads   func(string) ([]byte, error) // the text of a file

	mu          sync.Mutex
	results     map[action]outcome
	pkgFacts    map[factKey]pkgFact
	objFacts    map[objectKey]analysis.Fact
	diagnostics []diagnostic
	problems    []Problem
}

type action struct {
	pkg *packages.Package
	a   *analysis.Analyzer
}

type outcome struct {
	value any
	err   error
}

type factKey struct {
	path string
	typ  reflect.Type
}

type pkgFact struct {
	pkg  *types.Package
	fact analysis.Fact
}

type objectKey struct {
	obj types.Object
	typ reflect.Type
}

type diagnostic struct {
	analysis.Diagnostic
	pass *analysis.Analyzer
	pkg  *packages.Package
}

func newSession(pkgs []*packages.Package, workers int) *session {
	s := &session{workers: max(1, workers), reads: os.ReadFile, closure: map[*packages.Package]map[string]bool{}}
	inside := map[*packages.Package]bool{}
	for _, p := range pkgs {
		inside[p] = true
	}
	var visit func(p *packages.Package) map[string]bool
	visit = func(p *packages.Package) map[string]bool {
		if c, ok := s.closure[p]; ok {
			return c
		}
		c := map[string]bool{}
		s.closure[p] = c
		for _, path := range slices.Sorted(maps.Keys(p.Imports)) {
			dep := p.Imports[path]
			c[dep.PkgPath] = true
			maps.Copy(c, visit(dep))
		}
		if inside[p] {
			s.pkgs = append(s.pkgs, p)
		}
		return c
	}
	for _, p := range pkgs {
		visit(p)
	}
	s.reset()
	return s
}

// reset forgets what depends on what is known, and keeps the SSA that was built.
func (s *session) reset() {
	kept := map[action]outcome{}
	for k, o := range s.results {
		if r, ok := o.value.(*program.Result); ok && r != nil && r.Pkg != nil {
			kept[k] = o
		}
	}
	s.results = kept
	s.objFacts = map[objectKey]analysis.Fact{}
	facts := map[factKey]pkgFact{}
	for k, f := range s.pkgFacts {
		if _, ok := f.fact.(*externalid.Known); !ok {
			facts[k] = f
		}
	}
	s.pkgFacts = facts
}

// run runs the passes over every package; packages whose imports are done run side
// by side.
func (s *session) run(ctx context.Context, passes []*analysis.Analyzer) {
	done := map[string]chan struct{}{}
	for _, p := range s.pkgs {
		done[p.ID] = make(chan struct{})
	}
	slots := make(chan struct{}, s.workers)
	var wg sync.WaitGroup
	for _, p := range s.pkgs {
		wg.Go(func() {
			defer close(done[p.ID])
			for _, dep := range p.Imports {
				if c, ok := done[dep.ID]; ok {
					<-c
				}
			}
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			for _, a := range passes {
				if _, err := s.do(p, a); err != nil {
					s.problem(p, a, err)
				}
			}
		})
	}
	wg.Wait()
}

func (s *session) problem(p *packages.Package, a *analysis.Analyzer, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pr := Problem{Package: p.PkgPath, Message: err.Error(), Internal: errors.Is(err, errInternal)}
	if !slices.Contains(s.problems, pr) {
		s.problems = append(s.problems, pr)
	}

}

// do runs one pass over one package, after the passes it requires. Both happen in
// the goroutine of the package.
func (s *session) do(p *packages.Package, a *analysis.Analyzer) (any, error) {
	key := action{p, a}
	s.mu.Lock()
	if o, ok := s.results[key]; ok {
		s.mu.Unlock()
		return o.value, o.err
	}
	s.mu.Unlock()
	inputs := map[*analysis.Analyzer]any{}
	for _, req := range a.Requires {
		v, err := s.do(p, req)
		if err != nil {
			return nil, err
		}
		inputs[req] = v
	}
	v, err := s.protected(p, a, inputs)
	s.mu.Lock()
	s.results[key] = outcome{v, err}
	s.mu.Unlock()
	return v, err
}

var errInternal = errors.New("internal error")

// protected keeps a pass that panics from taking the others along.
func (s *session) protected(p *packages.Package, a *analysis.Analyzer, inputs map[*analysis.Analyzer]any) (v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %w: %v", a.Name, errInternal, r)
		}
	}()
	return a.Run(s.pass(p, a, inputs))
}

func (s *session) pass(p *packages.Package, a *analysis.Analyzer, inputs map[*analysis.Analyzer]any) *analysis.Pass {
	pass := &analysis.Pass{
		Analyzer: a, Fset: p.Fset, Files: p.Syntax, OtherFiles: p.OtherFiles, IgnoredFiles: p.IgnoredFiles,
		Pkg: p.Types, TypesInfo: p.TypesInfo, TypesSizes: p.TypesSizes, TypeErrors: p.TypeErrors, ResultOf: inputs,
		ReadFile: s.reads,
		Report: func(d analysis.Diagnostic) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.diagnostics = append(s.diagnostics, diagnostic{d, a, p})
		},
		ImportObjectFact: func(obj types.Object, fact analysis.Fact) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return assign(s.objFacts[objectKey{obj, reflect.TypeOf(fact)}], fact)
		},
		ExportObjectFact: func(obj types.Object, fact analysis.Fact) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.objFacts[objectKey{obj, reflect.TypeOf(fact)}] = fact
		},
		ImportPackageFact: func(pkg *types.Package, fact analysis.Fact) bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return assign(s.pkgFacts[factKey{pkg.Path(), reflect.TypeOf(fact)}].fact, fact)
		},
		ExportPackageFact: func(fact analysis.Fact) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.pkgFacts[factKey{p.PkgPath, reflect.TypeOf(fact)}] = pkgFact{p.Types, fact}
		},
		AllPackageFacts: func() []analysis.PackageFact { return s.allPackageFacts(p) },
		AllObjectFacts:  func() []analysis.ObjectFact { return nil },
	}
	if m := p.Module; m != nil {
		pass.Module = &analysis.Module{Path: m.Path, Version: m.Version, GoVersion: m.GoVersion}
	}
	return pass
}

func assign(from, to analysis.Fact) bool {
	if from == nil {
		return false
	}
	reflect.ValueOf(to).Elem().Set(reflect.ValueOf(from).Elem())
	return true
}

func (s *session) allPackageFacts(p *packages.Package) []analysis.PackageFact {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []analysis.PackageFact
	for k, f := range s.pkgFacts {
		if k.path == p.PkgPath || s.closure[p][k.path] {
			out = append(out, analysis.PackageFact{Package: f.pkg, Fact: f.fact})
		}
	}
	slices.SortFunc(out, func(a, b analysis.PackageFact) int {
		return strings.Compare(a.Package.Path()+fmt.Sprintf("%T", a.Fact), b.Package.Path()+fmt.Sprintf("%T", b.Fact))
	})
	return out
}

// unfinished are the functions that were not followed to the end, by package.
func (s *session) unfinished() []Problem {
	functions := map[string][]string{}
	for k, o := range s.results {
		if r, ok := o.value.(*taint.Result); ok && r != nil && len(r.Unfinished) > 0 {
			functions[k.pkg.PkgPath] = append(functions[k.pkg.PkgPath], r.Unfinished...)
		}
	}
	var out []Problem
	for _, pkg := range slices.Sorted(maps.Keys(functions)) {
		names := functions[pkg]
		slices.Sort(names)
		out = append(out, tangled(pkg, slices.Compact(names)))
	}
	return out
}

// known is everything that some package knows to carry an External ID.
func (s *session) known() []externalid.Item {
	best := map[string]externalid.Item{}
	for _, o := range s.results {
		if r, ok := o.value.(*externalid.Result); ok && r != nil {
			for _, item := range r.Items() {
				old, ok := best[item.Key]
				if !ok || cmp.Or(cmp.Compare(old.Strength, item.Strength), item.Reason.Compare(old.Reason)) < 0 {
					best[item.Key] = item // of equal reasons always the same, since messages and fingerprints tell it
				}
			}
		}
	}
	out := slices.Collect(maps.Values(best))
	slices.SortFunc(out, func(a, b externalid.Item) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// needed are the packages through which a known External ID can pass: those that
// declare one, those that import one of these, and what any of them calls.
func (s *session) needed(items []externalid.Item) program.Needed {
	sees := map[string]bool{}
	for k, o := range s.results {
		if r, ok := o.value.(*program.Result); ok && r != nil && r.Pkg != nil {
			sees[k.pkg.PkgPath] = true
		}
	}
	for _, p := range s.pkgs {
		prefix := p.PkgPath + "."
		if slices.ContainsFunc(items, func(i externalid.Item) bool { return strings.HasPrefix(i.Key, prefix) }) {
			sees[p.PkgPath] = true
		}
	}
	out := maps.Clone(sees)
	for _, p := range s.pkgs {
		for path := range s.closure[p] {
			if sees[path] {
				out[p.PkgPath] = true
			}
		}
	}
	for _, p := range s.pkgs {
		if out[p.PkgPath] {
			for path := range s.closure[p] {
				out[path] = true
			}
		}
	}
	return out
}
