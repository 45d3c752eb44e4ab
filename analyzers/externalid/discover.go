package externalid

import (
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// FieldSink reports whether a field is the one STS receives, and its name.
func FieldSink(t types.Type, i int) (string, bool) { return fieldSink(program.FieldKey(t, i)) }

// Setter reports whether a method hands its argument to STS.
func Setter(fn *types.Func) (string, bool) {
	s, ok := setters[program.FuncOf(fn).String()]
	return s, ok
}

// discovery walks back from where External IDs are put into place. It is a
// fixed point over marked keys, each walked from once.
type discovery struct {
	pass    *analysis.Pass
	prog    *program.Result
	r       *Result
	calls   map[string][]*ssa.CallCommon // by callee key
	fnOf    map[*ssa.CallCommon]*ssa.Function
	stores  map[string][]placed // by field key
	globals map[*ssa.Global][]placed
	returns map[string][]placed // by result key
	closure map[*ssa.Function]*ssa.MakeClosure
	ifaces  []*types.Named
	pairs   [][2]placed // what is compared for equality
	seen    map[visit]bool
	queue   []string // keys marked and not yet walked from
}

// placed is a value put somewhere by an instruction.
type placed struct {
	val ssa.Value
	at  token.Pos
	fn  *ssa.Function
}

type visit struct {
	v    ssa.Value
	call *ssa.CallCommon
	s    Strength
}

func newDiscovery(pass *analysis.Pass, prog *program.Result, r *Result) *discovery {
	d := &discovery{pass: pass, prog: prog, r: r,
		calls: map[string][]*ssa.CallCommon{}, fnOf: map[*ssa.CallCommon]*ssa.Function{},
		stores: map[string][]placed{}, globals: map[*ssa.Global][]placed{}, returns: map[string][]placed{},
		closure: map[*ssa.Function]*ssa.MakeClosure{}, seen: map[visit]bool{}}
	d.interfaces()
	for _, fn := range prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				d.index(fn, instr)
			}
		}
	}
	return d
}

// interfaces collects those whose methods this package's types may implement.
func (d *discovery) interfaces() {
	scopes := []*types.Package{d.pass.Pkg}
	for _, p := range d.pass.Pkg.Imports() {
		if !program.IsStd(p.Path()) && !strings.HasPrefix(p.Path(), "github.com/aws/") {
			scopes = append(scopes, p)
		}
	}
	for _, p := range scopes {
		for _, name := range p.Scope().Names() {
			if tn, ok := p.Scope().Lookup(name).(*types.TypeName); ok && !tn.IsAlias() {
				if n, ok := tn.Type().(*types.Named); ok && types.IsInterface(n) && n.TypeParams() == nil && n.Underlying().(*types.Interface).NumMethods() > 0 {
					d.ifaces = append(d.ifaces, n)
				}
			}
		}
	}
}

func (d *discovery) index(fn *ssa.Function, instr ssa.Instruction) {
	switch i := instr.(type) {
	case ssa.CallInstruction:
		c := i.Common()
		if obj := program.Callee(c); obj != nil {
			key := program.FuncOf(obj).String()
			d.calls[key] = append(d.calls[key], c)
			d.fnOf[c] = fn
			if equalities[key] && len(c.Args) == 2 {
				d.compared(fn, c.Args[0], c.Args[1], c.Pos())
			}
		}
	case *ssa.Store:
		switch addr := i.Addr.(type) {
		case *ssa.FieldAddr:
			if key := program.FieldKey(addr.X.Type(), addr.Field); key != "" {
				d.stores[key] = append(d.stores[key], placed{i.Val, i.Pos(), fn})
			}
		case *ssa.Global:
			d.globals[addr] = append(d.globals[addr], placed{i.Val, i.Pos(), fn})
		}
	case *ssa.Return:
		if obj, ok := fn.Object().(*types.Func); ok {
			for j, v := range i.Results {
				key := program.FuncOf(obj).Result(j)
				d.returns[key] = append(d.returns[key], placed{v, i.Pos(), fn})
			}
		}
	case *ssa.MakeClosure:
		d.closure[i.Fn.(*ssa.Function)] = i
	case *ssa.BinOp:
		if i.Op == token.EQL || i.Op == token.NEQ {
			d.compared(fn, i.X, i.Y, i.Pos())
		}
	}
}

