package interp

import (
	"cmp"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
)

type engine struct {
	pass *analysis.Pass
	prog *program.Result
	ext  *externalid.Result
	pol  *policy.Config

	paths   *heap.Path      // the empty path
	program summary.Results // what methods of interfaces return in the whole program

	own        map[string]*summary.Summary        // of declared functions of this package
	local      map[*ssa.Function]*summary.Summary // of every function of this package
	facts      map[string]*summary.FuncFact       // of functions of other packages
	imported   map[string]*summary.Summary        // those of them that were asked for
	declared   map[string]bool                    // the keys that own will have
	converters map[string]bool                    // of those, the ones from text to text

	hasSummaries map[string]bool                           // packages
	globals      map[*ssa.Global]map[*heap.Path]heap.Taint // by the path into the variable
	flows        map[flowKey]*Flow
	masked       map[string]bool
	maskNames    []string
	spotCache    map[spotKey][]spot
	fieldLabels  map[types.Type][]fieldLabel
	impls        map[*types.Func][]*types.Func
	named        []*types.Named
	unfinished   map[string]token.Pos
	clean        []string                  // imported converters whose result has nothing of what they are given
	resolvers    map[*types.Named]bool     // worked out when first needed
	packages     map[string]*types.Package // imported, also by others; worked out when first needed
	settings     *[]heap.Label             // External IDs in the configuration; worked out when first needed
	templates    *texts                    // worked out when first needed
	grown        bool                      // a package variable took in more, or a summary was not there yet
	current      *ssa.Function
	uses         map[*ssa.Function]map[string]bool  // whose summaries a function used
	hands        map[*ssa.Function][]summary.Handed // by the declared function that is given the handler
	handlers     map[*ssa.Function]map[int]string   // functions given to such a one: their parameters that a request fills, and what it is
	woken        map[*ssa.Function]bool             // became handlers after they were analysed

	messages        [2]map[*heap.Path]heap.Taint // what interceptors see; worked out when first needed
	servedElsewhere [2][]summary.LabelFact       // of that, what imported packages tell
}

// Outcome is what following a package gave.
type Outcome struct {
	Flows []*Flow  // in the order of their sinks
	Masks []string // masking functions by their body, by key: the package's own and those of imported ones

	// Unfinished are functions too large or tangled to be followed to the end.
	Unfinished []string

	// Carriers are the package's own functions from text to text that give back what they
	// are given, whatever they are called.
	Carriers []string

	// Clean are masking and other converters of imported packages whose result has
	// nothing of what they are given.
	Clean []string
}

