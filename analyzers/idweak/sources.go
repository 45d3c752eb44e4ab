package idweak

import (
	"go/constant"
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
)

// entropyArg are functions that make an identifier of the randomness that they are given,
// by the argument.
var entropyArg = map[string]int{
	"github.com/oklog/ulid.New": 1, "github.com/oklog/ulid.MustNew": 1,
	"github.com/oklog/ulid/v2.New": 1, "github.com/oklog/ulid/v2.MustNew": 1,
}

// predictable says why a source of randomness is a bad one: it is, or reads from, one of
// math/rand. "" where that is not seen.
func predictable(v ssa.Value, depth int) string {
	if depth > maxDepth {
		return ""
	}
	switch v := v.(type) {
	case *ssa.MakeInterface:
		return predictable(v.X, depth+1)
	case *ssa.ChangeInterface:
		return predictable(v.X, depth+1)
	case *ssa.ChangeType:
		return predictable(v.X, depth+1)
	case *ssa.Extract:
		return predictable(v.Tuple, depth+1)
	case *ssa.Call:
		obj := program.Callee(&v.Call)
		if obj == nil {
			return ""
		}
		f := program.FuncOf(obj)
		if strings.HasPrefix(f.Pkg, "math/rand") {
			return "made by math/rand, which can be predicted"
		}
		if strings.HasSuffix(f.Name, "Monotonic") && len(v.Call.Args) > 0 {
			return predictable(v.Call.Args[0], depth+1)
		}
	}
	return ""
}

// fewBits says that a number below a limit in sight cannot hold 128 bits.
func fewBits(limit ssa.Value) string {
	c, ok := limit.(*ssa.Call)
	if !ok {
		return ""
	}
	obj := program.Callee(&c.Call)
	if obj == nil || program.FuncOf(obj).String() != "math/big.NewInt" || len(c.Call.Args) != 1 {
		return ""
	}
	if _, isConst := c.Call.Args[0].(*ssa.Const); !isConst {
		return ""
	}
	return "made of fewer than 128 random bits"
}

// unkeyed are constructors of hashes without a key.
var unkeyed = map[string]bool{
	"crypto/sha256.New": true, "crypto/sha256.New224": true, "crypto/sha512.New": true, "crypto/sha512.New384": true, "crypto/sha512.New512_256": true,
	"crypto/sha1.New": true, "crypto/md5.New": true, "crypto/sha3.New256": true, "crypto/sha3.New512": true,
}

// digest says why the sum of a hash is a bad choice: anybody can compute it, since there
// is no key or it stands in the code. What random bytes were put into is as good as those.
func digest(h ssa.Value, depth int) string {
	for {
		mi, ok := h.(*ssa.MakeInterface)
		if !ok {
			break
		}
		h = mi.X
	}
	c, ok := h.(*ssa.Call)
	if !ok {
		return ""
	}
	obj := program.Callee(&c.Call)
	if obj == nil {
		return ""
	}
	reason := ""
	switch name := program.FuncOf(obj).String(); {
	case unkeyed[name]:
		reason = "a hash without a key"
	case name == "crypto/hmac.New" && len(c.Call.Args) == 2 && isConstantText(c.Call.Args[1]):
		reason = "a hash by a key that stands in the code"
	}
	if reason == "" || takesRandom(h, depth) {
		return ""
	}
	return reason
}

// isConstantText reports whether bytes are those of a constant.
func isConstantText(v ssa.Value) bool {
	if c, ok := v.(*ssa.Convert); ok {
		v = c.X
	}
	c, ok := v.(*ssa.Const)
	return ok && (c.Value == nil || c.Value.Kind() == constant.String)
}

// takesRandom reports whether something that crypto/rand may have made is written to a
// hash: all that is not known to be bad, or told by its name to be no secret.
func takesRandom(h ssa.Value, depth int) bool {
	for _, r := range *h.Referrers() {
		c, ok := r.(*ssa.Call)
		if !ok || !c.Call.IsInvoke() || c.Call.Method.Name() != "Write" || len(c.Call.Args) != 1 {
			continue
		}
		if weakness(c.Call.Args[0], depth+1) == "" && !isPlainInput(c.Call.Args[0]) {
			return true
		}
	}
	return false
}

// isPlainInput reports whether a text is a parameter or field of which nothing says that
// it is random or secret.
func isPlainInput(v ssa.Value) bool {
	if c, ok := v.(*ssa.Convert); ok {
		v = c.X
	}
	name := ""
	switch v := v.(type) {
	case *ssa.Parameter:
		name = v.Name()
	case *ssa.UnOp:
		if fa, ok := v.X.(*ssa.FieldAddr); ok && v.Op == token.MUL {
			name = program.StructOf(fa.X.Type()).Field(fa.Field).Name()
		}
	}
	name = strings.ToLower(name)
	return name != "" && !strings.Contains(name, "salt") && !strings.Contains(name, "secret") && !strings.Contains(name, "nonce") && !strings.Contains(name, "seed") && !strings.Contains(name, "rand") && !strings.Contains(name, "key") && !strings.Contains(name, "pepper")
}
