package interp

import (
	"go/types"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// templates are the texts of a package's templates. A template shows what it names,
// so that a struct with an External ID can be given to one that does not.
type templates struct {
	texts  []string
	hidden bool // some come from files, or from variables
}

// findTemplates collects what is given to Parse.
func findTemplates(funcs []*ssa.Function) templates {
	var t templates
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if c, ok := instr.(*ssa.Call); ok {
					t.take(&c.Call)
				}
			}
		}
	}
	return t
}

func (t *templates) take(c *ssa.CallCommon) {
	obj := program.Callee(c)
	if obj == nil || obj.Pkg() == nil || !tables.IsTemplate(obj.Pkg().Path()) || !strings.HasPrefix(obj.Name(), "Parse") {
		return
	}
	if text, ok := constString(c.Args[len(c.Args)-1]); ok && obj.Name() == "Parse" {
		t.texts = append(t.texts, text)
		return
	}
	t.hidden = true
}

// wholeData matches a template that shows its data as such.
var wholeData = regexp.MustCompile(`{{-?[^}]*[ (|]\.[ )|}]|{{-?\.-?}}`)

// name reports whether any template may show a field of its data.
func (t *templates) name(field string) bool {
	mention := regexp.MustCompile(`\.` + regexp.QuoteMeta(field) + `\b`)
	return slices.ContainsFunc(t.texts, mention.MatchString)
}

// rendered is what an executed template shows of its data, argument i.
func (f *frame) rendered(k site, i int) heap.Taint {
	if f.e.templates == nil {
		found := findTemplates(f.e.prog.Funcs)
		f.e.templates = &found
	}
	t := f.e.templates
	owner := plainStruct(k.vals[i])
	if owner == nil || t.hidden || len(t.texts) == 0 || slices.ContainsFunc(t.texts, wholeData.MatchString) {
		return f.deep(k.args[i], tables.Rendered)
	}
	out := k.args[i].Taint
	s := program.StructOf(owner)
	for j := range s.NumFields() {
		if !t.name(s.Field(j).Name()) {
			continue
		}
		var part heap.Cell
		for _, r := range k.args[i].Refs {
			part.Refs = append(part.Refs, heap.Ref{Place: r.At(heap.Field(j)), Typ: s.Field(j).Type(), Hint: f.e.fieldHint(owner, j)})
		}
		out = out.Union(f.deep(part, tables.Rendered))
	}
	return out
}

// plainStruct is the struct that a template is given, whose fields have their own
// names in it; nil for other data.
func plainStruct(v ssa.Value) types.Type {
	if mi, ok := v.(*ssa.MakeInterface); ok {
		v = mi.X
	}
	if program.StructOf(v.Type()) == nil {
		return nil
	}
	return v.Type()
}
