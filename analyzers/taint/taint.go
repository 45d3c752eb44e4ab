// Package taint follows External IDs, and what callers of a service choose, through
// a package: from where they are read to where they leave. It reports nothing; the
// reporting passes phrase its flows.
//
// Each function is interpreted once its callees are, over an abstract memory that is
// sensitive to fields and to the order of statements (memory.go, frame.go). What a
// function does with its parameters is kept as a summary, and as a Fact for the
// packages that import this one (summary.go), so that no function is looked into
// twice. What the standard library and common modules do is a table, not an analysis
// of their bodies (transfer.go), and so are sinks (table.go).
//
// Not a leak of a value: comparing it, its length, hashing or encrypting it, masking
// it, showing at most its first or last eight characters, and types that redact
// themselves.
//
// Limits: values that travel through reflection, files, environment, channels of
// another function or a map of another package are lost. Under go vet, what a method
// behind an interface returns is known by its body only where the package or its imports
// declare the implementation; elsewhere by the types of its results.
package taint

import (
	"cmp"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// New makes the pass that follows flows. Its result is a *Result.
func New(cfg *policy.Config, prog, ids *analysis.Analyzer, results *Results) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "taint",
		Doc:  "follow External IDs to where they leave (reports nothing)",
		Run: func(pass *analysis.Pass) (any, error) {
			return run(pass, pass.ResultOf[prog].(*program.Result), pass.ResultOf[ids].(*externalid.Result), cfg, *results), nil
		},
		Flags:      *cfg.Flags("taint"),
		Requires:   []*analysis.Analyzer{prog, ids},
		ResultType: reflect.TypeFor[*Result](),
		FactTypes:  []analysis.Fact{new(Summaries)},
	}
}

// Result is what flows in one package.
type Result struct {
	Flows []*Flow  // in the order of their sinks
	Masks []string // the package's own masking functions, by key

	// Unfinished are functions too large or tangled to be followed to the end.
	Unfinished []string

	fset    *token.FileSet
	message string   // the project's own words, for every diagnostic
	clean   []string // masking and other converters of imported packages whose result has nothing of what they are given
}

type engine struct {
	pass *analysis.Pass
	prog *program.Result
	ext  *externalid.Result
	pol  *policy.Config

	paths   *path   // the empty path
	program Results // what methods of interfaces return in the whole program

	own        map[string]*summary        // of declared functions of this package
	local      map[*ssa.Function]*summary // of every function of this package
	facts      map[string]*FuncFact       // of functions of other packages
	imported   map[string]*summary        // those of them that were asked for
	declared   map[string]bool            // the keys that own will have
	converters map[string]bool            // of those, the ones from text to text

	hasSummaries map[string]bool                 // packages
	globals      map[*ssa.Global]map[*path]Taint // by the path into the variable
	flows        map[flowKey]*Flow
	masked       map[string]bool
	maskNames    []string
	spotCache    map[spotKey][]spot
	fieldLabels  map[types.Type][]fieldLabel
	impls        map[*types.Func][]*types.Func
	named        []*types.Named
	unfinished   map[string]token.Pos
	clean        []string   // imported converters whose result has nothing of what they are given
	templates    *templates // worked out when first needed
	grown        bool       // a package variable took in more, or a summary was not there yet
	current      *ssa.Function
	uses         map[*ssa.Function]map[string]bool // whose summaries a function used
	hands        map[*ssa.Function][]Handed        // by the declared function that is given the handler
	handlers     map[*ssa.Function]map[int]string  // functions given to such a one: their parameters that a request fills, and what it is
	woken        map[*ssa.Function]bool            // became handlers after they were analysed
}

