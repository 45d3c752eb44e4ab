package detect

// Window is the text around one trigger, as far as a detector has looked. It shows the
// trigger alone at first. [Window.Look] and its kin hand out more and record it, so that a
// detector cannot rest a verdict on bytes that it has not declared: a verdict is asked for
// again only when something changed within what was handed out. The less a detector looks
// at to say no, the more verdicts are carried from one version of a file to the next.
//
// Positions count in Text. Where more is handed out ahead of the trigger, Text begins
// earlier and positions move; the accessors tell by how much.
type Window struct {
	Text       []byte // what has been handed out
	Start, End int    // of the trigger in Text
	Trigger    int    // index into the detector's Triggers

	whole         []byte // all that there is to look at
	from          int    // of Text in whole
	offset        int    // of whole in the text that the scratch is about
	before, after int    // how far was looked, see Span
	scratch       *any
	gaveUp        func(reason string)
}

// NewWindow returns the window around the trigger text[start:end].
func NewWindow(text []byte, start, end, trigger int) *Window {
	lo, hi := max(0, start-Before), min(len(text), end+After)
	w := &Window{}
	w.reset(text[lo:hi], start-lo, end-lo, trigger)
	w.offset = lo
	return w
}

// reset makes the window that of another trigger.
func (w *Window) reset(whole []byte, start, end, trigger int) {
	*w = Window{Text: whole[start:end:end], End: end - start, Trigger: trigger, whole: whole, from: start}
}

// Look hands out at least so many bytes ahead of the trigger and behind it, as far as the
// text goes. It returns by how many bytes what was handed out before has moved in Text.
func (w *Window) Look(before, after int) (moved int) {
	w.before, w.after = max(w.before, min(before, Before)), max(w.after, min(after, After))
	start, end := w.from+w.Start, w.from+w.End
	lo, hi := max(0, start-w.before), min(len(w.whole), end+w.after)
	moved = w.from - lo
	w.Text, w.from = w.whole[lo:hi:hi], lo
	w.Start, w.End = w.Start+moved, w.End+moved
	return moved
}

// LookAll hands out all that there is.
func (w *Window) LookAll() (moved int) { return w.Look(Before, After) }

// Bytes is a set of bytes.
type Bytes [256]bool

// BytesOf returns the set of the bytes that has holds for.
func BytesOf(has func(byte) bool) *Bytes {
	b := &Bytes{}
	for c := range b {
		b[c] = has(byte(c))
	}
	return b
}

// Run returns where the run of bytes of a set ends that begins at Text[at], at most limit of
// them. It hands out the run and the byte that ends it.
func (w *Window) Run(at, limit int, of *Bytes) (end int) {
	i := w.from + at
	most := min(len(w.whole), i+min(limit, Before+After))
	for i < most && of[w.whole[i]] {
		i++
	}
	w.Look(0, i+1-(w.from+w.End))
	return i - w.from
}

// RunBack returns where the run of bytes of a set begins that ends before Text[at], and by
// how much Text has moved. It hands out the run and the byte in front of it.
func (w *Window) RunBack(at, limit int, of *Bytes) (start, moved int) {
	i := w.from + at
	least := max(0, i-min(limit, Before+After))
	for i > least && of[w.whole[i-1]] {
		i--
	}
	moved = w.Look(w.from+w.Start-(i-1), 0)
	return i - w.from, moved
}

// Scan calls step for the bytes from Text[at], at most limit of them, until it returns false,
// and returns how many that were. It hands them out, and the byte behind them.
func (w *Window) Scan(at, limit int, step func(byte) bool) int {
	from := w.from + at
	i := from
	for most := min(len(w.whole), from+min(limit, After)); i < most && step(w.whole[i]); {
		i++
	}
	w.Look(0, i+1-(w.from+w.End))
	return i - from
}

// Span returns how far was looked around the trigger.
func (w *Window) Span() (before, after int) { return w.before, w.after }

// Offset returns where Text begins in the text that the scratch is about.
func (w *Window) Offset() int { return w.offset + w.from }

// Line returns the bounds in Text of the line that holds the position at, without its line
// break, as far as it was handed out.
func (w *Window) Line(at int) (start, end int) {
	start, end = at, at
	for start > 0 && w.Text[start-1] != '\n' {
		start--
	}
	for end < len(w.Text) && w.Text[end] != '\n' && w.Text[end] != '\r' {
		end++
	}
	return start, end
}

// Resetter is a scratch that can forget all that it holds, and keep the room for it.
type Resetter interface{ Reset() }

// Scratch returns the place where the detector keeps what it learned at earlier windows of
// the same text; it holds nil, or what was reset, at the first one. Neighbouring windows
// overlap for the most part, and a detector need not read the same lines for each. What is
// kept may refer to the text's memory, and says only what follows from bytes that the
// window at hand was handed out, too: windows come in any order, a text may be scanned in
// pieces, and a scratch changes no verdict. One that is a [Resetter] is handed on to another
// text.
func (w *Window) Scratch() *any {
	if w.scratch == nil {
		w.scratch = new(any)
	}
	return w.scratch
}

// GiveUp says that the detector does not look at this trigger, and perhaps not at others of
// the text, for what it has cost already. The text is then reported as not examined whole,
// for that reason.
func (w *Window) GiveUp(reason string) {
	if w.gaveUp != nil {
		w.gaveUp(reason)
	}
}
