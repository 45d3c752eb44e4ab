package interp

import (
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/externalid"
	"github.com/deputy-sec/deputy/analyzers/program"
	"github.com/deputy-sec/deputy/analyzers/taint/heap"
	"github.com/deputy-sec/deputy/analyzers/taint/tables"
)

// settings labels what a library for configuration hands out as a whole, where the package
// is seen to take an External ID out of it in another place: into a struct that has one, or
// by a key that says so.
func (f *frame) settings(k site) {
	if k.v == nil || !tables.HandsOutSettings(k.name) {
		return
	}
	for _, l := range f.e.settingsHold() {
		f.mem.Add(f.resultPlace(k.v, 0), heap.Cell{Taint: heap.Taint{{Label: l, Step: stepAt(f.fn, k.pos, l.Source())}}})
	}
}

// settingsHold are the External IDs that the package takes out of its configuration.
func (e *engine) settingsHold() []heap.Label {
	if e.settings != nil {
		return *e.settings
	}
	var out []heap.Label
	for _, fn := range e.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if c, ok := instr.(*ssa.Call); ok {
					out = append(out, e.takenSetting(&c.Call)...)
				}
			}
		}
	}
	e.settings = &out
	return out
}

func (e *engine) takenSetting(c *ssa.CallCommon) []heap.Label {
	obj := program.Callee(c)
	if obj == nil || !tables.TakesSettings(program.FuncOf(obj)) {
		return nil
	}
	var out []heap.Label
	for _, a := range program.DeclaredArgs(c) {
		if key, ok := constString(a); ok && externalid.SaysExternalID(key[strings.LastIndexByte(key, '.')+1:]) {
			out = append(out, sourceLabel(&externalid.Why{What: externalid.Thing{Kind: externalid.Element, Name: key}, Reason: externalid.Reason{Kind: externalid.NamedSo, Subject: key}, Strength: externalid.Named}))
		}
		if mi, ok := a.(*ssa.MakeInterface); ok {
			for _, s := range e.spots(mi.X.Type(), tables.Whole) {
				if !s.label.Typed {
					out = append(out, s.label)
				}
			}
		}
	}
	return out
}
