package idweak

import (
	"cmp"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// New makes the pass that reports weak External IDs.
func New(prog, ids *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idweak",
		Doc:  "report External IDs that are literals, derived from known identifiers, or not random enough\n\nGenerate one for each customer, from 16 bytes of crypto/rand or a version 4 UUID.",
		URL:  taint.Docs + "idweak",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[prog].(*program.Result), pass.ResultOf[ids].(*externalid.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{prog, ids},
	}
}

func run(pass *analysis.Pass, prog *program.Result, ids *externalid.Result) {
	r := report.New(pass)
	seen := map[token.Pos]bool{}
	for _, fn := range prog.Funcs {
		shared(fn, ids, func(at token.Pos, what string) {
			if !seen[at] && !program.IsTestOnly(pass, at) {
				seen[at] = true
				r.Report(analysis.Diagnostic{Pos: at, Category: "idweak", Message: "weak External ID: " + what})
			}
		})
	}
	for _, o := range ids.Origins {
		at := program.Near(o.Fn, o.At)
		if reason := weakness(o.Value, 0); reason != "" && !seen[at] && !program.IsTestOnly(pass, at) && !isExample(o) {
			seen[at] = true
			r.Report(analysis.Diagnostic{Pos: at, Category: "idweak", Message: "weak External ID: " + o.Why.What.String() + " is " + reason})
		}
	}
	r.Done()
}

// sources are functions by what their result is worth: a reason, or "" for good.
var sources = map[string]string{
	"github.com/google/uuid.New": "", "github.com/google/uuid.NewString": "", "github.com/google/uuid.NewRandom": "",
	"github.com/google/uuid.Must": "", "crypto/rand.Text": "",
	"github.com/google/uuid.NewUUID": "a version 1 UUID, made of the time and a network address",
	"github.com/google/uuid.NewV6":   "a version 6 UUID, made of the time and a network address",
	"github.com/google/uuid.NewMD5":  "a version 3 UUID, a hash that anybody can compute",
	"github.com/google/uuid.NewSHA1": "a version 5 UUID, a hash that anybody can compute",
	"github.com/gofrs/uuid.NewV1":    "a version 1 UUID, made of the time and a network address",
	"github.com/gofrs/uuid.NewV3":    "a version 3 UUID, a hash that anybody can compute",
	"github.com/gofrs/uuid.NewV5":    "a version 5 UUID, a hash that anybody can compute",
	"github.com/rs/xid.New":          "an xid, made of the time and a counter",
	"github.com/oklog/ulid.Make":     "a ULID, made of the time and of math/rand",
	"github.com/oklog/ulid/v2.Make":  "a ULID, made of the time and of math/rand",
	"crypto/md5.Sum":                 "a hash without a key",
	"crypto/sha1.Sum":                "a hash without a key",
	"crypto/sha256.Sum256":           "a hash without a key",
	"crypto/sha512.Sum512":           "a hash without a key",
}

// globals are variables of libraries that hold the same for everybody.
var globals = map[string]string{
	"github.com/google/uuid.Nil": "the nil UUID, the same for every customer", "github.com/gofrs/uuid.Nil": "the nil UUID, the same for every customer",
	"github.com/google/uuid.Max": "the max UUID, the same for every customer",
}

// through are functions whose result is worth what their arguments are.
var through = lazyregexp.New(`^(encoding/(hex|base64|base32)\.|strings\.|strconv\.|fmt\.(Sprint|Append)|bytes\.|github.com/aws/aws-sdk-go(-v2)?/aws\.(To)?String)`)

const maxDepth = 12

// weakness says why a value is a bad External ID, "" where it is not known to be.
func weakness(v ssa.Value, depth int) string {
	if depth > maxDepth {
		return ""
	}
	if name := externalid.PublicValue(v); name != "" {
		return derived(name)
	}
	next := func(v ssa.Value) string { return weakness(v, depth+1) }
	switch v := v.(type) {
	case *ssa.Const:
		return literal(v)
	case *ssa.Convert:
		return next(v.X)
	case *ssa.ChangeType:
		return next(v.X)
	case *ssa.MakeInterface:
		return next(v.X)
	case *ssa.Slice:
		return sliced(v, depth)
	case *ssa.BinOp:
		return parts(next, v.X, v.Y)
	case *ssa.Extract:
		return next(v.Tuple)
	case *ssa.UnOp:
		return loaded(v, depth)
	case *ssa.Global:
		return globals[program.VarKey(v)]
	case *ssa.Index:
		return picked(v.Index)
	case *ssa.Lookup:
		return picked(v.Index)
	case *ssa.Call:
		return called(v, depth)
	case *ssa.MakeSlice:
		return parts(next, filled(v)...)
	}
	return ""
}

// picked says why an index into an alphabet is a bad choice of a character.
func picked(index ssa.Value) string {
	seen := map[ssa.Value]bool{}
	bad := ""
	var walk func(v ssa.Value) bool // false once something good is met
	walk = func(v ssa.Value) bool {
		if seen[v] {
			return true
		}
		seen[v] = true
		if c, ok := v.(*ssa.Call); ok {
			obj := program.Callee(&c.Call)
			switch {
			case obj == nil || obj.Pkg() == nil:
				return false
			case strings.HasPrefix(obj.Pkg().Path(), "math/rand"):
				bad = called(c, 0)
				return true
			case obj.Pkg().Path() == "time":
				return true
			}
			return false
		}
		instr, ok := v.(ssa.Instruction)
		if !ok {
			return true
		}
		switch v.(type) {
		case *ssa.Phi, *ssa.BinOp, *ssa.Convert, *ssa.ChangeType, *ssa.Extract:
		default:
			return false
		}
		for _, op := range instr.Operands(nil) {
			if *op != nil && !walk(*op) {
				return false
			}
		}
		return true
	}
	if !walk(index) {
		return ""
	}
	return bad
}

// parts is what the parts of a value tell of it: a random part makes the whole good,
// and a literal beside something unknown is a prefix.
func parts(next func(ssa.Value) string, values ...ssa.Value) string {
	for text, n := range cutUp(values) {
		if n >= shortest && next(text) == "" {
			return ""
		}
	}
	worst := ""
	for _, p := range values {
		reason := next(p)
		if _, isConst := p.(*ssa.Const); isConst {
			continue
		}
		if reason == "" {
			return ""
		}
		worst = reason
	}
	return worst
}

func literal(c *ssa.Const) string {
	if c.Value == nil || c.Value.Kind() != constant.String || standsForNone(constant.StringVal(c.Value)) {
		return ""
	}
	return "a literal, the same for every customer"
}

// allowed matches what STS takes for an External ID.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
var allowed = lazyregexp.New(`^[\w+=,.@:/-]{2,}$`)

// standsForNone reports whether a literal is put where an External ID would be: a mask,
// what STS would not take, or the name of the field itself.
func standsForNone(s string) bool {
	return len(s) > 1224 || !allowed.MatchString(s) || tables.HoldsMask(s) || externalid.SaysExternalID(s)
}

// derived phrases an identifier that others know.
func derived(name string) string {
	if name == "" {
		return ""
	}
	return "derived from " + name + ", which others know"
}

func loaded(u *ssa.UnOp, depth int) string {
	if u.Op != token.MUL {
		return ""
	}
	switch a := u.X.(type) {
	case *ssa.Alloc:
		return stored(a, depth)
	case *ssa.Global:
		return globals[program.VarKey(a)]
	case *ssa.IndexAddr:
		return cmp.Or(picked(a.Index), weakness(a.X, depth+1))
	}
	return ""
}

// stored is the weakness of all that is stored to a variable.
func stored(a *ssa.Alloc, depth int) string {
	worst := ""
	for _, r := range *a.Referrers() {
		if st, ok := r.(*ssa.Store); ok && st.Addr == a {
			reason := weakness(st.Val, depth+1)
			if reason == "" {
				return ""
			}
			worst = reason
		}
	}
	return worst
}

// sliced looks at buffers: how many random bytes they hold, or what was hashed.
func sliced(s *ssa.Slice, depth int) string {
	switch x := s.X.(type) {
	case *ssa.Alloc:
		if n, ok := filledByRandom(s, x); ok {
			if n < 16 {
				return "made of fewer than 128 random bits"
			}
			return ""
		}
		if elems := elements(x); len(elems) > 0 {
			return parts(func(v ssa.Value) string { return weakness(v, depth+1) }, elems...)
		}
		return stored(x, depth)
	default:
		if short(s) {
			return "cut to fewer than 128 random bits"
		}
		return weakness(s.X, depth+1)
	}
}

// cutUp tells of texts that are cut and put together again, as with hyphens between the
// pieces, how many of their characters are in them.
func cutUp(values []ssa.Value) map[ssa.Value]int64 {
	pieces := map[ssa.Value][]*ssa.Slice{}
	var walk func(v ssa.Value, depth int)
	walk = func(v ssa.Value, depth int) {
		if depth > maxDepth {
			return
		}
		switch v := v.(type) {
		case *ssa.BinOp:
			walk(v.X, depth+1)
			walk(v.Y, depth+1)
		case *ssa.MakeInterface:
			walk(v.X, depth+1)
		case *ssa.Slice:
			if a, ok := v.X.(*ssa.Alloc); ok {
				for _, e := range elements(a) {
					walk(e, depth+1)
				}
			} else if short(v) {
				pieces[v.X] = append(pieces[v.X], v)
			}
		}
	}
	for _, v := range values {
		walk(v, 0)
	}
	covered := map[ssa.Value]int64{}
	for text, cuts := range pieces {
		slices.SortFunc(cuts, func(a, b *ssa.Slice) int { return cmp.Compare(lowOf(a), lowOf(b)) })
		end := int64(0)
		for _, s := range cuts {
			high := s.High.(*ssa.Const).Int64() // short says that it is one
			covered[text] += max(0, high-max(end, lowOf(s)))
			end = max(end, high)
		}
	}
	return covered
}

// lowOf is where a piece begins that is short.
func lowOf(s *ssa.Slice) int64 {
	if c, ok := s.Low.(*ssa.Const); ok {
		return c.Int64()
	}
	return 0
}

// shortest is how many characters hold 128 bits, six bits to a character.
const shortest = 22

// short reports whether a text is cut to a known length that cannot hold 128 bits.
func short(s *ssa.Slice) bool {
	b, ok := s.X.Type().Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsString == 0 || s.High == nil {
		return false
	}
	low := int64(0)
	if s.Low != nil {
		c, ok := s.Low.(*ssa.Const)
		if !ok {
			return false
		}
		low = c.Int64()
	}
	high, ok := s.High.(*ssa.Const)
	return ok && high.Int64()-low < shortest
}

// elements are the values stored to the elements of an array, as for a variadic call.
func elements(a *ssa.Alloc) []ssa.Value { return filled(a) }

// filled are the values stored to the elements of an array or slice.
func filled(a ssa.Value) []ssa.Value {
	var out []ssa.Value
	for _, r := range *a.Referrers() {
		ia, ok := r.(*ssa.IndexAddr)
		if !ok {
			continue
		}
		for _, s := range *ia.Referrers() {
			if st, ok := s.(*ssa.Store); ok && st.Addr == ia {
				out = append(out, st.Val)
			}
		}
	}
	return out
}

// filledByRandom reports the size of an array that crypto/rand filled.
func filledByRandom(s *ssa.Slice, a *ssa.Alloc) (int64, bool) {
	arr, ok := a.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array)
	if !ok {
		return 0, false
	}
	uses := append([]ssa.Instruction{}, *s.Referrers()...)
	for _, r := range *a.Referrers() {
		if other, ok := r.(*ssa.Slice); ok {
			uses = append(uses, *other.Referrers()...)
		}
	}
	for _, u := range uses {
		c, ok := u.(*ssa.Call)
		if !ok {
			continue
		}
		if obj := program.Callee(&c.Call); obj != nil {
			if n := program.FuncOf(obj).String(); n == "crypto/rand.Read" || n == "io.ReadFull" {
				return arr.Len(), true
			}
		}
	}
	return 0, false
}

