// Package program builds the SSA form of a package, if the package can see an
// External ID at all. It reports nothing.
//
// SSA costs a third of type-checking and the flow engine as much again, while most
// packages of most modules never touch an External ID. A package can see one if it
// mentions one (a name, a string, an annotation), imports a package that hands one
// to STS, or imports a package that can see one. A package that wraps a logger or that
// masks is built too, so that its callers know what becomes of what they hand it. Of
// other modules, only what mentions one or imports a carrier is looked at: what a
// framework does with everything it is given is for tables to say.
package program

import (
	"bytes"
	"fmt"
	"go/ast"
	gobuild "go/build"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/policy"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// Needed are packages that are built whatever they mention: who sees the whole program
// knows which packages an External ID passes through.
type Needed map[string]bool

// New makes the pass that builds SSA where it is worth it. Its result is a *Result.
func New(cfg *policy.Config, needed *Needed) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:       "program",
		Doc:        "build SSA for packages that can see an External ID",
		Run:        func(pass *analysis.Pass) (any, error) { return run(pass, cfg, *needed) },
		ResultType: reflect.TypeFor[*Result](),
		FactTypes:  []analysis.Fact{new(sees)},
	}
}

// Result is the package in SSA form. Funcs is empty for a package that cannot see
// an External ID.
type Result struct {
	Pkg   *ssa.Package
	Funcs []*ssa.Function // in source order, function literals after their parent
}

// sees marks a package that carries External IDs, so that its importers are built.
type sees struct{}

func (*sees) AFact()         {}
func (*sees) String() string { return "sees" }

// carriers are packages whose importers deal with External IDs by their trade.
var carriers = []string{
	"github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/aws/aws-sdk-go/service/sts",
	"github.com/aws/aws-sdk-go/aws/credentials",
	"github.com/aws/aws-sdk-go-v2/credentials",
	"github.com/hashicorp/aws-sdk-go-base",
}

// opaque modules are described by tables and never built: their code is generated
// and large, and what it does with an External ID is its purpose.
var opaque = []string{"github.com/aws/aws-sdk-go", "github.com/aws/smithy-go"}

func run(pass *analysis.Pass, cfg *policy.Config, needed Needed) (any, error) {
	res := &Result{}
	if IsOpaque(pass.Pkg.Path()) || isStandard(pass) {
		return res, nil
	}
	switch {
	case mentions(pass) || importsCarrier(pass.Pkg) || cfg.HasSources():
		pass.ExportPackageFact(&sees{})
	case needed[pass.Pkg.Path()]:
	case isDependency(pass):
		return res, nil
	case importsSeeing(pass), wrapsLogger(pass), masks(pass.Pkg), wrapsHandlers(pass.Pkg):
	default:
		return res, nil
	}
	return construct(pass)
}

// IsOpaque reports whether a package is described by tables and never built.
func IsOpaque(path string) bool {
	return slices.ContainsFunc(opaque, func(p string) bool { return strings.HasPrefix(path, p) })
}

// isStandard recognises the standard library, which tables describe.
func isStandard(pass *analysis.Pass) bool {
	if len(pass.Files) == 0 {
		return true
	}
	src := filepath.Join(gobuild.Default.GOROOT, "src") + string(filepath.Separator)
	return strings.HasPrefix(pass.Fset.File(pass.Files[0].FileStart).Name(), src)
}

// name is how an External ID is spelt in code, in strings and in annotations.
var name = lazyregexp.New(`(?i)external[_\-.: ]?id`)

// mentionsID reports whether Go source text can concern an External ID by itself.
func mentionsID(src []byte) bool {
	return bytes.Contains(src, []byte("xternal")) && name.Match(src) ||
		bytes.Contains(src, []byte("EXTERNAL")) && name.Match(src) ||
		bytes.Contains(src, []byte("//deputy:")) || bytes.Contains(src, []byte("AssumeRole"))
}

func mentions(pass *analysis.Pass) bool {
	return slices.ContainsFunc(pass.Files, func(f *ast.File) bool {
		src, err := pass.ReadFile(pass.Fset.File(f.FileStart).Name())
		return err == nil && mentionsID(src)
	})
}

// IsCarrier reports whether importing the package means dealing with STS.
func IsCarrier(path string) bool {
	return slices.ContainsFunc(carriers, func(c string) bool {
		return path == c || strings.HasPrefix(path, c+"/")
	})
}

func importsCarrier(pkg *types.Package) bool {
	return slices.ContainsFunc(pkg.Imports(), func(p *types.Package) bool { return IsCarrier(p.Path()) })
}

func importsSeeing(pass *analysis.Pass) bool {
	facts := pass.AllPackageFacts()
	return slices.ContainsFunc(facts, func(f analysis.PackageFact) bool {
		_, ok := f.Fact.(*sees)
		return ok && f.Package != pass.Pkg
	})
}