// Follow interprets a package: it returns what flows, and exports what the package's
// functions do as a fact.
func Follow(pass *analysis.Pass, prog *program.Result, ids *externalid.Result, cfg *policy.Config, results summary.Results) Outcome {
	e := &engine{
		pass: pass, prog: prog, paths: heap.NewPaths(), pol: cfg, ext: ids, program: results,
		own: map[string]*summary.Summary{}, local: map[*ssa.Function]*summary.Summary{}, facts: map[string]*summary.FuncFact{}, imported: map[string]*summary.Summary{}, declared: map[string]bool{}, converters: map[string]bool{},
		hasSummaries: map[string]bool{}, globals: map[*ssa.Global]map[*heap.Path]heap.Taint{}, flows: map[flowKey]*Flow{}, masked: map[string]bool{},
		spotCache: map[spotKey][]spot{}, fieldLabels: map[types.Type][]fieldLabel{}, impls: map[*types.Func][]*types.Func{}, unfinished: map[string]token.Pos{}, uses: map[*ssa.Function]map[string]bool{},
		hands: map[*ssa.Function][]summary.Handed{}, handlers: map[*ssa.Function]map[int]string{}, woken: map[*ssa.Function]bool{},
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
	return Outcome{Clean: e.clean, Carriers: e.carriers(), Flows: e.sorted(), Masks: e.maskNames, Unfinished: slices.Sorted(maps.Keys(e.unfinished))}
}

func (e *engine) readFacts() {
	for _, pf := range e.pass.AllPackageFacts() {
		if s, ok := pf.Fact.(*summary.Summaries); ok && pf.Package != e.pass.Pkg {
			e.hasSummaries[pf.Package.Path()] = true
			for i := range s.Funcs {
				if s.Funcs[i].Name == summary.Messages {
					for j := range e.servedElsewhere {
						e.servedElsewhere[j] = append(e.servedElsewhere[j], s.Funcs[i].Results[j].At...)
					}
					continue
				}
				e.facts[s.Funcs[i].Name] = &s.Funcs[i]
			}
			for _, name := range s.Masks {
				e.masked[name] = true
				e.maskNames = append(e.maskNames, name)
			}
			for _, name := range s.Clean {
				e.imported[name] = &summary.Summary{Results: []summary.Output{{Known: true}}}
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
	sum.TakesFromRequest = e.hands[fn]
	old := e.local[fn]
	e.local[fn] = sum
	if obj, ok := fn.Object().(*types.Func); ok {
		name := program.FuncOf(obj).String()
		e.own[name] = sum
		_, unfinished := e.unfinished[fn.String()]
		e.converters[name] = !unfinished && passesText(obj)
	}
	return old == nil && !sum.Trivial() || old != nil && old.Size() != sum.Size()
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
			cmp.Compare(boolInt(a.Label.Weak), boolInt(b.Label.Weak)), a.Label.Source().Compare(b.Label.Source()), cmp.Compare(a.Label.Pos, b.Label.Pos))
	})
}

// summaryOf is the summary of a declared function, of this package or an imported
// one; nil if there is none.
func (e *engine) summaryOf(fn *types.Func) *summary.Summary {
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
		e.imported[name] = summary.Imported(*f, e.paths, e.packageAt)
	}
	return e.imported[name]
}

// literal is the summary of a function of this package that is at hand as a value.
func (e *engine) literal(fn *ssa.Function) *summary.Summary {
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
	fact := &summary.Summaries{}
	for _, name := range slices.Sorted(maps.Keys(e.own)) {
		switch s := e.own[name]; {
		case !s.Trivial():
			fact.Funcs = append(fact.Funcs, summary.SpellOut(name, s, pass.Fset.Position))
		case e.converters[name] && len(fact.Clean) < summary.MaxFuncFacts:
			fact.Clean = append(fact.Clean, name)
		}
	}
	slices.SortStableFunc(fact.Funcs, func(a, b summary.FuncFact) int { return b.Weight() - a.Weight() })
	if len(fact.Funcs) > summary.MaxFuncFacts {
		fact.Funcs = fact.Funcs[:summary.MaxFuncFacts]
	}
	if served := e.served(); len(served.Results[answered].At)+len(served.Results[asked].At) > 0 {
		fact.Funcs = append(fact.Funcs, served)
	}
	for _, name := range e.maskNames {
		if strings.HasPrefix(name, pass.Pkg.Path()+".") && len(fact.Masks) < summary.MaxFuncFacts {
			fact.Masks = append(fact.Masks, name)
		}
	}
	if len(fact.Funcs)+len(fact.Clean)+len(fact.Masks) > 0 {
		pass.ExportPackageFact(fact)
	}
}

// packageAt is a package that this one imports, be it through others; nil if none.
func (e *engine) packageAt(path string) *types.Package {
	if e.packages == nil {
		e.packages = map[string]*types.Package{}
		var add func(p *types.Package)
		add = func(p *types.Package) {
			if e.packages[p.Path()] == nil {
				e.packages[p.Path()] = p
				for _, q := range p.Imports() {
					add(q)
				}
			}
		}
		add(e.pass.Pkg)
	}
	return e.packages[path]
}

// carriers are the functions that Outcome names so.
func (e *engine) carriers() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(e.own)) {
		if e.converters[name] && !e.masked[name] && e.own[name].ResultsDependOn(0, e.paths) {
			out = append(out, name)
		}
	}
	return out
}