func called(c *ssa.Call, depth int) string {
	obj := program.Callee(&c.Call)
	if obj == nil {
		return ""
	}
	f := program.FuncOf(obj)
	if reason, ok := sources[f.String()]; ok {
		return reason
	}
	next := func(v ssa.Value) string { return weakness(v, depth+1) }
	switch {
	case f.String() == "crypto/rand.Int" && len(c.Call.Args) == 2:
		return fewBits(c.Call.Args[1])
	case f.Pkg == "hash" && f.Name == "Sum" && c.Call.IsInvoke():
		return digest(c.Call.Value, depth)
	case entropyArg[f.String()] > 0 && entropyArg[f.String()] < len(c.Call.Args):
		return predictable(c.Call.Args[entropyArg[f.String()]], depth)
	case strings.HasPrefix(f.Pkg, "math/rand"):
		return "made by math/rand, which can be predicted"
	case f.Pkg == "time":
		return "made of the time"
	case f.Recv != "" && (f.Name == "String" || f.Name == "Hex") && len(c.Call.Args) == 1:
		return next(c.Call.Args[0])
	case through.MatchString(f.String()) && len(program.DeclaredArgs(&c.Call)) > 0:
		return parts(next, program.DeclaredArgs(&c.Call)...)
	}
	return ""
}
