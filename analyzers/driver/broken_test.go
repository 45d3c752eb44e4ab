package driver_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/driver"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

// beside is the sample module with more files in it.
func beside(files map[string]string) map[string]string {
	out := maps.Clone(shop)
	maps.Copy(out, files)
	return out
}

// TestEachPackageThatIsBrokenIsToldOnce holds that whatever is wrong with a package is
// one line, and that the others are analysed.
func TestEachPackageThatIsBrokenIsToldOnce(t *testing.T) {
	for name, c := range map[string]struct {
		files   map[string]string
		env     []string
		message string
		partial bool
	}{
		"syntax error":         {map[string]string{"x/x.go": "package x\n\nfunc f( {\n\nfunc g() {}\n"}, nil, "expected ')'", true},
		"many type errors":     {map[string]string{"x/x.go": "package x\n\nvar a, b = c, d\n\nfunc f() int { return e }\n"}, nil, "undefined: c (and 1 more)", true},
		"syntax of the future": {map[string]string{"x/x.go": "package x\n\nfunc f(y int) {\n\tx := match y { case 1 => 2 }\n}\n"}, nil, "expected ';'", true},
		"empty file":           {map[string]string{"x/x.go": ""}, nil, "expected 'package'", false},
		"two packages":         {map[string]string{"x/x.go": "package x\n", "x/y.go": "package y\n"}, nil, "found packages x (x.go) and y (y.go)", false},
		"not UTF-8":            {map[string]string{"x/x.go": "package x\n\nvar s = \"\xe9\"\n"}, nil, "UTF-8", true},
		"import cycle":         {map[string]string{"x/x.go": "package x\n\nimport _ \"shop/x\"\n"}, nil, "import cycle", true},
		"missing module":       {map[string]string{"x/x.go": "package x\n\nimport \"gone.example/module\"\n\nvar V = module.V\n"}, []string{"GOPROXY=off", "GOFLAGS=-mod=mod"}, "no module at hand provides it", true},
		"cgo, no compiler":     {map[string]string{"x/x.go": "package x\n\n// int f(int x);\nimport \"C\"\n\nfunc F() int { return int(C.f(1)) }\n"}, []string{"CGO_ENABLED=1", "CC=/no/such/compiler"}, "cgo could not be run", true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, beside(c.files)), Env: append(os.Environ(), c.env...)}, policy.Config{})
			require.NoError(t, err)
			require.Equal(t, []string{"api.go:11 idlogged"}, found(r))
			require.Len(t, r.Problems, 1, "%v", r.Problems)
			require.Equal(t, "shop/x", r.Problems[0].Package)
			require.Contains(t, r.Problems[0].Message, c.message)
			require.NotContains(t, r.Problems[0].Message, "\n")
			require.Equal(t, c.partial, r.Problems[0].Partial)
			packages := 3
			if c.partial {
				packages++
			}
			require.Equal(t, packages, r.Packages)
		})
	}
}

// TestAPassThatFailsIsAnInternalProblem has a pass that panics: the others go on, and the
// problem is known for what it is.
func TestAPassThatFailsIsAnInternalProblem(t *testing.T) {
	fails := &analysis.Analyzer{Name: "fails", Doc: "fails", Run: func(*analysis.Pass) (any, error) { panic("of the pass") }}
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, beside(nil)), Also: []*analysis.Analyzer{fails}}, policy.Config{})
	require.NoError(t, err)
	require.Equal(t, []string{"api.go:11 idlogged"}, found(r))
	require.NotEmpty(t, r.Problems)
	for _, p := range r.Problems {
		require.True(t, p.Internal)
		require.Contains(t, p.Message, "fails: internal error: of the pass")
	}
}

func TestAModuleOfANewerGoIsTold(t *testing.T) {
	env := append(os.Environ(), "GOTOOLCHAIN=local")
	_, err := driver.Run(context.Background(), driver.Options{Dir: module(t, map[string]string{"go.mod": "module shop\n\ngo 1.999\n", "a.go": "package shop\n"}), Env: env}, policy.Config{})
	require.ErrorContains(t, err, "requires go >= 1.999")
}

