package interp

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/deputy-sec/deputy/analyzers/taint/heap"
)

// A loop over all elements of a list or map that puts a constant into a field of each of
// them leaves nothing of what was there, though one write alone would not: which element
// it is about is not known. What the elements hold then is said where the loop is over.

// walked is a loop over all elements.
type walked struct {
	over   ssa.Value // the list or map
	writes []elementWrite
}

// elementWrite is a constant that each element gets, by the fields that lead to it.
type elementWrite struct {
	fields []int // from the element on
}

// loopsDone are the loops of the function by the block that comes after each.
func (f *frame) loopsDone() map[*ssa.BasicBlock]walked {
	if f.loops != nil {
		return f.loops
	}
	f.loops = map[*ssa.BasicBlock]walked{}
	for _, head := range f.fn.Blocks {
		over, element, ok := loopOverAll(head)
		if !ok {
			continue
		}
		if writes := writesToEach(head, element); len(writes) > 0 {
			f.loops[head.Succs[1]] = walked{over, writes}
		}
	}
	return f.loops
}

// loopOverAll recognises the head of a loop over all elements, which is left at its end
// only, and what in it is the element, or its address.
func loopOverAll(head *ssa.BasicBlock) (over ssa.Value, element func(ssa.Value) bool, ok bool) {
	if len(head.Succs) != 2 || len(head.Succs[1].Preds) != 1 {
		return nil, nil, false
	}
	cond, ok := head.Instrs[len(head.Instrs)-1].(*ssa.If)
	if !ok {
		return nil, nil, false
	}
	switch c := cond.Cond.(type) {
	case *ssa.BinOp:
		list := measured(c.Y)
		if c.Op != token.LSS || list == nil || !countsUp(c.X, head) {
			return nil, nil, false
		}
		return list, func(v ssa.Value) bool {
			ia, ok := v.(*ssa.IndexAddr)
			return ok && ia.X == list && ia.Index == c.X
		}, true
	case *ssa.Extract:
		next, ok := c.Tuple.(*ssa.Next)
		if !ok || next.IsString || c.Index != 0 {
			return nil, nil, false
		}
		return next.Iter.(*ssa.Range).X, func(v ssa.Value) bool {
			e, ok := v.(*ssa.Extract)
			return ok && e.Tuple == next && e.Index == 2
		}, true
	}
	return nil, nil, false
}

// measured is the list whose length a value is.
func measured(v ssa.Value) ssa.Value {
	c, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if b, ok := c.Call.Value.(*ssa.Builtin); !ok || b.Name() != "len" {
		return nil
	}
	return c.Call.Args[0]
}

// countsUp reports whether an index takes every value from zero on, by the two ways in
// which loops are compiled: 0, i+1 and compared; or -1, i+1, compared after the addition.
func countsUp(v ssa.Value, head *ssa.BasicBlock) bool {
	start := int64(0)
	if add, ok := v.(*ssa.BinOp); ok {
		if n, isConst := constInt(add.Y); add.Op != token.ADD || !isConst || n != 1 {
			return false
		}
		v, start = add.X, -1
	}
	phi, ok := v.(*ssa.Phi)
	if !ok || phi.Block() != head {
		return false
	}
	for _, e := range phi.Edges {
		if n, isConst := constInt(e); isConst && n == start {
			continue
		}
		add, ok := e.(*ssa.BinOp)
		if !ok || add.Op != token.ADD || add.X != phi {
			return false
		}
		if n, isConst := constInt(add.Y); !isConst || n != 1 {
			return false
		}
	}
	return true
}

// writesToEach are the constants that every turn of a loop puts into its element.
func writesToEach(head *ssa.BasicBlock, isElement func(ssa.Value) bool) []elementWrite {
	var out []elementWrite
	for _, b := range head.Parent().Blocks {
		if !head.Dominates(b) || !everyTurn(head, b) {
			continue
		}
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok || !isConst(st.Val) {
				continue
			}
			if fields, ok := fieldsOfElement(st.Addr, isElement); ok {
				out = append(out, elementWrite{fields})
			}
		}
	}
	return out
}

// everyTurn reports whether each turn of a loop goes through a block.
func everyTurn(head, b *ssa.BasicBlock) bool {
	for _, p := range head.Preds {
		if head.Dominates(p) && !b.Dominates(p) {
			return false
		}
	}
	return b != head
}

// fieldsOfElement are the fields that an address leads through from the element on.
func fieldsOfElement(addr ssa.Value, isElement func(ssa.Value) bool) ([]int, bool) {
	fa, ok := addr.(*ssa.FieldAddr)
	if !ok {
		return nil, false
	}
	x := fa.X
	if load, ok := x.(*ssa.UnOp); ok && load.Op == token.MUL { // the elements are pointers
		x = load.X
	}
	if isElement(x) {
		return []int{fa.Field}, true
	}
	before, ok := fieldsOfElement(fa.X, isElement)
	return append(before, fa.Field), ok
}

// afterLoop says what the elements hold where a loop over them is over.
func (f *frame) afterLoop(b *ssa.BasicBlock) {
	loop, ok := f.loopsDone()[b]
	if !ok {
		return
	}
	refs := f.value(loop.over).Refs
	if len(refs) != 1 { // several lists, or one of several
		return
	}
	for _, w := range loop.writes {
		p := refs[0].At(heap.AnyElement)
		for _, i := range w.fields {
			p = p.At(heap.Field(i))
		}
		f.mem.Set(p, heap.Cell{Known: true})
	}
}
