// Package literal finds many fixed strings, and digit groups, in one pass over
// a text. It is the tier that looks at every byte, so it neither allocates nor
// calls out except for a hit.
package literal

import (
	"encoding/binary"
	"slices"
)

// MinLength is the length of the shortest literal that a Matcher takes.
const MinLength = 3

// Literal is a string to look for: at least MinLength bytes of ASCII.
type Literal struct {
	Text string
	Fold bool // any case
}

// Matcher finds all occurrences of a set of literals. It is immutable after New
// and safe for concurrent use.
//
// It samples the text: only at every second place are three bytes, folded to
// one case, looked up in a filter of 64 K bits. For that, every literal enters
// the filter with two of its trigrams, one at an even and one at an odd offset,
// so that whatever place an occurrence starts at, exactly one of the two is
// sampled. Of a literal's trigrams the rarest are chosen. The look-ups of
// neighbouring places do not depend on each other, and the filter fits the
// first-level cache, so the processor overlaps them; automata, which must wait
// for one step to take the next, are several times slower.
type Matcher struct {
	filter  [1 << 16 / 64]uint64
	buckets [1 << 16]uint16 // by the trigram's hash: index into entries, 0 for none
	entries [][]entry
	longest int
}

// entry is a literal, found by a trigram at offset at in it. The offset is -1
// for literals of three bytes: theirs covers the byte in front of them.
type entry struct {
	id   int
	at   int
	text string // lower case if fold
	fold bool
}

// New builds a matcher; the ids it reports are indexes into literals. It panics
// on a literal that is too short: literals are part of the program.
func New(literals []Literal) *Matcher {
	m := &Matcher{entries: make([][]entry, 1)}
	for id, l := range literals {
		if len(l.Text) < MinLength {
			panic("literal: too short: " + l.Text)
		}
		m.add(id, l)
		m.longest = max(m.longest, len(l.Text))
	}
	return m
}

// Longest returns the length of the longest literal in bytes.
func (m *Matcher) Longest() int { return m.longest }

func (m *Matcher) add(id int, l Literal) {
	e := entry{id: id, text: l.Text, fold: l.Fold}
	folded := folded(l.Text)
	if l.Fold {
		e.text = lower(l.Text)
	}
	e.at = rarest(folded, 0)
	m.put(gram(folded[e.at], folded[e.at+1], folded[e.at+2]), e)
	if len(folded) > MinLength {
		e.at = rarest(folded, 1)
		m.put(gram(folded[e.at], folded[e.at+1], folded[e.at+2]), e)
		return
	}
	e.at = -1
	seen := map[byte]bool{}
	for c := range 256 {
		if front := byte(c) | foldBit; !seen[front] {
			seen[front] = true
			m.put(gram(front, folded[0], folded[1]), e)
		}
	}
}

func (m *Matcher) put(gram uint32, e entry) {
	h := hash(gram)
	m.filter[h>>6] |= 1 << (h & 63)
	if m.buckets[h] == 0 {
		m.entries = append(m.entries, nil)
		m.buckets[h] = uint16(len(m.entries) - 1)
	}
	i := m.buckets[h]
	m.entries[i] = append(m.entries[i], e)
}

// rarest returns the offset, of the given parity, of the trigram that ordinary
// text is least likely to hold.
func rarest(text []byte, parity int) int {
	best, least := parity, 1<<30
	for at := parity; at+3 <= len(text); at += 2 {
		if c := commonness(text[at]) * commonness(text[at+1]) * commonness(text[at+2]); c < least {
			best, least = at, c
		}
	}
	return best
}

// commonness ranks bytes by how frequent they are in source text and prose.
func commonness(c byte) int {
	switch i := slices.Index([]byte(" etaoinsrlcdupmhgfyb"), c); {
	case i >= 0:
		return 40 - 2*i
	case 'a' <= c && c <= 'z', c == '/', c == '.', c == '"':
		return 2
	}
	return 1
}

// foldBit makes letters lower case. It also folds some bytes that are no
// letters, which costs a comparison now and then and misses nothing.
const foldBit = 0x20

const foldAll = 0x2020202020202020

func gram(a, b, c byte) uint32 { return uint32(a) | uint32(b)<<8 | uint32(c)<<16 }

// hash spreads 24 bits over 16 (Knuth's multiplicative method).
func hash(gram uint32) uint16 { return uint16(gram * 0x9E3779B1 >> 16) }

// Each calls visit for every occurrence that starts in text[from:to]; the
// occurrence itself may reach beyond to. Each occurrence is visited once, in no
// particular order.
func (m *Matcher) Each(text []byte, from, to int, visit func(id, start, end int)) {
	to = min(to, len(text))
	end := min(to+m.longest, len(text))
	at := from
	// A load of eight bytes holds three samples.
	for ; at+8 <= end; at += 6 {
		v := binary.LittleEndian.Uint64(text[at:at+8]) | foldAll
		a, b, c := hash(uint32(v&0xffffff)), hash(uint32(v>>16&0xffffff)), hash(uint32(v>>32&0xffffff))
		hit := m.filter[a>>6]>>(a&63) | m.filter[b>>6]>>(b&63) | m.filter[c>>6]>>(c&63)
		if hit&1 == 0 {
			continue
		}
		m.check(text, at, from, to, a, visit)
		m.check(text, at+2, from, to, b, visit)
		m.check(text, at+4, from, to, c, visit)
	}
	for ; at+3 <= end; at += 2 {
		h := hash(gram(text[at]|foldBit, text[at+1]|foldBit, text[at+2]|foldBit))
		m.check(text, at, from, to, h, visit)
	}
}

// check visits the literals that have the sampled trigram at the place sampled.
func (m *Matcher) check(text []byte, sample, from, to int, h uint16, visit func(id, start, end int)) {
	for i := range m.entries[m.buckets[h]] {
		e := &m.entries[m.buckets[h]][i]
		start := sample - e.at
		if start >= from && start < to && e.matches(text, start) {
			visit(e.id, start, start+len(e.text))
		}
	}
}

func (e *entry) matches(text []byte, i int) bool {
	if i+len(e.text) > len(text) {
		return false
	}
	got := text[i : i+len(e.text)]
	if !e.fold {
		return string(got) == e.text
	}
	for j, c := range got {
		if 'A' <= c && c <= 'Z' {
			c |= foldBit
		}
		if c != e.text[j] {
			return false
		}
	}
	return true
}

func folded(s string) []byte {
	b := []byte(s)
	for i := range b {
		b[i] |= foldBit
	}
	return b
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | foldBit
		}
	}
	return string(b)
}
