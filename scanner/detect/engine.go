package detect

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"sync"

	"github.com/deputy-sec/deputy/internal/encoded"
	"github.com/deputy-sec/deputy/internal/inflate"
	"github.com/deputy-sec/deputy/internal/literal"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Set is a compiled set of detectors. It is immutable and safe for concurrent
// use.
type Set struct {
	detectors []Detector
	literals  *literal.Matcher
	wanted    [][]call // by literal id
	escapes   []bool   // by literal id: it is the beginning of an escape
	secrets   []bool   // or of an object whose values are encoded
	dumps     []bool   // or of a hex dump
	digits    []call
	rules     []*finding.Rule
	examiners sync.Pool // of *examiner

	longestRest int // in bytes
}

// call is a detector together with the trigger it wants to be called for.
type call struct {
	detector Detector
	trigger  int
	index    int    // of the detector
	rest     []byte // what follows a long literal's head, in lower case if fold
	fold     bool
	raw      bool
}

// longestHead bounds the part of a literal that is sought; what follows it is compared
// where it is found. How far ahead of each seam of a delta must be looked goes with it,
// and so many bytes are as rare as all of them.
const longestHead = 14

// goesOn reports whether the rest of the call's literal follows at text[at].
func (c *call) goesOn(text []byte, at int) bool {
	got := text[at:min(len(text), at+len(c.rest))]
	if c.fold {
		return bytes.EqualFold(got, c.rest)
	}
	return bytes.Equal(got, c.rest)
}

// NewSet compiles detectors. A literal that several detectors want is looked
// for once.
func NewSet(detectors ...Detector) *Set {
	s := &Set{detectors: detectors}
	var (
		texts []literal.Literal
		ids   = map[literal.Literal]int{}
	)
	idOf := func(key literal.Literal) int {
		id, ok := ids[key]
		if !ok {
			id = len(texts)
			ids[key] = id
			texts = append(texts, key)
			s.wanted, s.escapes = append(s.wanted, nil), append(s.escapes, false)
			s.secrets, s.dumps = append(s.secrets, false), append(s.dumps, false)
		}
		return id
	}
	for index, d := range detectors {
		s.rules = append(s.rules, d.Rules()...)
		for i, t := range d.Triggers() {
			c := call{detector: d, trigger: i, index: index, fold: t.Fold, raw: t.Raw}
			if t.Digits {
				s.digits = append(s.digits, c)
				continue
			}
			head := t.Literal[:min(len(t.Literal), longestHead)]
			c.rest = []byte(t.Literal[len(head):])
			s.longestRest = max(s.longestRest, len(c.rest))
			id := idOf(literal.Literal{Text: head, Fold: t.Fold})
			s.wanted[id] = append(s.wanted[id], c)
		}
	}
	for _, e := range encoded.Escapes() {
		s.escapes[idOf(literal.Literal{Text: e})] = true
	}
	for _, e := range encoded.Secrets() {
		s.secrets[idOf(literal.Literal{Text: e[:min(len(e), longestHead)]})] = true
	}
	for _, e := range encoded.Dumps() {
		s.dumps[idOf(literal.Literal{Text: e})] = true
	}
	for _, e := range encoded.EscapesWithDigit() {
		s.escapes[idOf(literal.Literal{Text: e, Digit: true})] = true
	}
	s.literals = literal.New(texts)
	return s
}

// Rules lists the rules of all detectors, in the order of the detectors.
func (s *Set) Rules() []*finding.Rule { return s.rules }

// Text says how a text is to be read.
type Text struct {
	// Binary text is read as printable runs: a window ends where something
	// stands that no text editor would show.
	Binary bool
	// Units counts the bytes that a piece of the scanned text took in the file
	// it came from, for the columns; nil if the text is the file's own bytes.
	Units func([]byte) int
	// GaveUp, if set, is told why a detector did not look at all of the text. It may
	// be called more than once.
	GaveUp func(reason string)
	// Embeds, if set, reports whether what begins so is a document that somebody reads.
	// One that lies encoded in the text is handed over then, see [Hit.Embedded].
	Embeds func(head []byte) bool
}

// Scan calls emit for every match in text, in order of offset.
func (s *Set) Scan(text []byte, how Text, emit func(Hit)) {
	p := newPass(s, how)
	p.chunk(text, 0, 0, len(text))
	if len(p.hits) > 0 {
		p.flush(text, len(text), emit)
	}
}

// streamChunk is how much of a stream is scanned at a time; windows add Before
// and After to it.
const streamChunk = 1 << 20

// Stream does what Scan does for a text of any length in constant memory. It
// returns the number of bytes read, and the error with which reading ended
// unless that was io.EOF; what came before an error has been scanned.
func (s *Set) Stream(r io.Reader, how Text, emit func(Hit)) (int64, error) {
	ahead := maxEncoded + 2*After + max(literal.MaxDigits, s.longestRest)
	var (
		p    = newPass(s, how)
		buf  = make([]byte, 0, 2*Before+streamChunk+ahead)
		from = 0 // first byte of buf in which no trigger has been sought yet
		base int64
	)
	for {
		n, err := io.ReadFull(r, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		last := err != nil
		to := len(buf)
		if !last {
			to -= ahead
		}
		p.chunk(buf, base, from, to)
		drop := max(0, to-2*Before-literal.MaxDigits)
		if last {
			drop = len(buf)
		}
		p.flush(buf, drop, emit)
		if last {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				err = nil
			}
			return base + int64(len(buf)), err
		}
		base += int64(drop)
		from = to - drop
		buf = buf[:copy(buf, buf[drop:])]
	}
}

