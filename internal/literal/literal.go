// Package literal finds many fixed strings, and digit groups, in one pass over
// a text. It is the tier that looks at every byte, so it neither allocates nor
// calls out except for a hit.
package literal

// Literal is a string to look for: at least two bytes of ASCII.
type Literal struct {
	Text string
	Fold bool // any case
}

// Matcher finds all occurrences of a set of literals. It is immutable after New
// and safe for concurrent use.
//
// A table indexed by two consecutive bytes says whether any literal begins with
// them; only then are the literals of that pair compared. The table has 64 K
// entries of two bytes: it lives in the second-level cache, its hot lines in
// the first.
type Matcher struct {
	pairs   [1 << 16]uint16 // 0: no literal; else index into buckets
	buckets [][]entry
	longest int
}

type entry struct {
	id   int
	text string // lower case if fold
	fold bool
}

// New builds a matcher; the ids it reports are indexes into literals.
func New(literals []Literal) *Matcher {
	m := &Matcher{buckets: [][]entry{nil}}
	for id, l := range literals {
		m.add(id, l)
		m.longest = max(m.longest, len(l.Text))
	}
	return m
}

// Longest returns the length of the longest literal in bytes.
func (m *Matcher) Longest() int { return m.longest }

func (m *Matcher) add(id int, l Literal) {
	e := entry{id: id, text: l.Text, fold: l.Fold}
	if !l.Fold {
		m.put(l.Text[0], l.Text[1], e)
		return
	}
	e.text = lower(l.Text)
	for _, a := range cases(e.text[0]) {
		for _, b := range cases(e.text[1]) {
			m.put(a, b, e)
		}
	}
}

func (m *Matcher) put(a, b byte, e entry) {
	pair := uint16(a)<<8 | uint16(b)
	if m.pairs[pair] == 0 {
		m.buckets = append(m.buckets, nil)
		m.pairs[pair] = uint16(len(m.buckets) - 1)
	}
	i := m.pairs[pair]
	m.buckets[i] = append(m.buckets[i], e)
}

// Each calls visit for every occurrence that starts in text[from:to]; the
// occurrence itself may reach beyond to. Occurrences come in order of their
// start; overlapping ones are all reported.
func (m *Matcher) Each(text []byte, from, to int, visit func(id, start, end int)) {
	to = min(to, len(text)-1)
	if from >= to {
		return
	}
	pair := uint16(text[from])
	for i := from; i < to; i++ {
		pair = pair<<8 | uint16(text[i+1])
		if bucket := m.pairs[pair]; bucket != 0 {
			for _, e := range m.buckets[bucket] {
				if e.at(text, i) {
					visit(e.id, i, i+len(e.text))
				}
			}
		}
	}
}

func (e *entry) at(text []byte, i int) bool {
	if i+len(e.text) > len(text) {
		return false
	}
	got := text[i : i+len(e.text)]
	if !e.fold {
		return string(got) == e.text
	}
	for j := range got {
		c := got[j]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != e.text[j] {
			return false
		}
	}
	return true
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

func cases(c byte) []byte {
	if 'a' <= c && c <= 'z' {
		return []byte{c, c &^ 0x20}
	}
	return []byte{c}
}