func run(pass *analysis.Pass, prog *program.Result, ids *externalid.Result, cfg *policy.Config, results Results) *Result {
	if len(prog.Funcs) == 0 {
		return &Result{}
	}
	e := &engine{
		pass: pass, prog: prog, paths: newPaths(), pol: cfg, ext: ids, program: results,
		own: map[string]*summary{}, local: map[*ssa.Function]*summary{}, facts: map[string]*FuncFact{}, imported: map[string]*summary{}, declared: map[string]bool{}, converters: map[string]bool{},
		hasSummaries: map[string]bool{}, globals: map[*ssa.Global]map[*path]Taint{}, flows: map[flowKey]*Flow{}, masked: map[string]bool{},
		spotCache: map[spotKey][]spot{}, fieldLabels: map[types.Type][]fieldLabel{}, impls: map[*types.Func][]*types.Func{}, unfinished: map[string]token.Pos{}, uses: map[*ssa.Function]map[string]bool{},
		hands: map[*ssa.Function][]Handed{}, handlers: map[*ssa.Function]map[int]string{}, woken: map[*ssa.Function]bool{},
	}
	e.readFacts()
	e.findMasks()
	e.fixpoint()
	e.export(pass)
	if cfg.TellUnfinished {
		for _, name := range slices.Sorted(maps.Keys(e.unfinished)) {
			pass.Report(analysis.Diagnostic{Pos: e.unfinished[name], Category: "unfinished", Message: name + " is too tangled to be followed to the end"})
		}
	}
	return &Result{fset: pass.Fset, message: cfg.Message, clean: e.clean, Flows: e.sorted(), Masks: e.maskNames, Unfinished: slices.Sorted(maps.Keys(e.unfinished))}
}

func (e *engine) readFacts() {
	for _, pf := range e.pass.AllPackageFacts() {
		if s, ok := pf.Fact.(*Summaries); ok && pf.Package != e.pass.Pkg {
			e.hasSummaries[pf.Package.Path()] = true
			for i := range s.Funcs {
				e.facts[s.Funcs[i].Name] = &s.Funcs[i]
			}
			for _, name := range s.Clean {
				e.imported[name] = &summary{results: []output{{known: true}}}
				e.clean = append(e.clean, name)
			}
		}
	}
}

// maxRounds bounds how often a package is gone over until its summaries stand still;
// callees come first, so only recursion and package variables need a second round.
const maxRounds = 5

func (e *engine) fixpoint() {
	order := calleesFirst(e.prog.Funcs)
	for _, fn := range order {
		if obj, ok := fn.Object().(*types.Func); ok {
			e.declared[program.FuncOf(obj).String()] = true
		}
	}
	changed := map[string]bool{}
	for round := range maxRounds {
		e.grown = false
		before := changed
		changed = map[string]bool{}
		for _, fn := range order {
			if round > 0 && !e.stale(fn, before, changed) {
				continue
			}
			if e.analyse(fn) {
				changed[fn.String()] = true
				if obj, ok := fn.Object().(*types.Func); ok {
					changed[program.FuncOf(obj).String()] = true
				}
			}
		}
		if !e.grown && len(changed) == 0 {
			return
		}
		if round == 0 && !e.grown && len(e.globals) == 0 && !e.recursive(changed, order) {
			return
		}
	}
}

// recursive reports whether some function used a summary before it was there.
func (e *engine) recursive(changed map[string]bool, order []*ssa.Function) bool {
	seen := map[string]bool{}
	for _, fn := range order {
		for name := range e.uses[fn] {
			if changed[name] && !seen[name] {
				return true
			}
		}
		seen[fn.String()] = true
		if obj, ok := fn.Object().(*types.Func); ok {
			seen[program.FuncOf(obj).String()] = true
		}
	}
	return false
}

// stale reports whether a function may have more to say than when it was analysed:
// something it uses has changed since, or a package variable has.
func (e *engine) stale(fn *ssa.Function, before, now map[string]bool) bool {
	if _, ok := e.unfinished[fn.String()]; ok {
		return false
	}
	if e.woken[fn] {
		return true
	}
	if len(e.globals) > 0 {
		return true
	}
	for name := range e.uses[fn] {
		if before[name] || now[name] {
			return true
		}
	}
	return false
}

