package interp

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// isSanitizer reports whether what a function returns is clean: the project says so,
// its name does, or its body shows it.
func (e *engine) isSanitizer(fn *types.Func) bool {
	n := program.FuncOf(fn)
	if e.pol.IsSanitizer(n.Pkg, n.Recv, n.Name) || e.masked[n.String()] {
		return true
	}
	if program.IsStd(n.Pkg) && n.Pkg != e.pass.Pkg.Path() || e.pol.SinkKind(n.Pkg, n.Recv, n.Name) != "" {
		return false
	}
	name := strings.ToLower(n.Name)
	if strings.HasPrefix(name, "un") || strings.HasPrefix(name, "decrypt") || strings.HasPrefix(name, "is") {
		return false
	}
	for _, w := range tables.MaskWords {
		if strings.HasPrefix(name, w) || strings.HasSuffix(name, w) || strings.Contains(name, w) && makesText(fn) {
			return !e.givesBack(fn)
		}
	}
	return false
}

// givesBack reports whether a function from text to text is known to return what it is
// given, whatever it is called.
func (e *engine) givesBack(fn *types.Func) bool {
	if !passesText(fn) {
		return false
	}
	sum := e.summaryOf(fn)
	return sum != nil && sum.ResultsDependOn(0, e.paths)
}

// makesText reports whether a function makes text.
func makesText(fn *types.Func) bool {
	r := fn.Signature().Results()
	return r.Len() > 0 && isText(r.At(0).Type())
}

// findMasks records the functions of the package that are annotated //deputy:masked
// and those whose body puts a mask's characters around what it returns.
func (e *engine) findMasks() {
	for _, file := range e.pass.Files {
		for _, decl := range file.Decls {
			fd, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if obj, ok := e.pass.TypesInfo.Defs[fd.Name].(*types.Func); ok && (masksByNote(fd.Doc) || masksByBody(obj, fd)) {
				name := program.FuncOf(obj).String()
				e.masked[name] = true
				e.maskNames = append(e.maskNames, name)
			}
		}
	}
}

func masksByNote(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//deputy:masked") {
			return true
		}
	}
	return false
}

// masksByBody recognises a short function from text to text whose literals hold a
// mask: stars, bullets or the word redacted.
func masksByBody(fn *types.Func, fd *ast.FuncDecl) bool {
	if fd.Body == nil || !makesText(fn) || fn.Signature().Results().Len() > 1 || len(fd.Body.List) > 12 {
		return false
	}
	found := false
	ast.Inspect(fd.Body, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && tables.HoldsMask(lit.Value) {
			found = true
		}
		return !found
	})
	return found
}
