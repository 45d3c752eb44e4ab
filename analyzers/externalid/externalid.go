package externalid

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/analyzers/program"
)

// Program is what was found in the whole program, by key, so that packages learn of
// uses in packages they do not import.
type Program map[string]Item

// New makes the pass that finds External IDs in what prog builds. Its result is a
// *Result.
func New(cfg *policy.Config, prog *analysis.Analyzer, known *Program) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "externalid",
		Doc:  "find what carries an AWS External ID (reports nothing)",
		Run: func(pass *analysis.Pass) (any, error) {
			return run(pass, pass.ResultOf[prog].(*program.Result), cfg, *known), nil
		},
		Flags:      *cfg.Flags("externalid"),
		Requires:   []*analysis.Analyzer{prog},
		ResultType: reflect.TypeFor[*Result](),
		FactTypes:  []analysis.Fact{new(Known)},
	}
}

// Strength orders the reasons to take something for an External ID.
type Strength int

// The strengths, weakest first.
const (
	Named     Strength = iota + 1 // its name, with AWS about it
	Annotated                     // the project says so
	Reaches                       // it flows to STS
)

// Why is the reason for which something is an External ID.
type Why struct {
	What     Thing
	Reason   Reason
	Strength Strength
	Typed    bool // followed because of its configured type, whatever it holds
	Unshown  int  // of a field that encoders leave out: one more than its index
}

// Known is the fact about a package: the keys of what carries an External ID, as
// found there, with the reason. Keys may belong to imported packages.
type Known struct{ Items []Item }

// Item is one key of Known, in the order of keys.
type Item struct {
	Key      string
	Reason   Reason
	Strength Strength
}

// AFact marks Known as a fact.
func (*Known) AFact() {}

func (k *Known) String() string {
	keys := make([]string, len(k.Items))
	for i, item := range k.Items {
		keys[i] = item.Key
	}
	return "known(" + strings.Join(keys, " ") + ")"
}

// maxItems bounds the fact of one package.
const maxItems = 512

// Result answers what carries an External ID in one package.
type Result struct {
	known   map[string]Item
	values  map[ssa.Value]*Why
	updates map[*ssa.MapUpdate]*Why
	fieldMu sync.Mutex // drivers run the passes that ask side by side
	fields  map[fieldID]*Why
	policy  *policy.Config
	settled bool     // discovery is over: what is not known will not be
	Origins []Origin // where the package's External IDs come from
}

type fieldID struct {
	s *types.Struct
	i int
	t *types.Named
}

// Origin is a value that becomes an External ID without having been one: what
// rule 1 and 2 found by walking back until no further.
type Origin struct {
	Value ssa.Value
	At    token.Pos // where it is put into place
	Fn    *ssa.Function
	Why   *Why // what it becomes
}

func run(pass *analysis.Pass, prog *program.Result, cfg *policy.Config, known Program) *Result {
	r := &Result{known: map[string]Item{}, values: map[ssa.Value]*Why{}, updates: map[*ssa.MapUpdate]*Why{}, fields: map[fieldID]*Why{}, policy: cfg}
	if prog.Pkg == nil {
		return r
	}
	maps.Copy(r.known, known)
	for _, f := range pass.AllPackageFacts() {
		if k, ok := f.Fact.(*Known); ok && f.Package != pass.Pkg {
			for _, item := range k.Items {
				r.known[item.Key] = item
			}
		}
	}
	before := maps.Clone(r.known)
	r.annotations(pass)
	if !r.policy.OnlySources {
		newDiscovery(pass, prog, r).run()
	}
	r.settled = true
	clear(r.fields)
	if fact := added(before, r.known); len(fact.Items) > 0 {
		pass.ExportPackageFact(fact)
	}
	return r
}

func added(before, after map[string]Item) *Known {
	k := &Known{}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if item := after[key]; before[key] != item && len(k.Items) < maxItems {
			k.Items = append(k.Items, item)
		}
	}
	return k
}

// annotation is the project's word that something is an External ID.
const annotation = "//deputy:externalid"

func annotated(groups ...*ast.CommentGroup) bool {
	return slices.ContainsFunc(groups, func(g *ast.CommentGroup) bool {
		return g != nil && slices.ContainsFunc(g.List, func(c *ast.Comment) bool {
			rest, ok := strings.CutPrefix(c.Text, annotation)
			return ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t')
		})
	})
}

// annotations records what is annotated in the package.
func (r *Result) annotations(pass *analysis.Pass) {
	path := pass.Pkg.Path()
	note := func(key string) { r.mark(key, Reason{Kind: AnnotatedSo}, Annotated) }
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if obj, ok := pass.TypesInfo.Defs[decl.Name].(*types.Func); ok && annotated(decl.Doc) {
					note(program.FuncOf(obj).Result(0))
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					r.annotatedSpec(path, decl, spec, note)
				}
			}
		}
	}
}