// wrapsLogger recognises a project's own logger by a package or type name, since
// every second package imports a logger and few wrap one.
func wrapsLogger(pass *analysis.Pass) bool {
	isLog := func(s string) bool { return strings.Contains(strings.ToLower(s), "log") }
	imports := slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool { return isLog(p.Path()) || p.Path() == "go.uber.org/zap" })
	if !imports {
		return false
	}
	return isLog(pass.Pkg.Name()) || slices.ContainsFunc(pass.Pkg.Scope().Names(), func(n string) bool {
		_, isType := pass.Pkg.Scope().Lookup(n).(*types.TypeName)
		return isType && isLog(n)
	})
}

// isDependency recognises packages of other modules: those have versions.
func isDependency(pass *analysis.Pass) bool { return pass.Module != nil && pass.Module.Version != "" }

// masking is how packages and functions that mask are called.
var masking = lazyregexp.New(`(?i)mask|redact|obfuscat|scrub|censor`)

func masks(pkg *types.Package) bool {
	return masking.MatchString(pkg.Name()) || slices.ContainsFunc(pkg.Scope().Names(), func(n string) bool {
		_, isFunc := pkg.Scope().Lookup(n).(*types.Func)
		return isFunc && masking.MatchString(n)
	})
}

// wrapsHandlers recognises what decodes requests for handlers of any type: a generic
// function that is given one, in a package that knows of HTTP.
func wrapsHandlers(pkg *types.Package) bool {
	if !slices.ContainsFunc(pkg.Imports(), func(p *types.Package) bool { return p.Path() == "net/http" }) {
		return false
	}
	return slices.ContainsFunc(pkg.Scope().Names(), func(n string) bool {
		fn, ok := pkg.Scope().Lookup(n).(*types.Func)
		if !ok || fn.Signature().TypeParams() == nil {
			return false
		}
		for p := range fn.Signature().Params().Variables() {
			if _, isFunc := p.Type().Underlying().(*types.Signature); isFunc {
				return true
			}
		}
		return false
	})
}

// construct makes one program per package: the analysis API has no place for a shared
// one. Where what is left of code with errors cannot be built, whole functions are left
// out.
func construct(pass *analysis.Pass) (*Result, error) {
	res, err := build(pass, false)
	if err != nil && len(pass.TypeErrors) > 0 {
		return build(pass, true)
	}
	return res, err
}

// build creates direct imports for their signatures, and does not build them.
func build(pass *analysis.Pass, bodies bool) (res *Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			res, err = nil, fmt.Errorf("build SSA of %s: %v", pass.Pkg.Path(), r)
		}
	}()
	prog := ssa.NewProgram(pass.Fset, ssa.BuilderMode(0))
	for _, p := range pass.Pkg.Imports() {
		prog.CreatePackage(p, nil, nil, true)
	}
	files, info, restore := sound(pass, bodies)
	defer restore()
	pkg := prog.CreatePackage(pass.Pkg, files, info, false)
	pkg.Build()
	return &Result{Pkg: pkg, Funcs: functions(pass, pkg)}, nil
}

// functions lists what has a body in the source, literals included.
func functions(pass *analysis.Pass, pkg *ssa.Package) []*ssa.Function {
	var out []*ssa.Function
	seen := map[*ssa.Function]bool{}
	var add func(*ssa.Function)
	add = func(f *ssa.Function) {
		if f == nil || seen[f] {
			return
		}
		seen[f] = true
		if len(f.Blocks) > 0 {
			out = append(out, f)
		}
		for _, lit := range f.AnonFuncs {
			add(lit)
		}
	}
	add(pkg.Func("init")) // package-level initialisers and the literals in them
	inits := 0
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			fd, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if fd.Name.Name == "init" && fd.Recv == nil {
				inits++
				add(pkg.Func("init#" + strconv.Itoa(inits)))
				continue
			}
			if obj, ok := pass.TypesInfo.Defs[fd.Name].(*types.Func); ok && fd.Name.Name != "_" {
				add(pkg.Prog.FuncValue(obj))
			}
		}
	}
	return out
}

// Near is the best position for an instruction or value that has none of its own.
func Near(fn *ssa.Function, pos token.Pos) token.Pos {
	for ; !pos.IsValid() && fn != nil; fn = fn.Parent() {
		pos = fn.Pos()
	}
	return pos
}

// standIn are words in the names of packages and files that only tests use.
var standIn = lazyregexp.New(`(?i)(^|[/_-])(mock|fake|dummy|stub|fixture|testutil|testdata|testhelper|example)s?\w*([/_.-]|$)|_test\.go$|test$`)

// IsTestOnly reports whether a position is in a test, a mock or an example, whose
// values stand for none.
func IsTestOnly(pass *analysis.Pass, pos token.Pos) bool {
	name := filepath.ToSlash(pass.Fset.Position(pos).Filename)
	return strings.HasSuffix(name, "_test.go") || standIn.MatchString(name[strings.LastIndex(name, "/")+1:]) || standIn.MatchString(withoutHost(pass.Pkg.Path()))
}

// withoutHost drops the host of a package's path: what lies at example.com need not
// be an example.
func withoutHost(path string) string {
	if first, rest, ok := strings.Cut(path, "/"); ok && strings.Contains(first, ".") {
		return rest
	}
	return path
}