// run seeds the walk with STS itself, the project's own words and names, and goes
// on until no key is new.
func (d *discovery) run() {
	for _, fn := range d.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				d.seed(fn, instr)
			}
		}
	}
	d.locals()
	d.keyed()
	for key := range d.r.known {
		d.queue = append(d.queue, key)
	}
	slices.Sort(d.queue)
	for {
		for len(d.queue) > 0 {
			key := d.queue[0]
			d.queue = d.queue[1:]
			d.from(key)
		}
		d.equals()
		if len(d.queue) == 0 {
			return
		}
	}
}

// compared remembers two fields whose texts are compared.
func (d *discovery) compared(fn *ssa.Function, x, y ssa.Value, at token.Pos) {
	x, y = unconverted(x), unconverted(y)
	if fieldRead(x) != nil && fieldRead(y) != nil {
		d.pairs = append(d.pairs, [2]placed{{x, at, fn}, {y, at, fn}})
	}
}

func unconverted(v ssa.Value) ssa.Value {
	for {
		switch c := v.(type) {
		case *ssa.Convert:
			v = c.X
		case *ssa.ChangeType:
			v = c.X
		default:
			return v
		}
	}
}

// fieldRead is the address of the field that a text is read from; nil for other values.
func fieldRead(v ssa.Value) *ssa.FieldAddr {
	u, ok := v.(*ssa.UnOp)
	if !ok || u.Op != token.MUL || !carriesText(u.Type()) {
		return nil
	}
	fa, _ := u.X.(*ssa.FieldAddr)
	return fa
}

// equals takes a field for an External ID that has to be equal to one: the value that
// was handed out, which the one that came back is checked against.
func (d *discovery) equals() {
	for _, pair := range d.pairs {
		for i, known := range pair {
			other := pair[1-i]
			fa := fieldRead(known.val)
			key := program.FieldKey(fa.X.Type(), fa.Field)
			item, ok := d.r.known[key]
			if why := d.r.Field(fa.X.Type(), fa.Field); ok && why != nil && !why.Typed && item.Strength > Named {
				d.back(other.val, nil, &Why{What: what(key), Reason: Reason{Kind: ComparedWith, Subject: what(key).String()}, Strength: why.Strength}, other)
			}
		}
	}
}

func (d *discovery) seed(fn *ssa.Function, instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.Store:
		addr, ok := i.Addr.(*ssa.FieldAddr)
		if !ok {
			return
		}
		key := program.FieldKey(addr.X.Type(), addr.Field)
		if what, ok := fieldSink(key); ok {
			d.back(i.Val, nil, toSTS(what), placed{i.Val, i.Pos(), fn})
		} else if _, known := d.r.known[key]; !known {
			if why := d.r.Field(addr.X.Type(), addr.Field); why != nil && !why.Typed {
				d.back(i.Val, nil, why, placed{i.Val, i.Pos(), fn})
			}
		}
	case *ssa.MapUpdate:
		if k, ok := constantString(i.Key); ok && k == conditionKey {
			d.back(i.Value, nil, &Why{What: Thing{Kind: Plain, Name: conditionKey}, Reason: Reason{Kind: OfCondition, Subject: conditionKey}, Strength: Reaches}, placed{i.Value, i.Pos(), fn})
		}
	case ssa.CallInstruction:
		obj := program.Callee(i.Common())
		if obj == nil {
			return
		}
		d.conditions(i, obj, fn)
		args := program.DeclaredArgs(i.Common())
		if what, ok := Setter(obj); ok && len(args) == 1 {
			d.back(args[0], nil, toSTS(what), placed{args[0], i.Pos(), fn})
		}
	}
}

func constantString(v ssa.Value) (string, bool) {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(c.Value), true
}

// from walks back from every place in this package where something is put into
// what the key names.
func (d *discovery) from(key string) {
	item := d.r.known[key]
	why := &Why{What: what(key), Reason: item.Reason, Strength: item.Strength}
	for _, p := range d.stores[key] {
		d.back(p.val, nil, why, p)
	}
	for _, p := range d.returns[key] {
		d.back(p.val, nil, why, p)
	}
	for g, ps := range d.globals {
		if program.VarKey(g) == key {
			for _, p := range ps {
				d.back(p.val, nil, why, p)
			}
		}
	}
	if fn, i, ok := paramKey(key); ok {
		for _, c := range d.calls[fn] {
			if args := program.DeclaredArgs(c); i < len(args) {
				d.back(args[i], nil, why, placed{args[i], c.Pos(), d.fnOf[c]})
			}
		}
	}
}

