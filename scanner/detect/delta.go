package detect

import (
	"slices"
	"sort"

	"github.com/deputy-sec/deputy/internal/gitpack"
	"github.com/deputy-sec/deputy/internal/literal"
)

// Segment is a piece of a text that was made from another one: Len bytes at Dst,
// copied from Src in the base, or inserted if Src is negative. The segments of a
// text come in order and cover it without gaps.
type Segment = gitpack.Segment

// Trace is what scanning a text leaves for scanning its descendants: every
// trigger and what it led to. It holds no text.
type Trace struct {
	size     int
	how      Text
	triggers []trigger // in order of start
	examiner *examiner // while it is made
}

// trigger is kept small; there is one for every few hundred bytes of a text
// whose descendants are waiting.
type trigger struct {
	start, end    int32
	before, after int16 // how far around it its detectors looked
	id            int32
	hits          []Hit // with Offset relative to start; nil for nearly all
}

// maxTraced bounds the texts that are traced, so that offsets fit.
const maxTraced = 1 << 30

// ScanTraced does what Scan does, but for lines and columns, which it leaves
// zero, and returns the trace for ScanDelta. The trace is nil, which ScanDelta
// takes for "scan in full", where tracing is not possible.
func (s *Set) ScanTraced(text []byte, how Text, emit func(Hit)) *Trace {
	t := s.trace(text, how)
	if t == nil {
		p := newPass(s, how)
		p.chunk(text, 0, 0, len(text))
		p.emitUnplaced(emit)
		return nil
	}
	s.triggers(text, 0, len(text), func(id, start, end int) { t.add(text, id, start, end) })
	t.finish(s, 0, emit)
	return t
}

// ScanDelta does what ScanTraced does for a text that was made from the base's
// text by the given segments, at a cost that goes with what is new. It looks for
// triggers only where bytes were inserted and at the seams, and asks detectors
// again only about triggers whose window is not the same as in the base.
func (s *Set) ScanDelta(text []byte, how Text, base *Trace, segments []Segment, emit func(Hit)) *Trace {
	t := s.trace(text, how)
	if base == nil || t == nil || base.how.Binary != how.Binary || how.Units != nil {
		return s.ScanTraced(text, how, emit)
	}
	fresh := s.fresh(text, segments)
	t.triggers = make([]trigger, 0, len(base.triggers)+8)
	for _, seg := range segments {
		if seg.Src >= 0 {
			t.carry(s, text, base, seg, fresh)
		}
	}
	carried := len(t.triggers)
	for _, r := range fresh {
		s.triggers(text, r.from, r.to, func(id, start, end int) { t.add(text, id, start, end) })
	}
	t.finish(s, carried, emit)
	return t
}

func (s *Set) trace(text []byte, how Text) *Trace {
	if len(text) > maxTraced || how.Units != nil {
		return nil
	}
	return &Trace{size: len(text), how: how, examiner: s.examiner(how)}
}

// span is a half-open range of offsets.
type span struct{ from, to int }

// fresh returns where triggers must be sought in a text made of segments: in
// what was inserted, as far ahead of every seam as a trigger can reach over it,
// and one byte behind it, since a run of digits that begins there may have been
// longer in the base. The ranges are disjoint and in order.
func (s *Set) fresh(text []byte, segments []Segment) []span {
	reach := max(s.literals.Longest(), literal.MaxDigits) + 1
	var out []span
	add := func(from, to int) {
		from, to = max(0, from), min(len(text), to)
		if n := len(out); n > 0 && from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, to)
			return
		}
		out = append(out, span{from, to})
	}
	for _, seg := range segments {
		add(seg.Dst-reach, seg.Dst+1) // the seam in front of it
		if seg.Src < 0 {
			add(seg.Dst, seg.Dst+seg.Len+1)
		}
	}
	if n := len(segments); n > 0 {
		last := segments[n-1]
		add(last.Dst+last.Len-reach, last.Dst+last.Len) // where the base may have gone on
	}
	return out
}

// carry takes over the triggers of a copied segment. Those in fresh ranges are
// left out: they are found again.
func (t *Trace) carry(s *Set, text []byte, base *Trace, seg Segment, fresh []span) {
	first := sort.Search(len(base.triggers), func(i int) bool { return int(base.triggers[i].start) >= seg.Src })
	f := 0
	for _, tr := range base.triggers[first:] {
		if int(tr.end) > seg.Src+seg.Len {
			if int(tr.start) >= seg.Src+seg.Len {
				break
			}
			continue
		}
		at := int(tr.start) - seg.Src + seg.Dst
		for f < len(fresh) && fresh[f].to <= at {
			f++
		}
		if f < len(fresh) && fresh[f].from <= at {
			continue
		}
		end := at + int(tr.end-tr.start)
		if !sameWindow(tr, base.size, seg, at, len(text)) {
			t.add(text, int(tr.id), at, end)
			continue
		}
		tr.start, tr.end = int32(at), int32(end)
		t.triggers = append(t.triggers, tr)
	}
}

// sameWindow says whether what detectors saw around a trigger that moved to at
// is what they saw in the base: it was copied whole, and where it is cut at a
// text's edge, it is cut at the same distance in both.
func sameWindow(tr trigger, baseSize int, seg Segment, at, size int) bool {
	before := min(int(tr.before), int(tr.start))
	if before != min(int(tr.before), at) || int(tr.start)-before < seg.Src {
		return false
	}
	end := at + int(tr.end-tr.start)
	after := min(int(tr.after), baseSize-int(tr.end))
	return after == min(int(tr.after), size-end) && int(tr.end)+after <= seg.Src+seg.Len
}

// add verifies a trigger and remembers it.
func (t *Trace) add(text []byte, id, start, end int) {
	hits, before, after := t.examiner.examine(id, text, start, end)
	for i := range hits {
		hits[i].Offset -= int64(start)
	}
	t.triggers = append(t.triggers, trigger{
		start: int32(start), end: int32(end), before: int16(before), after: int16(after), id: int32(id),
		hits: append([]Hit(nil), hits...),
	})
}

// finish puts the triggers in order, of which the first, carried ones are, and
// emits what they led to.
func (t *Trace) finish(s *Set, carried int, emit func(Hit)) {
	t.examiner = nil
	slices.SortFunc(t.triggers[carried:], func(a, b trigger) int { return int(a.start) - int(b.start) })
	t.merge(carried)
	p := newPass(s, t.how)
	for _, tr := range t.triggers {
		for _, h := range tr.hits {
			h.Offset += int64(tr.start)
			p.add(h)
		}
	}
	p.emitUnplaced(emit)
}

// merge puts two runs of triggers in order, of which the second is mostly short.
func (t *Trace) merge(second int) {
	if second == 0 || second == len(t.triggers) {
		return
	}
	added := slices.Clone(t.triggers[second:])
	i, j := second-1, len(added)-1
	for to := len(t.triggers) - 1; j >= 0; to-- {
		if i >= 0 && t.triggers[i].start > added[j].start {
			t.triggers[to] = t.triggers[i]
			i--
		} else {
			t.triggers[to] = added[j]
			j--
		}
	}
}
