// Package literal finds many fixed strings, and digit groups, in one pass over
// a text. It is the tier that looks at every byte, so it neither allocates nor
// calls out except for a hit.
package literal

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"sync"
)

// MinLength is the length of the shortest literal that a Matcher takes.
const MinLength = 3

// Literal is a string to look for, see Fits.
type Literal struct {
	Text  string
	Fold  bool // any case
	Digit bool // a digit follows, or one of the six signs behind '9', and is part of it; Text is of two bytes then
}

func (l Literal) length() int {
	if l.Digit {
		return len(l.Text) + 1
	}
	return len(l.Text)
}

// Matcher finds all occurrences of a set of literals. It is immutable after New
// and safe for concurrent use.
//
// It samples the text: only at every second place are four bytes, folded to one
// case, looked up in a filter of 256 K bits. For that, every literal enters the
// filter twice, with bytes from an even and from an odd offset in it, so that
// whatever place an occurrence starts at, exactly one of the two is sampled. Of
// the places in a literal the rarest are chosen. The look-ups of neighbouring
// places do not depend on each other, and the filter fits the first-level cache,
// so the processor overlaps them; automata, which must wait for one step to take
// the next, are several times slower.
type Matcher struct {
	filter  [slots]uint16 // by the hash of three bytes: the classes of the fourth that some literal has
	first   [slots]uint32 // by the same: where the slot's entries begin, 0 for none
	entries []entry       // of a slot in a row; the first is none
	longest int
	deepest int // offset in a literal of the bytes that are sampled
}

// slots is how many hashes of three bytes are told apart. With eight classes of
// the fourth byte the filter takes 32 KiB.
const slots = 1 << slotBits

const slotBits = 15

// entry is a literal as it is found by the bytes at offset at in it; -1 for some
// of three bytes, which are found with the byte in front of them. Its first eight
// bytes are compared in one step: no bit of mask may differ.
type entry struct {
	mask, value uint64
	id          int32
	length      int32
	at          int16
	last        bool // of its slot
	fold        bool
	rest        string // what follows the first eight bytes, in lower case if fold
}

// maxLength bounds a literal, so that its length and places fit an entry.
const maxLength = 1 << 12

// Fits reports whether a literal can be looked for: its length is from MinLength to
// 4096 bytes, and it is ASCII.
func Fits(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return len(text) >= MinLength && len(text) <= maxLength
}

func fits(l Literal) bool {
	if l.Digit {
		return !l.Fold && len(l.Text) == MinLength-1
	}
	return Fits(l.Text) || !l.Fold && len(l.Text) >= MinLength && len(l.Text) <= maxLength
}

// New builds a matcher; the ids it reports are indexes into literals. It panics
// on a literal that does not fit: who takes literals from elsewhere asks Fits. One that is
// not to be found in any case may hold other bytes than those of ASCII.
func New(literals []Literal) *Matcher {
	m := &Matcher{}
	b := builder{filter: &m.filter}
	for id, l := range literals {
		if !fits(l) {
			panic("literal: too short, too long or not ASCII: " + strconv.Quote(l.Text))
		}
		if l.Digit {
			b.addWithDigit(int32(id), l)
		} else {
			b.add(int32(id), l)
		}
		m.longest = max(m.longest, l.length())
	}
	m.sort(b.placed)
	return m
}

// sort puts the entries of a slot in a row: counted first, since a set has ten thousand and
// every start of the program sorts them.
func (m *Matcher) sort(all []placed) {
	for _, p := range all {
		m.first[p.slot]++
		m.deepest = max(m.deepest, int(p.at))
	}
	end := uint32(1)
	for slot, n := range m.first {
		if n > 0 {
			m.first[slot] = end
			end += n
		}
	}
	m.entries = make([]entry, end)
	next := m.first
	for _, p := range all {
		m.entries[next[p.slot]] = p.entry
		next[p.slot]++
	}
	for slot, first := range m.first {
		if first > 0 {
			m.entries[next[slot]-1].last = true
		}
	}
}

// Longest returns the length of the longest literal in bytes.
func (m *Matcher) Longest() int { return m.longest }

// builder fills the filter and collects the entries with their slots.
type builder struct {
	filter *[slots]uint16
	placed []placed
}

type placed struct {
	slot uint32
	entry
}

func (b *builder) add(id int32, l Literal) {
	e := newEntry(id, l)
	b.put(e, l, rarest(folded(l.Text), 0))
	if len(l.Text) > MinLength {
		b.put(e, l, rarest(folded(l.Text), 1))
		return
	}
	text := folded(l.Text)
	e.at = -1
	for c := range 1 << 8 {
		if front := byte(c); front&foldBit != 0 {
			b.place(e, gram(front, text[0], text[1]), class(front, text[2])|class(front&^foldBit, text[2]))
		}
	}
}