// what names a key: the type and the name without the path.
func what(key string) Thing {
	key = key[strings.LastIndex(key, "/")+1:]
	if fn, i, ok := paramKey(key); ok {
		_, name, _ := strings.Cut(fn, ".")
		return Thing{Kind: Argument, Owner: strconv.Itoa(i + 1), Name: name}
	}
	if fn, _, ok := strings.Cut(key, "@"); ok {
		_, name, _ := strings.Cut(fn, ".")
		return Thing{Kind: ResultOf, Name: name}
	}
	if _, name, ok := strings.Cut(key, "."); ok {
		key = name
	}
	return Thing{Kind: Plain, Name: key}
}

// toSTS is the reason of what is put into a field that STS receives.
func toSTS(field string) *Why {
	return &Why{What: Thing{Kind: Plain, Name: field}, Reason: Reason{Kind: ReachesSTS, Subject: field}, Strength: Reaches}
}

func paramKey(key string) (fn string, i int, ok bool) {
	fn, index, ok := strings.Cut(key, "#")
	if !ok {
		return "", 0, false
	}
	for _, c := range index {
		if c < '0' || c > '9' || i > 1000 {
			return "", 0, false
		}
		i = i*10 + int(c-'0')
	}
	return fn, i, true
}

// back follows a value to where it comes from. call is the call through whose
// callee's returns the walk came, so that a helper's parameter is followed to the
// argument of that call only and not taken for an External ID everywhere.
func (d *discovery) back(v ssa.Value, call *ssa.CallCommon, why *Why, at placed) {
	key := visit{v, call, why.Strength}
	if d.seen[key] {
		return
	}
	d.seen[key] = true
	if PublicValue(v) != "" {
		d.r.Origins = append(d.r.Origins, Origin{v, at.at, at.fn, why})
		return
	}
	switch v := v.(type) {
	case *ssa.Phi:
		for _, e := range v.Edges {
			d.back(e, call, why, at)
		}
	case *ssa.ChangeType:
		d.back(v.X, call, why, at)
	case *ssa.Convert:
		d.back(v.X, call, why, at)
	case *ssa.MakeInterface:
		d.back(v.X, call, why, at)
	case *ssa.ChangeInterface:
		d.back(v.X, call, why, at)
	case *ssa.TypeAssert:
		d.back(v.X, call, why, at)
		d.here(v, call, why)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			d.here(v, call, why)
			d.load(v.X, call, why, at)
		}
	case *ssa.Field:
		d.here(v, call, why)
		d.field(v.X.Type(), v.Field, v.X, call, why, at)
	case *ssa.FieldAddr, *ssa.Alloc, *ssa.Global, *ssa.FreeVar, *ssa.IndexAddr:
		d.here(v, call, why)
		d.load(v, call, why, at)
	case *ssa.Parameter:
		d.param(v, call, why, at)
	case *ssa.Extract:
		switch t := v.Tuple.(type) {
		case *ssa.Call:
			d.result(v, &t.Call, v.Index, call, why, at)
		case *ssa.TypeAssert:
			d.here(v, call, why)
			d.back(t.X, call, why, at)
		default:
			d.origin(v, call, why, at)
		}
	case *ssa.Call:
		d.result(v, &v.Call, 0, call, why, at)
	default:
		d.origin(v, call, why, at)
	}
}

// here marks a value of the package's own code as an External ID. A value inside a
// helper that was entered through a call is one for that call only.
func (d *discovery) here(v ssa.Value, call *ssa.CallCommon, why *Why) {
	if old := d.r.values[v]; call == nil && (old == nil || old.Strength < why.Strength) {
		if _, isConst := v.(*ssa.Const); !isConst {
			d.r.values[v] = &Why{Reason: why.Reason, Strength: why.Strength}
		}
	}
}

func (d *discovery) origin(v ssa.Value, call *ssa.CallCommon, why *Why, at placed) {
	d.here(v, call, why)
	d.r.Origins = append(d.r.Origins, Origin{v, at.at, at.fn, why})
}

func (d *discovery) mark(key string, why *Why) {
	// A name is no proof: what it suggests does not spread to other declarations.
	if why.Strength > Named && d.r.mark(key, why.Reason, why.Strength) {
		d.queue = append(d.queue, key)
	}
}

