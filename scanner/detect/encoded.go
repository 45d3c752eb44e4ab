package detect

import (
	"slices"

	"github.com/deputy-sec/deputy/internal/encoded"
	"github.com/deputy-sec/deputy/internal/inflate"
	"github.com/deputy-sec/deputy/internal/literal"
)

// What lies encoded in a text is decoded and looked at again. A run of the alphabet of
// base64 is a trigger of the engine's own. If it decodes to text, detectors see that text
// in place of the run, with what stands around the run around it, so that a key names an
// encoded value as it does a plain one. Their matches are reported where the run stands,
// and Inside says how it was decoded. What decodes to a document is handed on, see
// [Embedded].
//
// It stays a function of the window, which for a run reaches as far behind it as the run
// does, and of how the text is read: the look at a run is carried from one version of a
// file to the next like any other verdict, and costs nothing where it is.

const (
	// maxEncoded is how long an encoded value may be, in characters. The rest of a longer
	// one is not examined, and that is told. Kubernetes takes a megabyte in a Secret.
	maxEncoded = 2 << 20
	// maxNesting is how often a value may be encoded over: Helm does it three times.
	maxNesting = 5
	// labelReach is how far ahead of a run what names its value may stand, in bytes, if a
	// detector is triggered by the name.
	labelReach = 256
	// What a run may decode and decompress to, in all layers: this much at least, and so
	// many times its length. Bombs stay below that of a zip, and text does not come near it.
	leastUnpacked = 1 << 20
	timesUnpacked = 64
)

// Embedded is a document that lies encoded in a text.
type Embedded struct {
	Data  []byte
	Whole bool // it was decoded to its end
}

// runID stands for the trigger of an encoded run.
const runID = -2

// runsIn looks for runs that begin in text[from:to].
func (s *Set) runsIn(text []byte, from, to int, visit func(id, start, end int)) {
	encoded.Runs(text, from, to, func(start int) { visit(runID, start, start+encoded.MinRun) })
}

// runSniff is how far around the first MinRun bytes of a run is looked to say no. Nearly all
// runs are told no there. They leave no trace, and are looked at again where a seam of a
// delta lies so near.
const runSniff = 16

// nearSeam returns the part of a text in which runs may begin that a seam is near to.
func nearSeam(seam int) (from, to int) {
	return max(0, seam-encoded.MinRun-runSniff+1), seam + runSniff
}

// run examines the encoded run that begins at text[start]. It is cursory if nothing counted
// but what is near.
func (e *examiner) run(text []byte, start int) (before, after int, cursory bool) {
	at, ok := encoded.Start(text, start)
	if !ok || at >= len(text) {
		return runSniff, runSniff, true
	}
	kind, isText := encoded.Begins(text, at)
	if sniff := start + encoded.MinRun + runSniff; kind == "" &&
		(encoded.RunEnd(text[:min(len(text), sniff)], at) < sniff || !encoded.Mixed(text, at, sniff-at) || encoded.IsHex(text, at)) {
		return runSniff, runSniff, true
	}
	r := &run{
		examiner: e, text: text[:min(len(text), start+maxEncoded+After)],
		start: start, at: at, ahead: start - runSniff, behind: start + encoded.MinRun + runSniff,
	}
	r.examine(kind, isText)
	return start - r.ahead, r.behind - (start + encoded.MinRun), false
}

// shortValues examines the values of an object in which all are encoded.
func (e *examiner) shortValues(text []byte, start, end int) {
	lo, hi := max(0, start-Before), min(len(text), end+After)
	encoded.ShortValues(text[lo:hi], func(from, to int) {
		if _, isText := encoded.Begins(text[:lo+to], lo+from); isText {
			r := &run{examiner: e, text: text[lo:hi], start: from, at: from}
			hits := len(e.hits)
			r.open(encoded.Base64)
			for i := hits; i < len(e.hits); i++ {
				e.hits[i].Offset += int64(lo)
			}
		}
	})
}

// run is the look at one encoded run.
type run struct {
	*examiner
	text  []byte
	start int // of the run

	ahead, behind int // what was looked at lies between; outside of the text its edge counts

	at, end int // of the value
	inside  []string
	whole   bool
	dumped  []int32 // where each byte of the text that was decoded is written; nil if it is the value that is told
}

func (r *run) examine(kind encoded.Kind, isText bool) {
	if kind == "" {
		if r.unknown() {
			r.open(encoded.Base64)
		}
		return
	}
	if isText {
		goesOn, looked := encoded.GoesOn(r.text, r.at, kind)
		r.widen(r.at-looked, r.behind)
		if goesOn {
			return
		}
	}
	r.open(kind)
}

