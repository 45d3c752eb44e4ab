package driver

import (
	"context"
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/packages"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/policy"

	"golang.org/x/tools/go/analysis"
)

// FuzzMutatedSource feeds files that were Go once. The property: whatever the parser
// and the type checker make of them, the passes end, and on files that type-check
// none of them fails.
func FuzzMutatedSource(f *testing.F) {
	seeds, err := filepath.Glob("../testdata/src/flows/*.go")
	require.NoError(f, err)
	require.NotEmpty(f, seeds)
	for _, name := range seeds {
		src, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(src)
	}
	f.Add([]byte("package p\n\ntype T struct{ RoleARN, ExternalID string; Next *T }\n\nfunc f(t *T) *T { for { t = t.Next; if t.ExternalID == \"\" { return f(t) }; println(t.ExternalID) } }\n"))
	f.Add([]byte("package p\n\ntype A struct{ A *A; B B; ExternalID, AwsRole string }\ntype B []map[string]A\n\nfunc g[T any](x T, a ...A) (r T) { defer func() { recover() }(); panic(a[0].ExternalID) }\n"))
	fset := token.NewFileSet()
	std := importer.ForCompiler(fset, "gc", nil)
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			t.Skip()
		}
		pkg := load(fset, std, src)
		if pkg == nil {
			t.Skip()
		}
		s := newSession([]*packages.Package{pkg}, 1)
		s.reads = func(string) ([]byte, error) { return src, nil }
		s.run(context.Background(), chosen(t, "idlogged", "idparam", "idweak", "idmissing"))
		if len(pkg.TypeErrors) == 0 {
			require.Empty(t, s.problems)
		}
	})
}

// load type-checks one file as far as it goes.
func load(fset *token.FileSet, imports types.Importer, src []byte) *packages.Package {
	file, err := parser.ParseFile(fset, "/mutated.go", src, parser.ParseComments|parser.SkipObjectResolution)
	if file == nil || err != nil && len(file.Decls) == 0 {
		return nil
	}
	pkg := &packages.Package{ID: "mutated", PkgPath: "mutated", Fset: fset, Syntax: []*ast.File{file}, TypesInfo: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Scopes: map[ast.Node]*types.Scope{}, FileVersions: map[*ast.File]string{},
	}}
	conf := types.Config{Importer: onlyStd{imports}, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			pkg.TypeErrors = append(pkg.TypeErrors, e)
		}
	}}
	if err != nil { // a syntax error is one of the package
		pkg.TypeErrors = append(pkg.TypeErrors, types.Error{Fset: fset, Pos: file.Pos(), Msg: err.Error()})
	}
	pkg.Types, _ = conf.Check("mutated", fset, pkg.Syntax, pkg.TypesInfo)
	return pkg
}

// onlyStd imports a few packages of the standard library, and nothing a mutation
// makes up.
type onlyStd struct{ types.Importer }

func (o onlyStd) Import(path string) (*types.Package, error) {
	switch path {
	case "errors", "fmt", "log", "maps", "slices", "strings", "encoding/json", "log/slog", "os", "context":
		return o.Importer.Import(path)
	}
	return nil, os.ErrNotExist
}

func TestASyntaxErrorLeavesTheRest(t *testing.T) {
	src := strings.Join([]string{"package p", "type T struct{ RoleARN, ExternalID string }", "func bad( {", "func good(t T) { println(t.ExternalID) }"}, "\n")
	fset := token.NewFileSet()
	pkg := load(fset, importer.Default(), []byte(src))
	require.NotNil(t, pkg)
	s := newSession([]*packages.Package{pkg}, 1)
	s.run(context.Background(), chosen(t, "idlogged"))
}

func TestFunctionsBesideAnErrorAreAnalysed(t *testing.T) {
	src := "package p\n\nimport \"no.such/module\"\n\ntype T struct{ RoleARN, ExternalID string }\n\nvar v = module.V\n\nfunc bad(t T) { module.Log(t.ExternalID) }\n\nfunc good(t T) { println(t.ExternalID) }\n"
	pkg := load(token.NewFileSet(), importer.Default(), []byte(src))
	s := newSession([]*packages.Package{pkg}, 1)
	s.reads = func(string) ([]byte, error) { return []byte(src), nil }
	s.run(context.Background(), chosen(t, "idlogged"))
	require.Empty(t, s.problems)
	require.Len(t, s.diagnostics, 1)
	require.Equal(t, 11, pkg.Fset.Position(s.diagnostics[0].Pos).Line)
}

func TestStatementsBesideAnErrorAreAnalysed(t *testing.T) {
	src := strings.Join([]string{
		"package p",
		`import "no.such/module"`,
		`import "strings"`,
		"type T struct{ RoleARN, ExternalID string }",
		"func f(t T, all []T) string {",
		"	log := module.New()",
		"	log.Info(t.RoleARN)",
		"	unused := 1",
		"	println(t.ExternalID)", // line 9
		"	if log.Enabled() { println(t.RoleARN) }",
		"	if t.RoleARN == `` { log.Info(`none`); println(t.ExternalID) } else { return `x` }",                // line 11
		"	for _, t := range all { module.Count(); println(t.ExternalID) }",                                   // line 12
		"	func() { log.Info(t); println(t.ExternalID) }()",                                                   // line 13
		"	switch v := any(t).(type) { case module.T: println(v.ExternalID); case T: println(v.ExternalID) }", // line 14
		"	var name string = module.Name()",
		"	println(name, t.ExternalID)",
		"	println(t.ExternalID, strings.ToUpper(t.RoleARN))", // line 17
		"	return log.Name()",
		"}",
		"var twice = 1",
		"var twice = 2",
		"func f() { println(twice) }",
	}, "\n")
	pkg := load(token.NewFileSet(), importer.Default(), []byte(src))
	before := len(pkg.Syntax[0].Decls[3].(*ast.FuncDecl).Body.List)
	s := newSession([]*packages.Package{pkg}, 1)
	s.reads = func(string) ([]byte, error) { return []byte(src), nil }
	s.run(context.Background(), chosen(t, "idlogged"))
	require.Empty(t, s.problems)
	var lines []int
	for _, d := range s.diagnostics {
		lines = append(lines, pkg.Fset.Position(d.Pos).Line)
	}
	require.Equal(t, []int{9, 11, 12, 13, 14, 17}, lines)
	require.Len(t, pkg.Syntax[0].Decls[3].(*ast.FuncDecl).Body.List, before, "the syntax is as it was")
}

// chosen are passes of a suite of their own.
func chosen(t testing.TB, names ...string) []*analysis.Analyzer {
	t.Helper()
	passes, err := analyzers.Choose(analyzers.New(policy.Config{}, nil), names)
	require.NoError(t, err)
	return passes
}