// load follows what is stored at an address.
func (d *discovery) load(addr ssa.Value, call *ssa.CallCommon, why *Why, at placed) {
	switch a := addr.(type) {
	case *ssa.FieldAddr:
		d.field(a.X.Type(), a.Field, a.X, call, why, at)
	case *ssa.Global:
		d.mark(program.VarKey(a), why)
		if a.Pkg != d.prog.Pkg { // what it holds is not decided here
			d.r.Origins = append(d.r.Origins, Origin{a, at.at, at.fn, why})
		}
	case *ssa.FreeVar:
		if b := d.binding(a); b != nil {
			d.load(b, call, why, at)
		}
	case *ssa.Alloc:
		for _, ref := range *a.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == a {
				d.back(st.Val, call, why, placed{st.Val, st.Pos(), at.fn})
			}
		}
	case *ssa.Phi:
		for _, e := range a.Edges {
			d.back(e, call, why, at)
		}
	default:
		d.back(addr, call, why, at)
	}
}

func (d *discovery) binding(v *ssa.FreeVar) ssa.Value {
	mc := d.closure[v.Parent()]
	if mc == nil {
		return nil
	}
	if i := slices.Index(v.Parent().FreeVars, v); i >= 0 {
		return mc.Bindings[i]
	}
	return nil
}

// field marks a field, or follows the struct that is a mere wrapper of text.
func (d *discovery) field(t types.Type, i int, x ssa.Value, call *ssa.CallCommon, why *Why, at placed) {
	if textWrappers[program.TypeKey(t)] {
		if u, ok := x.(*ssa.UnOp); ok && u.Op == token.MUL {
			x = u.X
		}
		d.back(x, call, why, at)
		return
	}
	key := program.FieldKey(t, i)
	if s := program.StructOf(t); key == "" || s == nil || !ownable(key) || generic(s.Field(i).Name()) {
		return
	}
	d.mark(key, why)
}

func (d *discovery) param(p *ssa.Parameter, call *ssa.CallCommon, why *Why, at placed) {
	fn := p.Parent()
	i := slices.Index(fn.Params, p)
	if call != nil && i < len(call.Args) && program.Body(call) == fn {
		d.back(call.Args[i], nil, why, placed{call.Args[i], call.Pos(), d.fnOf[call]})
		return
	}
	d.here(p, call, why)
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		d.r.Origins = append(d.r.Origins, Origin{p, at.at, at.fn, why})
		return
	}
	if fn.Signature.Recv() != nil {
		i--
	}
	if i < 0 {
		return
	}
	if obj = obj.Origin(); why.Strength == Named {
		d.from4name(obj, i, why)
		return
	}
	d.mark(program.FuncOf(obj).Param(i), why)
	for _, m := range d.implements(obj) {
		d.mark(program.FuncOf(m).Param(i), why)
	}
}

// from4name follows a parameter to the arguments of its callers in this package
// without marking it.
func (d *discovery) from4name(fn *types.Func, i int, why *Why) {
	for _, c := range d.calls[program.FuncOf(fn).String()] {
		if args := program.DeclaredArgs(c); i < len(args) {
			d.back(args[i], nil, why, placed{args[i], c.Pos(), d.fnOf[c]})
		}
	}
}

// implements lists the interface methods through which a method may be called.
func (d *discovery) implements(fn *types.Func) []*types.Func {
	recv := fn.Signature().Recv()
	if recv == nil {
		return nil
	}
	var out []*types.Func
	for _, n := range d.ifaces {
		iface := n.Underlying().(*types.Interface)
		obj, _, _ := types.LookupFieldOrMethod(iface, false, fn.Pkg(), fn.Name())
		m, ok := obj.(*types.Func)
		if ok && m != fn && (types.Implements(recv.Type(), iface) || types.Implements(types.NewPointer(recv.Type()), iface)) {
			out = append(out, m)
		}
	}
	return out
}

func isConstant(v ssa.Value) bool {
	_, ok := v.(*ssa.Const)
	return ok
}