// unknown reports whether a run that begins neither with text nor with what is compressed is
// worth decoding: it may be a document, or deflate, or hold strings.
func (r *run) unknown() bool {
	r.widen(r.ahead, r.at+leastUnknown+1)
	line := encoded.RunEnd(r.text[:min(len(r.text), r.behind)], r.at) - r.at
	if line < leastPiece {
		return false
	}
	if line < leastUnknown {
		if further, looked := encoded.Further(r.text, r.at); further {
			r.widen(r.at-looked, r.behind)
			return false
		} else if r.widen(r.at-looked, r.behind); !encoded.Wrapped(r.text, r.at, line) {
			r.widen(r.ahead, r.at+line+encoded.MaxJoint+leastPiece)
			return false
		}
	}
	head := encoded.Decode(r.text, r.at, encoded.Base64, documentHead)
	r.widen(r.ahead, head.Seen)
	return encoded.Strings(head.Bytes) || r.rawDeflate(head.Bytes) || r.how.Embeds != nil && r.how.Embeds(head.Bytes)
}

const (
	// leastUnknown is how long a run of one line must be that is not known by its beginning, in
	// characters: longer than the common hashes.
	leastUnknown = 100
	// leastPiece is how long its first line must be if it is wrapped.
	leastPiece = 60
	// documentHead is how much of a run is decoded to see what document it may be, in characters.
	documentHead = 5 << 10
)

// isDump reports whether a literal is the beginning of a hex dump.
func (s *Set) isDump(id int) bool { return id >= 0 && s.dumps[id] }

// dump examines the hex dump that a literal begins. Whatever its bytes are, they are looked at:
// somebody wanted to see them. What is found is reported where it is written in the dump.
func (e *examiner) dump(text []byte, start, end int) (before, after int) {
	d, ok := encoded.ReadDump(text, start, maxEncoded)
	r := &run{examiner: e, start: start, ahead: d.From, behind: d.Seen}
	if ok {
		r.text = text[:min(len(text), d.End+Before+After)]
		r.start, r.at, r.end, r.dumped = d.At, d.At, d.End, d.Sources
		r.begin()
		r.decoded(encoded.HexDump, d.Bytes, leastText, d.Cut)
	}
	return start - max(0, r.ahead), r.behind - end
}

// open decodes the value, and looks at what comes out.
func (r *run) open(kind encoded.Kind) {
	r.begin()
	d := encoded.Decode(r.text, r.at, kind, maxEncoded)
	r.end = d.End
	r.widen(r.ahead, d.Seen)
	r.decoded(kind, d.Bytes, d.First, d.Cut)
}

// begin makes a budget for the outermost value.
func (r *run) begin() {
	if r.depth == 0 {
		r.left = new(int)
		*r.left = -1
	}
}

// decoded looks at what the value decodes to.
func (r *run) decoded(kind encoded.Kind, data []byte, first int, cut bool) {
	if *r.left < 0 {
		*r.left = max(leastUnpacked, timesUnpacked*(r.end-r.at))
	}
	if r.depth >= maxNesting {
		r.tell("something is encoded over and over")
		return
	}
	r.inside = append(r.inside, string(kind))
	if r.whole = !cut; cut {
		r.tell("what is encoded here is longer than is looked at")
	}
	r.look(data, first)
}

// look examines what was decoded, of which the first line holds so many bytes: text, what is
// compressed, or a document.
func (r *run) look(data []byte, first int) {
	for range maxNesting {
		if *r.left -= len(data); *r.left < 0 {
			*r.left = 0
			r.tell("what is encoded here unpacks to more than is looked at")
			return
		}
		inner, method := r.unpack(data, *r.left)
		if method == "" {
			break
		}
		data, first = inner, leastText
		r.inside, r.dumped = append(r.inside, method), nil
	}
	shown := r.dumped != nil
	if wide := encoded.UTF16(data); wide != nil {
		r.dumped = everySecond(r.dumped, len(data)-2*len(wide), len(wide))
		data, first = wide, leastText
	}
	if r.how.Embeds != nil && r.how.Embeds(data[:min(len(data), embeddedHead)]) {
		r.hits = append(r.hits, Hit{
			Match:    Match{Rule: embeddedRule, End: r.end - r.at, Confidence: 1},
			Offset:   int64(r.at),
			Inside:   r.inside,
			Embedded: &Embedded{Data: data, Whole: r.whole},
		})
	}
	n := encoded.TextPrefix(data)
	switch {
	case n >= min(len(data), first, leastText) && n >= encoded.MinRun/3:
		r.view(data[:n], r.how.Binary)
	case shown || encoded.Strings(data):
		r.view(data, true)
	}
}

// everySecond returns where the characters of UTF-16 are written of which so many bytes at the
// front are none, nil if one of them took more than a byte of UTF-8.
func everySecond(sources []int32, mark, n int) []int32 {
	if sources == nil || mark != 0 && mark != 2 || len(sources) < mark+2*n {
		return nil
	}
	out := make([]int32, n)
	for i := range out {
		out[i] = sources[mark+2*i]
	}
	return out
}

// leastText is how many bytes of a value must be text at least, if it has as many: what is
// shorter must be text to its end, or to that of its first line.
const leastText = 96

// embeddedHead is how much of a document is shown to who may read it, in bytes.
const embeddedHead = 4 << 10

