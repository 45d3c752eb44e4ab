package detect

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/encoded"
	"github.com/deputy-sec/deputy/internal/literal"
)

// Escapes are transparent. The spelling of an escaped digit, a colour code or a character
// that nobody sees is a trigger of the engine's own: triggers near it are sought in a view
// of the text in which all of these are decoded, and detectors are asked about that view.
// What they find is reported where it stands in the text itself.

const (
	// How far around an escape its view is made to see whether there is a trigger near it, in
	// bytes.
	escapeBefore, escapeReach = 64, 160
	// escapeSniff is how far around one is looked to see that it hides nothing.
	escapeSniff = 16
	// nearEscape is how near to it a trigger must be, in bytes of the view, on one line.
	nearEscape = 40
)

// escaped examines the neighbourhood of the escape that begins at text[start].
func (e *examiner) escaped(text []byte, start, end int) (before, after int) {
	if !encoded.Worthwhile(text, start) {
		return escapeSniff, escapeSniff
	}
	lo, hi := max(0, start-escapeBefore), min(len(text), end+escapeReach)
	v := &e.near
	v.Decode(text[lo:hi])
	n := v.MarkAt(start - lo)
	if n < 0 {
		return escapeReach, escapeReach
	}
	e.owned = e.owned[:0]
	at := v.Marks[n].At
	e.set.triggers(v.Text, max(0, at-literal.MaxDigits), at+nearEscape, func(id, from, to int) {
		if owner(v, from, to) == n && id != runID && !e.set.isDump(id) {
			e.owned = append(e.owned, owned{id, lo + v.Source(from, hi-lo), to - from})
		}
	})
	if len(e.owned) == 0 || e.depth >= maxNesting {
		return escapeReach, escapeReach
	}
	return e.decoded(text, start, end)
}

// owned is a trigger near an escape.
type owned struct {
	id     int
	source int // where it begins in the text
	size   int // in the view
}

// owner returns the index of the escape that a trigger belongs to, so that one of them asks
// about it: the last one in front of it on its line and near, else the first one in it or
// right behind it. -1 if there is none.
func owner(v *encoded.View, from, to int) int {
	best := -1
	for i, m := range v.Marks {
		switch {
		case m.At > to || best >= 0 && m.At > from:
			return best
		case m.At > from:
			return i
		case from-m.At <= nearEscape && bytes.IndexByte(v.Text[min(m.At, from):from], '\n') < 0:
			best = i
		}
	}
	return best
}

// decoded asks detectors about the triggers that an escape owns.
func (e *examiner) decoded(text []byte, start, end int) (before, after int) {
	before, after = escapeReach, escapeReach
	near, far := e.unescaped(text, start-nearAround, end+nearAround), (*unescaped)(nil)
	defer near.done()
	for _, t := range e.owned {
		u := near
		hits, b, a, sure := u.examine(t)
		if !sure {
			if far == nil {
				far = e.unescaped(text, start-Before, end+After)
				defer far.done()
			}
			u = far
			hits, b, a, _ = u.examine(t)
		}
		from, to, ok := u.trigger(t)
		if !ok {
			continue
		}
		v, size := &u.view, u.hi-u.lo
		if before = max(before, start-(u.lo+v.Source(max(0, from-b), size))); b >= from {
			before = Before
		}
		if after = max(after, u.lo+v.Source(min(len(v.Text), to+a), size)-end); to+a >= len(v.Text) {
			after = After
		}
		for _, h := range hits {
			first, last := v.Source(int(h.Offset), size), v.SourceEnd(int(h.Offset)+h.End-h.Start)
			h.Start, h.End, h.Offset = 0, last-first, int64(u.lo+first)
			e.hits = append(e.hits, h)
		}
	}
	return min(before, Before), min(after, After)
}

// unescaped is a part of a text with its view.
type unescaped struct {
	view   encoded.View
	lo, hi int  // in the text
	before bool // the text goes on ahead of it
	behind bool
	inner  *examiner
}

// unescaped decodes the text between two places, as far as it goes.
func (e *examiner) unescaped(text []byte, from, to int) *unescaped {
	u := &unescaped{lo: max(0, from), hi: min(len(text), to), inner: e.within(e.how.Binary)}
	u.before, u.behind = u.lo > 0, u.hi < len(text)
	u.view.Decode(text[u.lo:u.hi])
	return u
}

func (u *unescaped) done() { u.inner.set.examiners.Put(u.inner) }

// trigger returns where a trigger stands in the view.
func (u *unescaped) trigger(t owned) (from, to int, ok bool) {
	from = u.view.Offset(t.source - u.lo)
	return from, from + t.size, from+t.size <= len(u.view.Text)
}

// examine asks detectors about a trigger. It is sure unless they looked to where the view is
// cut, or to an escape that may be cut there.
func (u *unescaped) examine(t owned) (hits []Hit, before, after int, sure bool) {
	from, to, ok := u.trigger(t)
	if !ok {
		return nil, 0, 0, !u.behind
	}
	hits, before, after = u.inner.examine(t.id, u.view.Text, from, to)
	sure = !(u.before && before+escapeReach >= from) && !(u.behind && to+after+escapeReach >= len(u.view.Text))
	return hits, before, after, sure
}

// isEscape reports whether a literal is the beginning of an escape.
func (s *Set) isEscape(id int) bool { return id >= 0 && s.escapes[id] }