func TestFilesThatConstraintsLeaveOutAreCounted(t *testing.T) {
	files := map[string]string{"api/new.go": "//go:build go1.999\n\npackage api\n\nfunc f() { try g() }\n", "api/api_plan9.go": "package api\n", "api/x_test.go": "package api\n"}
	r, err := driver.Run(context.Background(), driver.Options{Dir: module(t, beside(files))}, policy.Config{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	require.Equal(t, 2, r.LeftOut)
}

// TestLargeAndTangledCodeEnds gives go vet's tool code that nobody writes by hand: the
// leak in each is found, or told of as not followed to the end.
func TestLargeAndTangledCodeEnds(t *testing.T) {
	const head = "package x\n\nimport \"log\"\n\ntype Link struct{ RoleARN, ExternalID string }\n\n"
	var messages, ring strings.Builder
	types := 6000 // some 100,000 lines, as a protobuf compiler writes them
	if testing.Short() {
		types = 1000
	}
	for i := range types {
		fmt.Fprintf(&messages, "type M%[1]d struct {\n\tName string `protobuf:\"bytes,1,opt,name=name\"`\n\tNext *M%[2]d `protobuf:\"bytes,2,opt,name=next\"`\n\tLinks []*Link\n}\n\nfunc (x *M%[1]d) GetName() string {\n\tif x != nil {\n\t\treturn x.Name\n\t}\n\treturn \"\"\n}\n\nfunc (x *M%[1]d) GetNext() *M%[2]d {\n\treturn x.Next\n}\n", i, (i+1)%types)
	}
	for i := range 200 {
		fmt.Fprintf(&ring, "func r%d(l Link, n int) string {\n\tif n == 0 {\n\t\treturn l.ExternalID\n\t}\n\treturn r%d(l, n-1)\n}\n", i, (i+1)%200)
	}
	show := "func show(l Link) { log.Println(l.ExternalID) }\n"
	for name, code := range map[string]string{
		"generated":   messages.String() + show,
		"ring":        ring.String() + "func show(l Link) { log.Println(r0(l, 3)) }\n",
		"literals":    "func show(l Link) {\n" + strings.Repeat("func() {\n", 60) + "log.Println(l.ExternalID)\n" + strings.Repeat("}()\n", 60) + "}\n",
		"branches":    "func show(l Link, n int) {\n\tx := \"\"\n" + strings.Repeat("\tif n > 1 { x = l.ExternalID } else { x += \"a\" }\n", 800) + "\tlog.Println(x)\n}\n",
		"nested":      "func show(l Link, n int) {\n" + strings.Repeat("if n > 0 {\n", 200) + "log.Println(l.ExternalID)\n" + strings.Repeat("}\n", 200) + "}\n",
		"parentheses": "var x = " + strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000) + "\n\n" + show,
		"sum":         "func show(l Link) { log.Println(\"\"" + strings.Repeat(" + l.ExternalID", 2000) + ") }\n",
		"itself":      "type P *P\n\ntype R struct { *R; Link }\n\nfunc (l Link) self() Link { return l.self() }\n\nfunc show(r R, p P) { log.Println(p == *p, r.R.R.R.ExternalID) }\n",
		"unreachable": "func gone(l Link) {\n\treturn\n\tlog.Println(l.ExternalID)\n}\n\nfunc show(l Link, n int) {\nloop:\n\tif n > 0 {\n\t\tn--\n\t\tgoto loop\n\t}\n\tlog.Println(l.ExternalID)\n\tselect {}\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := module(t, map[string]string{"x/x.go": head + code})
			self, err := os.Executable()
			require.NoError(t, err)
			cmd := exec.Command("go", "vet", "-vettool="+self, "./x")
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			require.Error(t, err, "findings fail go vet")
			require.Equal(t, 1, strings.Count(string(out), "External ID logged"), "%s", out)
		})
	}
}
