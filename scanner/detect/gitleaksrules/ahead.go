package gitleaksrules

import (
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// ahead is the cheap test of what follows a literal: that part of the pattern as a
// row of sets of bytes, some of which may be left out or repeated. It lets through
// whatever the pattern matches, and more; Go's regexp takes some hundred
// nanoseconds per byte for patterns with counted repetitions, and words like "key"
// or "auth" are everywhere.
//
// The row is tried with one bit for each set (Navarro and Raffinot, Flexible
// Pattern Matching in Strings, 2002, section 4.2).
type ahead struct {
	sets     [256]uint64 // by byte: the sets that hold it
	optional uint64      // sets that may be left out
	loops    uint64      // sets that may be repeated
	longer   uint64      // sets with characters of several bytes
	n        int
	cut      bool // the pattern goes on behind the row
}

// maxAhead leaves one bit for the end of the row.
const maxAhead = 63

// aheadOf makes the test for expressions that follow each other. Where one does
// not fit, the row ends in front of it.
func aheadOf(list []*syntax.Regexp) *ahead {
	a := &ahead{}
	for _, re := range list {
		if !a.append(re, false) {
			a.cut = true
			break
		}
	}
	return a
}

// append adds an expression, or reports that it does not fit.
func (a *ahead) append(re *syntax.Regexp, optional bool) bool {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return true
	case syntax.OpCapture:
		return a.append(re.Sub[0], optional)
	case syntax.OpQuest:
		return a.append(re.Sub[0], true)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			if !a.append(sub, optional) {
				return false
			}
		}
		return true
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if !a.add(runeSet(r, re.Flags&syntax.FoldCase != 0), optional, false) {
				return false
			}
		}
		return true
	case syntax.OpStar, syntax.OpPlus:
		set, single := byteSet(re.Sub[0])
		return single && a.add(set, optional || re.Op == syntax.OpStar, true)
	case syntax.OpAlternate:
		return a.appendAny(re, optional)
	}
	set, single := byteSet(re)
	return single && a.add(set, optional, false)
}

// mostLeast bounds how much of an alternative's least length counts: that many
// bytes in a row are rare where the row's other sets fit.
const mostLeast = 16

// appendAny adds an alternative: one of the bytes that a branch begins with, then
// any of the bytes in it, as many as the shortest branch has at least.
func (a *ahead) appendAny(re *syntax.Regexp, optional bool) bool {
	s := spell(re)
	if !a.add(s.first, optional || s.least == 0, false) {
		return false
	}
	for range min(s.least, mostLeast) - 1 {
		if !a.add(s.all, optional, false) {
			return false
		}
	}
	return a.add(s.all, true, true)
}

// spelling is what is known of the bytes of an expression's texts.
type spelling struct {
	first, all set
	least      int // bytes
}

// spell spells an expression; what it does not know may be anything.
func spell(re *syntax.Regexp) spelling {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return spelling{}
	case syntax.OpCapture, syntax.OpPlus:
		return spell(re.Sub[0])
	case syntax.OpQuest, syntax.OpStar:
		s := spell(re.Sub[0])
		s.least = 0
		return s
	case syntax.OpAlternate:
		return spellAny(re.Sub)
	case syntax.OpConcat:
		var out spelling
		for _, sub := range re.Sub {
			out = out.then(spell(sub))
		}
		return out
	case syntax.OpLiteral:
		var out spelling
		for _, r := range re.Rune {
			s := runeSet(r, re.Flags&syntax.FoldCase != 0)
			out = out.then(spelling{s, s, 1})
		}
		return out
	}
	if s, single := byteSet(re); single {
		return spelling{s, s, 1}
	}
	return spelling{anyByte, anyByte, 0}
}

// spellAny spells alternatives, but for the text's end: whatever is alive there is
// let through, see match.
func spellAny(subs []*syntax.Regexp) spelling {
	out := spelling{least: unbounded}
	for _, sub := range subs {
		if sub.Op == syntax.OpEndText {
			continue
		}
		s := spell(sub)
		out = spelling{out.first.and(s.first), out.all.and(s.all), min(out.least, s.least)}
	}
	if out.least == unbounded {
		out.least = 0
	}
	return out
}

// then is one spelling behind another.
func (s spelling) then(t spelling) spelling {
	if s.least == 0 {
		s.first.unite(t.first)
	}
	s.all.unite(t.all)
	s.least = plus(s.least, t.least)
	return s
}

