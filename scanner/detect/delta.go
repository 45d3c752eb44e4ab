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
	hits     [][]Hit   // of the few triggers that led to any
	gaveUp   string    // why detectors gave up some triggers
	examiner *examiner // while it is made
}

// trigger is kept small and free of pointers; there is one for every few hundred bytes of
// a text whose descendants are waiting.
type trigger struct {
	start, end int32
	after      int32 // how far behind it its detectors looked
	before     int16 // and ahead of it
	gaveUp     bool
	id         int32
	hits       int32 // one more than the index of its hits, with Offset relative to start; 0 for nearly all
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
	if base == nil || t == nil || base.how.Binary != how.Binary || (base.how.Embeds == nil) != (how.Embeds == nil) || how.Units != nil {
		return s.ScanTraced(text, how, emit)
	}
	t.triggers = make([]trigger, 0, len(base.triggers)+8)
	if len(base.triggers) > 0 {
		at := 0
		for _, seg := range segments {
			if seg.Src >= 0 {
				at = seek(base.triggers, at, seg.Src)
				t.carry(text, base, at, seg)
			}
		}
	}
	carried := len(t.triggers)
	s.fresh(text, segments, func(id, start, end int) { t.add(text, id, start, end) })
	t.finish(s, carried, emit)
	return t
}

func (s *Set) trace(text []byte, how Text) *Trace {
	if len(text) > maxTraced || how.Units != nil {
		return nil
	}
	return &Trace{size: len(text), how: how, examiner: s.examiner(how)}
}

// copied reports whether a trigger that stands in a segment is in the base, too, if the
// segment is: it does not reach over a seam. Digits are a group because of what stands on
// both sides of them.
func copied(seg Segment, id, start, end int) bool {
	switch id {
	case digitsID:
		return start > seg.Dst && end < seg.Dst+seg.Len
	case runID:
		return start-runSniff >= seg.Dst && end+runSniff <= seg.Dst+seg.Len
	}
	return end <= seg.Dst+seg.Len
}

// fresh calls visit for the triggers of a text made of segments that were not copied
// with one of them.
func (s *Set) fresh(text []byte, segments []Segment, visit func(id, start, end int)) {
	in := 0         // the segment of the trigger at hand; they come in no strict order
	lastDigits := 0 // one more than the start of the last group, which may touch two seams
	unlessCopied := func(id, start, end int) {
		if id == digitsID {
			if start < lastDigits {
				return
			}
			lastDigits = start + 1
		}
		for in > 0 && segments[in].Dst > start {
			in--
		}
		for in+1 < len(segments) && segments[in+1].Dst <= start {
			in++
		}
		if seg := segments[in]; seg.Src < 0 || !copied(seg, id, start, end) {
			visit(id, start, end)
		}
	}
	reach := s.literals.Longest() - 1
	from, to := 0, 0 // where literals are yet to be sought
	add := func(a, b int) {
		if a = max(a, 0); a > to {
			s.literals.Each(text, from, to, unlessCopied)
			from = a
		}
		to = b
	}
	for _, seg := range segments {
		add(seg.Dst-reach, seg.Dst) // over the seam in front of it
		s.digitsAt(text, seg.Dst, unlessCopied)
		if seg.Src < 0 {
			add(seg.Dst, seg.Dst+seg.Len)
			s.digitsIn(text, seg.Dst+1, seg.Dst+seg.Len, unlessCopied)
		}
	}
	s.literals.Each(text, from, to, unlessCopied)
	s.digitsAt(text, len(text), unlessCopied) // where the base may have gone on
	s.freshRuns(text, segments, visit)
}