// unpack decompresses data, to a limit. method is "" if it is not compressed; what is damaged
// is decompressed as far as it goes.
func (e *examiner) unpack(data []byte, limit int) (out []byte, method string) {
	switch {
	case encoded.Gzipped(data):
		if z, err := inflate.NewGzip(data); err == nil {
			return readUpTo(z, limit), "gzip"
		}
	case encoded.Deflated(data):
		if out = readUpTo(inflate.NewReader(data[2:]), limit); len(out) > 0 {
			return out, "zlib"
		}
	case e.rawDeflate(data):
		return readUpTo(inflate.NewReader(data), limit), "deflate"
	}
	return nil, ""
}

// rawDeflate reports whether data is deflate without a frame around it, as SAML and diagrams
// have it, and text in that. Hashes, keys and signatures are none.
func (e *examiner) rawDeflate(data []byte) bool {
	const enough, take = 48, 160
	if len(data) <= enough || data[0]&6 == 6 || data[0]&6 == 0 {
		return false
	}
	if e.inflater == nil {
		e.inflater = &inflate.Decoder{}
	}
	var out [enough + inflate.Slack]byte
	framed := [2 + take]byte{0x78, 0x01}
	n, _ := e.inflater.Prefix(out[:enough], framed[:2+copy(framed[2:], data)])
	return n == enough && encoded.TextPrefix(out[:enough]) == enough
}

// readUpTo reads what it can, one byte more than the limit at most.
func readUpTo(r interface{ Read([]byte) (int, error) }, limit int) []byte {
	var out []byte
	for len(out) <= limit {
		out = slices.Grow(out, min(limit+1-len(out), max(512, len(out))))
		n, err := r.Read(out[len(out):min(cap(out), limit+1)])
		out = out[:len(out)+n]
		if err != nil {
			break
		}
	}
	return out
}

// view asks detectors about the decoded text in place of the value.
func (r *run) view(text []byte, binary bool) {
	near, far := r.around(text, binary, nearAround, nearAround), (*around)(nil)
	defer near.done()
	r.widen(r.at-labelReach-literal.MaxDigits, r.end+literal.MaxDigits)
	r.set.triggers(near.view, max(0, near.from-labelReach), near.to, func(id, start, end int) {
		if start < near.from && (id == runID || r.set.isEscape(id) || r.set.isDump(id)) {
			return // it is a trigger of the text around
		}
		a := near
		hits, before, after := a.inner.examine(id, a.view, start, end)
		if a.before && before >= start || a.behind && end+after >= len(a.view) { // it wants to see more
			if far == nil {
				far = r.around(text, binary, Before, After)
			}
			start, end, a = start+far.from-near.from, end+far.from-near.from, far
			hits, before, after = a.inner.examine(id, a.view, start, end)
		}
		r.widen(r.at-a.from+min(a.from, start-before), r.end+max(0, end+after-a.to))
		for _, h := range hits {
			if h.Offset >= int64(a.from) && h.Offset < int64(a.to) {
				r.report(h, int(h.Offset)-a.from)
			}
		}
	})
	if far != nil {
		far.done()
	}
}

// nearAround is how much of the text around a value most verdicts rest on, in bytes. Those
// that look further are asked for once more with all of it.
const nearAround = 512

// around is what was decoded with the text around its value.
type around struct {
	view           []byte
	from, to       int  // of what was decoded, in view
	before, behind bool // there is more text than view has
	inner          *examiner
}

// around returns the decoded text in place of the value, with so much around the run at most.
func (r *run) around(text []byte, binary bool, before, after int) *around {
	outer, end := max(0, r.start-before), min(len(r.text), r.end+after)
	return &around{
		view: slices.Concat(r.text[outer:r.at], text, r.text[r.end:end]), from: r.at - outer, to: r.at - outer + len(text),
		before: outer > max(0, r.start-Before), behind: end < min(len(r.text), r.end+After), inner: r.within(binary),
	}
}

func (a *around) done() { a.inner.set.examiners.Put(a.inner) }

// widen notes that the text was looked at from one place to another.
func (r *run) widen(from, to int) {
	r.ahead = min(r.ahead, max(r.start-Before, from))
	r.behind = max(r.behind, to)
}

// report reports a hit at an offset in the decoded text where the value stands, or where a dump
// shows it.
func (r *run) report(h Hit, at int) {
	outer := max(0, r.start-Before)
	p := permits(r.text[outer:min(len(r.text), r.end+After)], r.at-outer, r.end-outer, h.Rule.ID)
	r.widen(outer+p.from, outer+p.to)
	h.Allowed = h.Allowed || p.ok
	h.Value = h.Match.Value
	from, to := r.at, r.end
	if last := at + h.End - h.Start - 1; r.dumped != nil && last < len(r.dumped) {
		a, b := r.dumped[at], r.dumped[last]
		from, to = int(min(a, b)), min(r.end, int(max(a, b))+2)
	}
	h.Start, h.End, h.Offset = 0, to-from, int64(from)
	h.Inside = slices.Concat(r.inside, h.Inside)
	r.hits = append(r.hits, h)
}

// within returns an examiner for what was decoded.
func (e *examiner) within(binary bool) *examiner {
	inner := e.set.examiner(Text{Binary: binary, Embeds: e.how.Embeds, GaveUp: e.giveUp})
	inner.depth, inner.left = e.depth+1, e.left
	return inner
}