// pass is one walk over one text.
type pass struct {
	set    *Set
	how    Text
	hits   []Hit
	cursor cursor
	base   int64
}

func newPass(s *Set, how Text) *pass {
	return &pass{set: s, cursor: newCursor(how), how: how}
}

// chunk looks for triggers that start in text[from:to]. base is the offset of
// text[0] in the whole.
func (p *pass) chunk(text []byte, base int64, from, to int) {
	p.base = base
	e := p.set.examiner(p.how)
	defer p.set.examiners.Put(e)
	p.set.triggers(text, from, to, func(id, start, end int) {
		hits, _, _ := e.examine(id, text, start, end)
		for _, h := range hits {
			h.Offset += base
			p.add(h)
		}
	})
}

// digitsID stands for the digit trigger where literals have their id.
const digitsID = -1

// triggers calls visit for everything that starts in text[from:to] and that a
// detector wants to look at.
func (s *Set) triggers(text []byte, from, to int, visit func(id, start, end int)) {
	s.literals.Each(text, from, to, visit)
	s.digitsIn(text, from, to, visit)
	s.runsIn(text, from, to, visit)
}

func (s *Set) digitsIn(text []byte, from, to int, visit func(id, start, end int)) {
	if len(s.digits) > 0 {
		literal.Digits(text, from, to, func(start, end int) { visit(digitsID, start, end) })
	}
}

// examiner asks detectors about the triggers of one text. There are millions in a
// history, so it makes its window and its callback once.
type examiner struct {
	set     *Set
	how     Text
	scratch []any // of each detector
	window  Window
	match   func(Match)
	giveUp  func(reason string)
	hits    []Hit  // of the trigger at hand
	gaveUp  string // why a detector gave it up, "" if none did

	depth    int  // how often what it examines was decoded
	left     *int // how many bytes may still be decoded of the run at hand
	cursory  bool // the look at a run ended near its beginning
	inflater *inflate.Decoder
	near     encoded.View // of the escape at hand
	owned    []owned
}

// examiner returns one for a text. Who is done with it puts it back into the pool.
func (s *Set) examiner(how Text) *examiner {
	e, ok := s.examiners.Get().(*examiner)
	if !ok {
		e = &examiner{set: s, scratch: make([]any, len(s.detectors))}
		e.match, e.giveUp = e.take, e.tell
	}
	e.how, e.window, e.depth, e.left = how, Window{}, 0, nil
	for i, kept := range e.scratch {
		if r, ok := kept.(Resetter); ok {
			r.Reset()
		} else {
			e.scratch[i] = nil
		}
	}
	return e
}

// examine asks the detectors of a trigger about its window. What they report
// depends on nothing else, and on no more than before bytes ahead of the trigger
// and after bytes behind it. It is good until the next call. Of an encoded run after may
// be as much as the run is long.
func (e *examiner) examine(id int, text []byte, start, end int) (hits []Hit, before, after int) {
	e.hits, e.gaveUp, e.cursory = e.hits[:0], "", false
	calls := e.set.digits
	switch {
	case id == runID:
		before, after, e.cursory = e.run(text, start)
		return e.hits, before, after
	case id != digitsID:
		calls = e.set.wanted[id]
	}
	for i := range calls {
		c := &calls[i]
		if !c.goesOn(text, end) {
			after = max(after, len(c.rest))
			continue
		}
		stop := end + len(c.rest)
		lo, hi := max(0, start-Before), min(len(text), stop+After)
		if e.how.Binary && !c.raw {
			lo, hi = printable(text, lo, start, stop, hi)
		}
		w := &e.window
		w.reset(text[lo:hi], start-lo, stop-lo, c.trigger)
		w.offset, w.scratch, w.gaveUp = lo, &e.scratch[c.index], e.giveUp
		c.detector.Detect(w, e.match)
		b, a := w.Span()
		before, after = max(before, b), max(after, a+len(c.rest))
	}
	if id >= 0 && e.set.secrets[id] {
		e.shortValues(text, start, end)
		return e.hits, Before, After
	}
	if e.set.isDump(id) {
		b, a := e.dump(text, start, end)
		before, after = max(before, b), max(after, a)
	}
	if e.set.isEscape(id) {
		b, a := e.escaped(text, start, end)
		before, after = max(before, b), max(after, a)
	}
	return e.hits, before, after
}

// tell tells that a detector gave up.
func (e *examiner) tell(reason string) {
	e.gaveUp = reason
	if e.how.GaveUp != nil {
		e.how.GaveUp(reason)
	}
}