// addWithDigit enters two bytes that a digit follows.
func (b *builder) addWithDigit(id int32, l Literal) {
	e := newEntry(id, l)
	e.length++
	e.mask |= 0xf0 << 16
	e.value |= '0' << 16
	text := folded(l.Text)
	for digit := byte('0'); digit < '0'+16; digit++ {
		var classes uint16
		for fourth := range byte(8) {
			classes |= class(l.Text[0], fourth)
		}
		b.place(e, gram(text[0], text[1], digit|foldBit), classes)
	}
	e.at = -1
	for c := range 1 << 8 {
		if front := byte(c); front&foldBit != 0 {
			b.place(e, gram(front, text[0], text[1]), 0xffff)
		}
	}
}

// newEntry makes what is compared of a literal.
func newEntry(id int32, l Literal) entry {
	e := entry{id: id, length: int32(len(l.Text)), fold: l.Fold}
	text := l.Text
	if l.Fold {
		text = lower(text)
	}
	for i := range min(8, len(text)) {
		bits := uint64(0xff)
		if l.Fold && 'a' <= text[i] && text[i] <= 'z' {
			bits &^= foldBit
		}
		e.mask |= bits << (8 * i)
		e.value |= (uint64(text[i]) & bits) << (8 * i)
	}
	e.rest = text[min(8, len(text)):]
	return e
}

// put enters a literal with the bytes at offset at in it. One that ends there
// goes with any fourth byte.
func (b *builder) put(e entry, l Literal, at int) {
	e.at = int16(at)
	text := folded(l.Text)
	fronts := []byte{l.Text[at]}
	if l.Fold {
		fronts = []byte{l.Text[at] | foldBit, l.Text[at] &^ foldBit}
	}
	var classes uint16
	for _, front := range fronts {
		if at+3 < len(text) {
			classes |= class(front, text[at+3])
			continue
		}
		for fourth := range byte(8) {
			classes |= class(front, fourth)
		}
	}
	b.place(e, gram(text[at], text[at+1], text[at+2]), classes)
}

func (b *builder) place(e entry, gram uint32, classes uint16) {
	slot := hash(gram)
	b.filter[slot] |= classes
	b.placed = append(b.placed, placed{slot, e})
}

// maxDeepest bounds how far behind the last place where a literal may start the text is
// looked at. Edits of a text are short and many, so it is felt.
const maxDeepest = 10

// rarest returns the offset, of the given parity, of the bytes that ordinary
// text is least likely to hold.
func rarest(text []byte, parity int) int {
	best, least := parity, math.MaxInt
	for at := parity; at+3 <= len(text) && at <= maxDeepest; at += 2 {
		if c := commonness(text[at:]); c < least {
			best, least = at, c
		}
	}
	return best
}

// commonness ranks the four bytes that text begins with by how frequent they are
// in source text and prose. A text of three goes with any fourth.
func commonness(text []byte) int {
	c := frequent
	if len(text) > 3 {
		c = frequency(text[3])
	}
	for at := range 3 {
		c *= frequency(text[at])
	}
	for at := range min(2, len(text)-2) {
		if frequentTrigrams()[string(text[at:at+3])] {
			c *= frequent
		}
	}
	return c
}

// byFrequency are the bytes of source text and prose, folded, from the most
// frequent one, and trigrams those of letters that are most frequent: counted in
// 190 MB of public repositories.
const (
	byFrequency = " etasrinoc\"ldupm:),fg\x7fh.-byv{}0(1kw/=2x'345698*7|qz;j>`#$<%"

	trigrams = "iontiostaentaterese\":ameingestconatinamypetypdattesstrtertheonsprosouectourtriserargrceurcvalcat" +
		"n\":fornstersnceon\"retntecompe\"torbles\":rinesoataagetatverinsptioun---ontablmetsellocancctirearge" +
		"odeesscodeteerrd\":creparkeyge\"ortuntgetlarintcessiotrutanlicassocatedandawselfdefsecon_istderdes" +
		"turcoualiquecriacc\"iniceimetimscrratackxlame\"menultperonfonemodaluequervclintieleporluerouactfil" +
		"figripnfi\"reetusetchetemalleve_iduseendid\"etyurniptals\"loileescericeteme.cooutithtraineienastfro" +
		"ntsextromstome:patlieuncertetafiectost_arnnotullstenertenideeatredlf.tinnseecousttacmplst-req_coail" +
		"lsefunvic_ressilogveniteregimpnt_mesicagroapptagityattcalmatte_iveeadtchrrosubormlisrorpreespuesapi" +
		"ramplanulruelasaseartuteccoer_ranman_nalid"
)