// add appends a set to the row. It stands for a character, which may be several
// bytes beyond ASCII.
func (a *ahead) add(s set, optional, loop bool) bool {
	if a.n == maxAhead {
		return false
	}
	bit := uint64(1) << a.n
	for c := range 256 {
		if s.has(byte(c)) {
			a.sets[c] |= bit
		}
	}
	if optional {
		a.optional |= bit
	}
	if loop {
		a.loops |= bit
	}
	if s.has(utf8.RuneSelf) {
		a.longer |= bit
	}
	a.n++
	return true
}

// match reports whether text may go on as the pattern asks, and if so, how many bytes
// a match can take at most. The text's end does not speak against it: the window
// may be cut there.
func (a *ahead) match(text []byte) (most int, ok bool) {
	t := a.begin()
	for i, c := range text {
		if t.free {
			break
		}
		if !t.step(c) {
			return i, t.fits()
		}
	}
	return len(text), true
}

// trial is the test at some byte of a text.
type trial struct {
	*ahead
	state uint64
	whole bool // a match may have ended
	free  bool // anything may follow
	ended bool // nothing goes on
}

func (a *ahead) begin() trial { return trial{ahead: a, state: a.skip(1)} }

// step takes the next byte, or reports that no match goes on with it.
func (t *trial) step(c byte) bool {
	if t.free {
		return true
	}
	if t.state>>t.n&1 != 0 {
		t.whole, t.free = true, t.cut
		if t.free {
			return true
		}
	}
	hit := t.state & t.sets[c]
	if hit == 0 {
		t.ended = true
		return false
	}
	stay := t.loops
	if c >= utf8.RuneSelf {
		stay |= t.longer
	}
	t.state = t.skip(hit<<1 | hit&stay)
	return true
}

// fits reports whether the text may go on as the pattern asks.
func (t *trial) fits() bool { return t.whole || !t.ended }

// skip adds the places that are reached by leaving optional sets out: the sum
// carries each over the run of optional sets that it stands in.
func (a *ahead) skip(state uint64) uint64 {
	sum := a.optional + state&a.optional
	return state | (sum ^ a.optional)
}

// bytesOf returns the bytes that texts of an expression may hold.
func bytesOf(re *syntax.Regexp) set { return spell(re).all }

// anyOf returns expressions that match any texts of the bytes.
func anyOf(s set) []*syntax.Regexp {
	class := &syntax.Regexp{Op: syntax.OpCharClass}
	for c := range rune(utf8.RuneSelf) {
		if s.has(byte(c)) {
			class.Rune = append(class.Rune, c, c)
		}
	}
	if s.has(utf8.RuneSelf) {
		class.Rune = append(class.Rune, utf8.RuneSelf, utf8.MaxRune)
	}
	if len(class.Rune) == 0 {
		return nil
	}
	return []*syntax.Regexp{{Op: syntax.OpStar, Sub: []*syntax.Regexp{class}}}
}

// set is a set of bytes.
type set [4]uint64

var anyByte = set{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func (s *set) put(c byte)     { s[c>>6] |= 1 << (c & 63) }
func (s set) has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

func (s *set) unite(t set) { *s = s.and(t) }

// and returns the bytes of both.
func (s set) and(t set) set {
	for i := range s {
		s[i] |= t[i]
	}
	return s
}

// putRune adds the bytes of a character: all that longer characters have, if it is
// one of these.
func (s *set) putRune(r rune) {
	if r < 0x80 {
		s.put(byte(r))
		return
	}
	s[2], s[3] = anyByte[2], anyByte[3]
}

func runeSet(r rune, fold bool) set {
	var s set
	s.putRune(r)
	if fold {
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			s.putRune(f)
		}
	}
	return s
}

// byteSet returns the bytes of an expression that matches one character.
func byteSet(re *syntax.Regexp) (s set, single bool) {
	switch re.Op {
	case syntax.OpCapture:
		return byteSet(re.Sub[0])
	case syntax.OpAnyChar:
		return anyByte, true
	case syntax.OpAnyCharNotNL:
		s = anyByte
		s['\n'>>6] &^= 1 << '\n'
		return s, true
	case syntax.OpLiteral:
		if len(re.Rune) == 1 {
			return runeSet(re.Rune[0], re.Flags&syntax.FoldCase != 0), true
		}
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for c := re.Rune[i]; c <= min(re.Rune[i+1], 0x7f); c++ {
				s.put(byte(c))
			}
			if re.Rune[i+1] >= 0x80 {
				s.putRune(re.Rune[i+1])
			}
		}
		return s, true
	}
	return s, false
}