// result follows a call's result into the callee, or marks it.
func (d *discovery) result(v ssa.Value, c *ssa.CallCommon, j int, call *ssa.CallCommon, why *Why, at placed) {
	obj := program.Callee(c)
	if obj == nil {
		d.origin(v, call, why, at)
		return
	}
	f := program.FuncOf(obj)
	if f.String() == "strings.Repeat" && isConstant(c.Args[0]) { // what masks are made of: nobody's ID
		d.r.Origins = append(d.r.Origins, Origin{v, at.at, at.fn, why})
		return
	}
	if i, ok := same[f.String()]; ok && i < len(c.Args) {
		d.here(v, call, why)
		d.back(c.Args[i], call, why, at)
		return
	}
	if choices[f.String()] && len(c.Args) == 1 {
		d.here(v, call, why)
		for _, arg := range variadic(c.Args[0]) {
			d.back(arg, call, why, at)
		}
		return
	}
	if f.Recv != "" && slices.Contains(unwrap, f.Name) && len(program.DeclaredArgs(c)) == 0 {
		d.here(v, call, why)
		recv := c.Value
		if !c.IsInvoke() {
			recv = c.Args[0]
		}
		d.back(recv, call, why, at)
		return
	}
	if field := getter(c, obj); field != "" {
		d.here(v, call, why)
		d.mark(field, why)
		return
	}
	body := program.Body(c)
	if args := program.DeclaredArgs(c); body == nil && converts(obj, args) {
		d.here(v, call, why)
		d.back(args[0], call, why, at)
		return
	}
	if body == nil || call != nil {
		d.origin(v, call, why, at)
		if ownable(f.String()) && obj.Pkg() != nil && !program.IsStd(f.Pkg) && sameModule(obj.Pkg(), d.pass.Pkg) && !general(obj, program.DeclaredArgs(c)) {
			d.mark(f.Result(j), why)
		}
		return
	}
	d.here(v, call, why)
	for _, p := range d.returns[f.Result(j)] {
		d.back(p.val, c, why, p)
	}
}

// general reports whether a function gives what it is told to, so that its result is an
// External ID where it was asked for one, and something else in another call: it decrypts a
// text, or gets a label by its key. One that is told whose External ID to find, by an
// identifier, finds no other thing, nor does one that is called after them.
func general(fn *types.Func, args []ssa.Value) bool {
	if strings.Contains(plain(fn.Name()), "externalid") {
		return false
	}
	params := fn.Signature().Params()
	for i, a := range args {
		if s, ok := constantString(a); ok && s != "" {
			return true
		}
		if p := params.At(min(i, params.Len()-1)); isPlainText(a.Type()) && !identifies(p.Name()) {
			return true
		}
	}
	return false
}

// converts reports whether a function out of sight hands on the only text that it is
// given: a pointer to it, or the text in another spelling. What was encrypted is not that.
func converts(fn *types.Func, args []ssa.Value) bool {
	name := strings.ToLower(fn.Name())
	if len(args) != 1 || fn.Signature().Recv() != nil || !isPlainText(args[0].Type()) || strings.Contains(name, "crypt") {
		return false
	}
	if fn.Signature().Results().Len() == 0 || !isPlainText(program.Element(fn.Signature().Results().At(0).Type())) && !isTypeParam(fn.Signature().Results().At(0).Type()) {
		return false
	}
	return !slices.ContainsFunc(finds, func(p string) bool { return strings.HasPrefix(name, p) })
}

func isTypeParam(t types.Type) bool {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	_, ok := types.Unalias(t).(*types.TypeParam)
	return ok
}

func isPlainText(t types.Type) bool {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsString != 0
	case *types.Slice:
		b, ok := u.Elem().Underlying().(*types.Basic)
		return ok && b.Kind() == types.Uint8
	}
	return false
}

// identifies reports whether a parameter is called as what tells one thing from another.
func identifies(name string) bool {
	p := plain(name)
	return IsPublic(name) || strings.HasSuffix(p, "id") || strings.HasSuffix(p, "arn") || saysExternalID(name)
}

// sameModule guesses from the first three elements of the paths, or from the first
// where it is no host.
func sameModule(a, b *types.Package) bool {
	cut := func(p *types.Package) string {
		parts := strings.SplitN(p.Path(), "/", 4)
		if !strings.Contains(parts[0], ".") {
			return parts[0]
		}
		return strings.Join(parts[:min(3, len(parts))], "/")
	}
	return cut(a) == cut(b)
}

// getter is the key of the field that a protobuf-like GetX method returns.
func getter(c *ssa.CallCommon, obj *types.Func) string {
	name, ok := strings.CutPrefix(obj.Name(), "Get")
	recv := obj.Signature().Recv()
	if !ok || name == "" || recv == nil || len(program.DeclaredArgs(c)) > 0 {
		return ""
	}
	s := program.StructOf(recv.Type())
	if s == nil {
		return ""
	}
	for i := range s.NumFields() {
		if s.Field(i).Name() == name {
			return program.FieldKey(recv.Type(), i)
		}
	}
	return ""
}