// analyse interprets a function and reports whether its summary is new.
func (e *engine) analyse(fn *ssa.Function) bool {
	e.current = fn
	delete(e.woken, fn)
	sum := e.interpret(fn)
	sum.hands = e.hands[fn]
	old := e.local[fn]
	e.local[fn] = sum
	if obj, ok := fn.Object().(*types.Func); ok {
		name := program.FuncOf(obj).String()
		e.own[name] = sum
		_, unfinished := e.unfinished[fn.String()]
		e.converters[name] = !unfinished && passesText(obj)
	}
	return old == nil && !sum.trivial() || old != nil && old.size() != sum.size()
}

// calleesFirst orders functions so that what a function calls or encloses mostly
// comes before it.
func calleesFirst(funcs []*ssa.Function) []*ssa.Function {
	inside := map[*ssa.Function]bool{}
	for _, fn := range funcs {
		inside[fn] = true
	}
	state := map[*ssa.Function]bool{}
	out := make([]*ssa.Function, 0, len(funcs))
	var visit func(fn *ssa.Function, depth int)
	visit = func(fn *ssa.Function, depth int) {
		if state[fn] || !inside[fn] || depth > 2000 {
			return
		}
		state[fn] = true
		for _, b := range fn.Blocks {
			for _, i := range b.Instrs {
				for _, op := range i.Operands(nil) {
					if callee, ok := (*op).(*ssa.Function); ok {
						if o := callee.Origin(); o != nil {
							callee = o
						}
						visit(callee, depth+1)
					}
				}
			}
		}
		out = append(out, fn)
	}
	for _, fn := range funcs {
		visit(fn, 0)
	}
	return out
}

func (e *engine) sorted() []*Flow {
	return slices.SortedFunc(maps.Values(e.flows), func(a, b *Flow) int {
		return cmp.Or(cmp.Compare(a.Sink.Pos, b.Sink.Pos), cmp.Compare(a.Sink.Kind, b.Sink.Kind),
			cmp.Compare(boolInt(a.Label.Weak), boolInt(b.Label.Weak)), a.Label.Source.compare(b.Label.Source), cmp.Compare(a.Label.Pos, b.Label.Pos))
	})
}

// Source is where a flow's value is first seen.
func (f *Flow) Source() token.Pos {
	if len(f.Steps) > 0 {
		return f.Steps[0].Pos
	}
	return f.Label.Pos
}

// summaryOf is the summary of a declared function, of this package or an imported
// one; nil if there is none.
func (e *engine) summaryOf(fn *types.Func) *summary {
	name := program.FuncOf(fn).String()
	e.use(name)
	if s := e.own[name]; s != nil {
		return s
	}
	if e.declared[name] {
		e.grown = true // not analysed yet: another round will know
	}
	if s := e.imported[name]; s != nil {
		return s
	}
	if f := e.facts[name]; f != nil {
		e.imported[name] = imported(*f, e.paths)
	}
	return e.imported[name]
}

// literal is the summary of a function of this package that is at hand as a value.
func (e *engine) literal(fn *ssa.Function) *summary {
	e.use(fn.String())
	return e.local[fn]
}

// use notes that the function under analysis depends on another one's summary.
func (e *engine) use(name string) {
	if e.uses[e.current] == nil {
		e.uses[e.current] = map[string]bool{}
	}
	e.uses[e.current][name] = true
}

// export turns the summaries of what other packages can call into a fact.
func (e *engine) export(pass *analysis.Pass) {
	fact := &Summaries{}
	for _, name := range slices.Sorted(maps.Keys(e.own)) {
		switch s := e.own[name]; {
		case !s.trivial():
			fact.Funcs = append(fact.Funcs, spellOut(name, s, pass.Fset.Position))
		case e.converters[name] && len(fact.Clean) < maxFuncFacts:
			fact.Clean = append(fact.Clean, name)
		}
	}
	slices.SortStableFunc(fact.Funcs, func(a, b FuncFact) int { return b.weight() - a.weight() })
	if len(fact.Funcs) > maxFuncFacts {
		fact.Funcs = fact.Funcs[:maxFuncFacts]
	}
	if len(fact.Funcs)+len(fact.Clean) > 0 {
		pass.ExportPackageFact(fact)
	}
}
