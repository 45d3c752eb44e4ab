package idroutes

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/report"
	"github.com/deputy-sec/deputy/analyzers/taint"
	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// New makes the pass that notes endpoints without a rate limit, and such that change by GET.
func New(prog *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: "idroutes",
		Doc:  "note onboarding and External ID endpoints without a rate limit, and regeneration by GET\n\nLimit how often a caller may try, and let only POST change one.",
		URL:  taint.Docs + "idroutes",
		Run: func(pass *analysis.Pass) (any, error) {
			run(pass, pass.ResultOf[prog].(*program.Result))
			return nil, nil
		},
		Requires: []*analysis.Analyzer{prog},
	}
}

var (
	sensitive = lazyregexp.New(`(?i)external[-_]?ids?\b|onboard.*(aws|cloud|account|integrat)|(aws|cloud|account|integrat).*onboard|/onboard(ing)?(/(regenerate|rotate|generate|renew))?/?$|aws[-_/](connect|integrat|account)|(connect|integrat\w*)[-_/]aws`)
	variable  = lazyregexp.New(`[:{<][^/]*`)
	others    = lazyregexp.New(`(?i)/(customer|contact|user|member|subscriber|order|product|ticket|payment|invoice|group|people|scim)`)
	aws       = lazyregexp.New(`(?i)\b(aws|cloud|sts|iam|roles?)\b`)
	changes   = lazyregexp.New(`(?i)regenerate|rotate|generate|renew`)
	limiter   = lazyregexp.New(`(?i)rate_?limit|limiter|throttl|httprate|tollbooth`)
	register  = lazyregexp.New(`^(Handle|HandleFunc|GET|Get|POST|Post|PUT|Put|PATCH|Patch|DELETE|Delete|Any|All|Method|Add|Match|Route)$`)
)

func run(pass *analysis.Pass, prog *program.Result) {
	r := report.New(pass)
	if prog.Pkg != nil {
		limited := limits(pass)
		for _, f := range pass.Files {
			if strings.HasSuffix(pass.Fset.Position(f.FileStart).Filename, "_test.go") {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if c, ok := n.(*ast.CallExpr); ok {
					check(pass, r, c, limited)
				}
				return true
			})
		}
	}
	r.Done()
}

func check(pass *analysis.Pass, r *report.Reporter, c *ast.CallExpr, limited bool) {
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || !register.MatchString(sel.Sel.Name) || len(c.Args) < 2 || !takesHandler(pass, c) {
		return
	}
	path, ok := constantString(pass, c.Args)
	if !ok || !strings.Contains(path, "/") || !isSensitive(path) {
		return
	}
	if changes.MatchString(path) && (strings.EqualFold(sel.Sel.Name, "get") || strings.HasPrefix(path, "GET ")) {
		r.Report(note(c.Pos(), "an External ID is changed by GET: a link or an image can do so; use POST"))
	}
	if !limited {
		r.Report(note(c.Pos(), "no rate limit in sight for "+path+": without one, accounts and External IDs can be enumerated"))
	}
}

// isSensitive reports whether a route is about External IDs. What is found by an ID of
// somebody else's has it as a variable; customers and contacts have others of their own.
func isSensitive(path string) bool {
	path = variable.ReplaceAllString(path, "")
	return sensitive.MatchString(path) && (aws.MatchString(path) || !others.MatchString(path))
}

func note(pos token.Pos, message string) analysis.Diagnostic {
	return analysis.Diagnostic{Pos: pos, Category: "idroutes", Message: message}
}

// takesHandler keeps clients and maps apart from routers: some argument is a
// function or a handler.
func takesHandler(pass *analysis.Pass, c *ast.CallExpr) bool {
	return slices.ContainsFunc(c.Args, func(a ast.Expr) bool {
		t := pass.TypesInfo.TypeOf(a)
		if t == nil {
			return false
		}
		if _, isFunc := t.Underlying().(*types.Signature); isFunc {
			return true
		}
		obj, _, _ := types.LookupFieldOrMethod(t, true, nil, "ServeHTTP")
		return obj != nil
	})
}

func constantString(pass *analysis.Pass, args []ast.Expr) (string, bool) {
	for _, a := range args {
		if tv := pass.TypesInfo.Types[a]; tv.Value != nil && tv.Value.Kind() == constant.String {
			if s := constant.StringVal(tv.Value); strings.Contains(s, "/") {
				return s, true
			}
		}
	}
	return "", false
}

// limits reports whether the package mentions a rate limit.
func limits(pass *analysis.Pass) bool {
	for id := range pass.TypesInfo.Uses {
		if limiter.MatchString(id.Name) {
			return true
		}
	}
	return slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool {
		return limiter.MatchString(p.Path()) || p.Path() == "golang.org/x/time/rate"
	})
}