func (r *Result) annotatedSpec(path string, decl *ast.GenDecl, spec ast.Spec, note func(string)) {
	switch spec := spec.(type) {
	case *ast.ValueSpec:
		if annotated(decl.Doc, spec.Doc, spec.Comment) {
			for _, name := range spec.Names {
				note(path + "." + name.Name)
			}
		}
	case *ast.TypeSpec:
		key := path + "." + spec.Name.Name
		if annotated(decl.Doc, spec.Doc, spec.Comment) {
			note(key)
		}
		st, ok := spec.Type.(*ast.StructType)
		if !ok {
			return
		}
		for _, f := range st.Fields.List {
			if annotated(f.Doc, f.Comment) {
				for _, name := range f.Names {
					note(key + "." + name.Name)
				}
			}
		}
	}
}

// mark records a key unless it is known for a reason as strong.
func (r *Result) mark(key string, reason Reason, s Strength) bool {
	if old, ok := r.known[key]; key == "" || ok && old.Strength >= s {
		return false
	}
	r.known[key] = Item{key, reason, s}
	return true
}

func (r *Result) lookup(key string, what Thing) *Why {
	item, ok := r.known[key]
	if key == "" || !ok {
		return nil
	}
	return &Why{What: what, Reason: item.Reason, Strength: item.Strength}
}

// Field says why field i of a struct, or of a pointer to one, is an External ID;
// nil if it is none.
func (r *Result) Field(t types.Type, i int) *Why {
	s := program.StructOf(t)
	if s == nil || i >= s.NumFields() {
		return nil
	}
	id := fieldID{s, i, program.NamedOf(t)}
	r.fieldMu.Lock()
	defer r.fieldMu.Unlock()
	if why, ok := r.fields[id]; ok && (why != nil || r.settled) {
		return why
	}
	why := r.field(t, s, i)
	if why != nil && reflect.StructTag(s.Tag(i)).Get("json") == "-" {
		why.Unshown = i + 1
	}
	r.fields[id] = why
	return why
}

func (r *Result) field(t types.Type, s *types.Struct, i int) *Why {
	f := s.Field(i)
	owner, key := program.TypeKey(t), program.FieldKey(t, i)
	what := Thing{Kind: Field, Name: f.Name()}
	if n := program.NamedOf(t); n != nil {
		what.Owner = n.Obj().Name()
		if pkg := n.Obj().Pkg(); pkg != nil && r.policy.IsSourceField(pkg.Path(), n.Obj().Name(), f.Name()) {
			return &Why{What: what, Reason: Reason{Kind: ConfiguredSource}, Strength: Annotated, Typed: true}
		}
	}
	if r.policy.IsTagged(s.Tag(i)) {
		return &Why{What: what, Reason: Reason{Kind: TaggedSource}, Strength: Annotated, Typed: true}
	}
	if why := r.lookup(key, what); why != nil {
		return why
	}
	if key != "" && r.policy.IsExternalIDField(key) {
		return &Why{What: what, Reason: Reason{Kind: ConfiguredField}, Strength: Annotated}
	}
	if r.policy.OnlySources {
		return r.lookup(program.TypeKey(f.Type()), what)
	}
	if field, ok := fieldSink(key); ok {
		return &Why{What: what, Reason: Reason{Kind: Is, Subject: field}, Strength: Reaches}
	}
	if why := r.lookup(program.TypeKey(f.Type()), what); why != nil {
		return why
	}
	if reason, ok := byName(owner, s, i); ok {
		return &Why{What: what, Reason: reason, Strength: Named}
	}
	return nil
}

// Type says why every value of a type is followed, nil if not.
func (r *Result) Type(t types.Type) *Why {
	n := program.NamedOf(t)
	if n == nil || n.Obj().Pkg() == nil {
		return nil
	}
	if r.policy.IsSourceType(n.Obj().Pkg().Path(), n.Obj().Name()) {
		return &Why{What: Thing{Kind: Type, Name: n.Obj().Name()}, Reason: Reason{Kind: ConfiguredSource}, Strength: Annotated, Typed: true}
	}
	return r.lookup(program.TypeKey(t), Thing{Kind: Type, Name: n.Obj().Name()})
}

// Param says why a declared parameter (the receiver not counted) is an External ID.
func (r *Result) Param(fn *types.Func, i int) *Why {
	if fn == nil || i >= fn.Signature().Params().Len() {
		return nil
	}
	p := fn.Signature().Params().At(i)
	what := Thing{Kind: Parameter, Name: p.Name()}
	if why := r.lookup(program.FuncOf(fn).Param(i), what); why != nil {
		return why
	}
	if reason, ok := byParamName(fn, i); ok && !r.policy.OnlySources {
		return &Why{What: what, Reason: reason, Strength: Named}
	}
	return nil
}

// ResultOf says why a function's result is an External ID.
func (r *Result) ResultOf(fn *types.Func, i int) *Why {
	return r.lookup(program.FuncOf(fn).Result(i), Thing{Kind: ResultOf, Name: fn.Name()})
}

// Global says why a package variable is an External ID.
func (r *Result) Global(g *ssa.Global) *Why {
	return r.lookup(program.VarKey(g), Thing{Kind: Variable, Name: g.Name()})
}

// Value says why a local value is an External ID: it flows to one in its function.
func (r *Result) Value(v ssa.Value) *Why { return r.values[v] }

// Update says why what is put into a map is an External ID: its key says so.
func (r *Result) Update(u *ssa.MapUpdate) *Why { return r.updates[u] }

// Items are everything known after the package, for a program-wide view.
func (r *Result) Items() []Item { return slices.Collect(maps.Values(r.known)) }