var frequentTrigrams = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for i := 0; i+3 <= len(trigrams); i += 3 {
		m[string(folded(trigrams[i:i+3]))] = true
	}
	return m
})

// frequent is the rank of the most frequent byte.
const frequent = 64

func frequency(c byte) int {
	if i := strings.IndexByte(byFrequency, c); i >= 0 {
		return frequent - i
	}
	return 1
}

// foldBit makes letters lower case. It also folds some bytes that are no
// letters, which costs a comparison now and then and misses nothing.
const foldBit = 0x20

const foldAll = 0x2020202020202020

func gram(a, b, c byte) uint32 { return uint32(a) | uint32(b)<<8 | uint32(c)<<16 }

// hash spreads the lower 24 bits over the slots (Knuth's multiplicative method).
func hash(gram uint32) uint32 { return gram << 8 * 0x9E3779B1 >> (32 - slotBits) }

// class sorts what the hash leaves of four bytes, the case of the first and the
// low bits of the fourth, into one of sixteen classes, as a bit.
func class(first, fourth byte) uint16 { return 1 << (fourth&7 | first>>2&8) }

// Each calls visit for every occurrence that starts in text[from:to]; the
// occurrence itself may reach beyond to. Each occurrence is visited once, in no
// particular order.
func (m *Matcher) Each(text []byte, from, to int, visit func(id, start, end int)) {
	to = min(to, len(text))
	if from >= to {
		return
	}
	end := min(to+m.deepest, len(text)-2)
	fast := min(end, len(text)-7)
	at := from
	for {
		if at = m.skip(text, at, fast); at >= fast {
			break
		}
		for i := range 3 {
			m.sample(text, at+2*i, from, to, visit)
		}
		at += 6
	}
	for ; at < end; at += 2 {
		m.check(text, at, from, to, hash(gram(text[at]|foldBit, text[at+1]|foldBit, text[at+2]|foldBit)), visit)
	}
}

// skip returns the first place from at on, in steps of three samples, where the
// filter lets one through, or one from end on. Eight bytes are read from each place.
func (m *Matcher) skip(text []byte, at, end int) int {
	filter := &m.filter
	for ; at < end; at += 6 {
		v := binary.LittleEndian.Uint64(text[at : at+8])
		f := v | foldAll
		class := v>>24&0x0000_0007_0007_0007 | v>>2&0x0000_0008_0008_0008
		hit := filter[hash(uint32(f))]>>(class&15) |
			filter[hash(uint32(f>>16))]>>(class>>16&15) |
			filter[hash(uint32(f>>32))]>>(class>>32&15)
		if hit&1 != 0 {
			break
		}
	}
	return at
}

// sample looks up what stands at one place.
func (m *Matcher) sample(text []byte, at, from, to int, visit func(id, start, end int)) {
	v := binary.LittleEndian.Uint32(text[at : at+4])
	slot := hash(v | foldAll&math.MaxUint32)
	if m.filter[slot]>>((v>>24&7|v>>2&8)&15)&1 != 0 {
		m.check(text, at, from, to, slot, visit)
	}
}

// check visits the literals of a slot that occur around the place sampled.
func (m *Matcher) check(text []byte, sample, from, to int, slot uint32, visit func(id, start, end int)) {
	i := int(m.first[slot])
	if i == 0 {
		return
	}
	for ; ; i++ {
		e := &m.entries[i]
		start := sample - int(e.at)
		if start >= from && start < to && e.matches(text, start) {
			visit(int(e.id), start, start+int(e.length))
		}
		if e.last {
			return
		}
	}
}

func (e *entry) matches(text []byte, start int) bool {
	if (load(text, start)^e.value)&e.mask != 0 {
		return false
	}
	end := start + int(e.length)
	return end <= len(text) && (e.rest == "" || e.same(text[start+8:end]))
}

// load reads eight bytes, zeros for those behind the text's end.
func load(text []byte, at int) uint64 {
	if at+8 <= len(text) {
		return binary.LittleEndian.Uint64(text[at : at+8])
	}
	var b [8]byte
	copy(b[:], text[at:])
	return binary.LittleEndian.Uint64(b[:])
}

// same compares what follows the first eight bytes.
func (e *entry) same(got []byte) bool {
	if !e.fold {
		return string(got) == e.rest
	}
	for i, c := range got {
		if 'A' <= c && c <= 'Z' {
			c |= foldBit
		}
		if c != e.rest[i] {
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