// freshRuns calls visit for the encoded runs that are not copied far from any seam.
func (s *Set) freshRuns(text []byte, segments []Segment, visit func(id, start, end int)) {
	from, to := 0, 0 // where runs are yet to be sought
	add := func(a, b int) {
		if a > to {
			s.runsIn(text, from, to, visit)
			from = a
		}
		to = max(to, b)
	}
	for _, seg := range segments {
		add(nearSeam(seg.Dst))
		if seg.Src < 0 {
			add(seg.Dst, seg.Dst+seg.Len)
		}
	}
	add(nearSeam(len(text)))
	s.runsIn(text, from, to, visit)
}

// digitsAt looks for groups of digits that touch a seam. One of the bytes beside it is a
// digit then, and what stands between it and the start of the group is part of a group.
func (s *Set) digitsAt(text []byte, seam int, visit func(id, start, end int)) {
	if !(seam > 0 && literal.IsDigit(text[seam-1]) || seam < len(text) && literal.IsDigit(text[seam])) {
		return
	}
	from := seam
	for least := max(0, seam-literal.MaxDigits); from > least && literal.OfGroup(text[from-1]); {
		from--
	}
	s.digitsIn(text, from, seam+1, func(id, start, end int) {
		if end >= seam {
			visit(id, start, end)
		}
	})
}

// seek returns the first trigger that starts at src or behind it. Segments mostly go on
// where the one before ended, so at is near.
func seek(triggers []trigger, at, src int) int {
	for range 8 {
		switch {
		case at < len(triggers) && int(triggers[at].start) < src:
			at++
		case at > 0 && int(triggers[at-1].start) >= src:
			at--
		default:
			return at
		}
	}
	return sort.Search(len(triggers), func(i int) bool { return int(triggers[i].start) >= src })
}

// carry takes over the triggers of a copied segment, of which the first is at first.
func (t *Trace) carry(text []byte, base *Trace, first int, seg Segment) {
	by := seg.Dst - seg.Src
	for _, tr := range base.triggers[first:] {
		if int(tr.start) >= seg.Src+seg.Len {
			break
		}
		at, end := int(tr.start)+by, int(tr.end)+by
		if !copied(seg, int(tr.id), at, end) {
			continue // fresh finds what became of it
		}
		if !sameWindow(tr, base.size, seg, at, len(text)) {
			t.add(text, int(tr.id), at, end)
			continue
		}
		tr.start, tr.end = int32(at), int32(end)
		if tr.hits > 0 {
			tr.hits = t.keep(base.hits[tr.hits-1])
		}
		if tr.gaveUp { // what was not looked at there was not looked at here
			t.gaveUp = base.gaveUp
			t.examiner.tell(base.gaveUp)
		}
		t.triggers = append(t.triggers, tr)
	}
}

// sameWindow reports whether what detectors saw around a trigger that moved to at
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
	if t.examiner.cursory {
		return
	}
	tr := trigger{start: int32(start), end: int32(end), before: int16(before), after: int32(after), id: int32(id)}
	if reason := t.examiner.gaveUp; reason != "" {
		tr.gaveUp, t.gaveUp = true, reason
	}
	if len(hits) > 0 {
		own := slices.Clone(hits)
		for i := range own {
			own[i].Offset -= int64(start)
		}
		tr.hits = t.keep(own)
	}
	t.triggers = append(t.triggers, tr)
}

// keep keeps the hits of a trigger, and returns what the trigger remembers of them.
func (t *Trace) keep(hits []Hit) int32 {
	t.hits = append(t.hits, hits)
	return int32(len(t.hits))
}

// finish puts the triggers in order, of which the first, carried ones are, and
// emits what they led to.
func (t *Trace) finish(s *Set, carried int, emit func(Hit)) {
	s.examiners.Put(t.examiner)
	t.examiner, t.how.GaveUp = nil, nil
	slices.SortFunc(t.triggers[carried:], func(a, b trigger) int { return int(a.start) - int(b.start) })
	t.merge(carried)
	p := newPass(s, t.how)
	for _, tr := range t.triggers {
		if tr.hits == 0 {
			continue
		}
		for _, h := range t.hits[tr.hits-1] {
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
