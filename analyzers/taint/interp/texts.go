package interp

import (
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// texts are what a template is made of: its sources and the functions that it may call.
type texts struct {
	sources []source
	funcs   map[string]*ssa.Function
}

type source struct{ name, text string }

// The bounds of what is read for one template.
const (
	maxTexts    = 64
	maxText     = 256 << 10 // bytes of one text
	maxTextSite = 16        // calls that a template is made by
)

// templateOf finds the texts of a template by how it was made; nil if not all of it is in
// sight.
func (e *engine) templateOf(v ssa.Value) *texts {
	t := &texts{funcs: map[string]*ssa.Function{}}
	if !e.made(t, v, 0) || len(t.sources) == 0 {
		return nil
	}
	return t
}

// anyTemplate is all templates of the package as one, nil if not all of them are in sight:
// for one that is chosen at run time.
func (e *engine) anyTemplate() *texts {
	if e.templates == nil {
		e.templates = &texts{funcs: map[string]*ssa.Function{}}
		for _, fn := range e.prog.Funcs {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					c, ok := instr.(*ssa.Call)
					if !ok || !strings.Contains(isTemplateCall(&c.Call), "Parse") {
						continue
					}
					if !e.made(e.templates, c, 0) {
						e.templates.sources = nil
						return nil
					}
				}
			}
		}
	}
	if len(e.templates.sources) == 0 {
		return nil
	}
	return e.templates
}

// made follows a template back to where it begins, and reports whether all of it is in
// sight.
func (e *engine) made(t *texts, v ssa.Value, depth int) bool {
	if depth > maxTextSite {
		return false
	}
	switch v := v.(type) {
	case *ssa.Extract:
		return e.made(t, v.Tuple, depth+1)
	case *ssa.UnOp:
		if g, ok := v.X.(*ssa.Global); ok && v.Op == token.MUL {
			stored := e.onlyInGlobal(g)
			return stored != nil && e.made(t, stored, depth+1)
		}
		if a, ok := v.X.(*ssa.Alloc); ok && v.Op == token.MUL {
			stored := onlyStored(a)
			return stored != nil && e.made(t, stored, depth+1)
		}
	case *ssa.Call:
		return e.madeBy(t, &v.Call, depth)
	}
	return false
}

func (e *engine) madeBy(t *texts, c *ssa.CallCommon, depth int) bool {
	switch isTemplateCall(c) {
	case "New":
		t.name(c.Args[0])
		return true
	case "Template.New":
		t.name(c.Args[1])
		return e.made(t, c.Args[0], depth+1)
	case "Must", "Template.Option", "Template.Lookup":
		return e.made(t, c.Args[0], depth+1)
	case "Template.Funcs":
		return e.takeFuncs(t, c.Args[1]) && e.made(t, c.Args[0], depth+1)
	case "Template.Parse":
		text, ok := constString(c.Args[1])
		if !ok || len(text) > maxText {
			return false
		}
		t.sources = append(t.sources, source{"", text})
		return e.made(t, c.Args[0], depth+1)
	case "ParseFS":
		return e.takeFiles(t, c.Args[0], c.Args[1])
	case "Template.ParseFS":
		return e.takeFiles(t, c.Args[1], c.Args[2]) && e.made(t, c.Args[0], depth+1)
	}
	return false
}

// name names the texts that were parsed into a template.
func (t *texts) name(v ssa.Value) {
	name, _ := constString(v)
	for i := range t.sources {
		if t.sources[i].name == "" {
			t.sources[i].name = name
		}
	}
}

// onlyInGlobal is what is stored to a package variable, if that happens once.
func (e *engine) onlyInGlobal(g *ssa.Global) ssa.Value {
	var val ssa.Value
	for _, fn := range e.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok && st.Addr == g {
					if val != nil {
						return nil
					}
					val = st.Val
				}
			}
		}
	}
	return val
}

// takeFuncs takes in the functions of a FuncMap that is spelt out.
func (e *engine) takeFuncs(t *texts, v ssa.Value) bool {
	if ct, ok := v.(*ssa.ChangeType); ok {
		v = ct.X
	}
	if u, ok := v.(*ssa.UnOp); ok && u.Op == token.MUL {
		if g, ok := u.X.(*ssa.Global); ok {
			v = e.onlyInGlobal(g)
		}
	}
	m, ok := v.(*ssa.MakeMap)
	if !ok {
		return false
	}
	for _, r := range *m.Referrers() {
		u, ok := r.(*ssa.MapUpdate)
		if !ok || u.Map != m {
			continue
		}
		name, ok := constString(u.Key)
		if !ok {
			return false
		}
		val := u.Value
		if mi, ok := val.(*ssa.MakeInterface); ok {
			val = mi.X
		}
		if fn, ok := val.(*ssa.Function); ok {
			t.funcs[name] = fn // another kind of value shows what it is given
		}
	}
	return true
}

// takeFiles takes in the files of the package's own directory that match, of those that
// are embedded.
func (e *engine) takeFiles(t *texts, fsys, patterns ssa.Value) bool {
	if mi, ok := fsys.(*ssa.MakeInterface); ok {
		fsys = mi.X
	}
	u, ok := fsys.(*ssa.UnOp)
	if !ok {
		return false
	}
	g, ok := u.X.(*ssa.Global)
	if !ok || g.Pkg != e.prog.Pkg || !isEmbedFS(g) {
		return false
	}
	elems, ok := literalElements(patterns)
	if !ok {
		return false
	}
	root, err := os.OpenRoot(e.directory())
	if err != nil {
		return false
	}
	defer func() { _ = root.Close() }()
	for _, v := range elems {
		pattern, ok := constString(v)
		if !ok {
			return false
		}
		names, err := fs.Glob(root.FS(), pattern)
		if err != nil || len(names) == 0 || len(t.sources)+len(names) > maxTexts {
			return false
		}
		for _, name := range names {
			info, err := root.Stat(name)
			if err != nil || info.Size() > maxText {
				return false
			}
			text, err := root.ReadFile(name)
			if err != nil {
				return false
			}
			t.sources = append(t.sources, source{path.Base(name), string(text)})
		}
	}
	return true
}

func isEmbedFS(g *ssa.Global) bool {
	p, ok := g.Type().Underlying().(*types.Pointer)
	return ok && typeName(p.Elem()) == "embed.FS"
}

// directory is where the package's files lie.
func (e *engine) directory() string {
	i := slices.IndexFunc(e.pass.Files, func(f *ast.File) bool { return e.pass.Fset.File(f.FileStart) != nil })
	if i < 0 {
		return ""
	}
	return filepath.Dir(e.pass.Fset.File(e.pass.Files[i].FileStart).Name())
}