// take hands on what a detector says about the window.
func (e *examiner) take(m Match) {
	if m.Confidence < Keep {
		return
	}
	w := &e.window
	if m.Value == "" {
		m.Value = string(w.Text[m.Start:m.End])
	}
	at, end := w.from+m.Start, w.from+m.End
	if !m.Anywhere {
		w.before, w.after = max(w.before, min(Before, w.from+w.Start-at+blobReach)), max(w.after, min(After, end+blobReach-(w.from+w.End)))
		if withinBlob(w.whole, at, end) {
			return
		}
	}
	if m.Always {
		e.hits = append(e.hits, Hit{Match: m, Offset: int64(w.offset + at)})
		return
	}
	p := permits(w.whole, at, end, m.Rule.ID)
	if p.problem != "" {
		m.Evidence = append(slices.Clone(m.Evidence), p.problem) // the detector's own list
	}
	e.hits = append(e.hits, Hit{Match: m, Offset: int64(w.offset + at), Allowed: p.ok})
	w.before, w.after = max(w.before, min(Before, w.from+w.Start-p.from)), max(w.after, min(After, p.to-(w.from+w.End)))
}

func (p *pass) add(h Hit) { p.hits = append(p.hits, h) }

// emitUnplaced emits all hits in order of offset, without lines and columns.
func (p *pass) emitUnplaced(emit func(Hit)) {
	p.settle()
	for i := range p.hits {
		emit(p.hits[i])
	}
}

// settle orders hits by offset; of hits at one offset the rule decides, so that the
// order does not depend on which trigger led there. Two triggers may lead to the same
// match: the surer one stays.
func (p *pass) settle() {
	p.decodedByDetectors()
	for i := 1; i < len(p.hits); i++ { // they mostly come in order
		if place(&p.hits[i-1], &p.hits[i]) >= 0 {
			slices.SortFunc(p.hits, func(a, b Hit) int { return order(&a, &b) })
			p.hits = slices.CompactFunc(p.hits, func(a, b Hit) bool { return place(&a, &b) == 0 })
			return
		}
	}
}

// decodedByDetectors drops what the engine decoded if a detector that decodes by itself reports
// the same value there: it knows more of it.
func (p *pass) decodedByDetectors() {
	if !slices.ContainsFunc(p.hits, func(h Hit) bool { return h.Inside != nil }) {
		return
	}
	slices.SortFunc(p.hits, func(a, b Hit) int { return order(&a, &b) })
	kept := make([]Hit, 0, len(p.hits))
	for _, h := range p.hits {
		if h.Inside == nil || h.Embedded != nil || !p.plainly(h) {
			kept = append(kept, h)
		}
	}
	p.hits = kept
}

// plainly reports whether a hit's value is reported as it stands, not far behind where the hit is.
func (p *pass) plainly(decoded Hit) bool {
	i, _ := slices.BinarySearchFunc(p.hits, decoded.Offset, func(h Hit, at int64) int { return cmp.Compare(h.Offset, at) })
	for ; i < len(p.hits) && p.hits[i].Offset <= decoded.Offset+plainlyWithin; i++ {
		if h := &p.hits[i]; h.Inside == nil && h.Rule == decoded.Rule && h.Value == decoded.Value {
			return true
		}
	}
	return false
}

const plainlyWithin = Before / 2

func order(a, b *Hit) int {
	c := place(a, b)
	switch {
	case c != 0:
		return c
	case a.Surer(&b.Match):
		return -1
	case b.Surer(&a.Match):
		return 1
	}
	return 0
}

// place compares what makes matches the same one: where they stand, and the rule.
func place(a, b *Hit) int {
	if a.Offset != b.Offset {
		return cmp.Compare(a.Offset, b.Offset)
	}
	c := cmp.Or(cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.End-a.Start, b.End-b.Start))
	if c == 0 && (a.Inside != nil || b.Inside != nil) { // one run may hold several
		c = cmp.Or(slices.Compare(a.Inside, b.Inside), cmp.Compare(a.Value, b.Value))
	}
	return c
}

// flush places the hits that start in text[:drop], in which no later trigger can
// find anything, and emits them. Then it forgets that part of the text.
func (p *pass) flush(text []byte, drop int, emit func(Hit)) {
	p.settle()
	at, done := 0, 0
	for ; done < len(p.hits); done++ {
		h := &p.hits[done]
		start := int(h.Offset - p.base)
		if start >= drop {
			break
		}
		p.cursor.advance(text[at:start])
		at = start
		h.Position = p.cursor.position(text[start : start+h.End-h.Start])
		emit(*h)
	}
	p.cursor.advance(text[at:drop])
	p.hits = append(p.hits[:0], p.hits[done:]...)
}

// printable narrows a window in binary text to the run of printable bytes that
// holds its trigger.
func printable(text []byte, lo, start, end, hi int) (int, int) {
	a, b := start, end
	for a > lo && shown(text[a-1]) {
		a--
	}
	for b < hi && shown(text[b]) {
		b++
	}
	return a, b
}

func shown(c byte) bool {
	return c >= 0x20 && c != 0x7f || c == '\t' || c == '\n' || c == '\r'
}
