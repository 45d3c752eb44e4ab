package office

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// writer writes the text of one part: paragraphs on lines of their own, rows of
// tables as lines of cells parted by tabs, each at its place.
//
// A paragraph is collected before it is written, because what stands in the
// middle of it (a text box, a comment, a footnote) has paragraphs of its own and
// must not part the digits on both sides.
type writer struct {
	*pack
	part    string // its name
	place   string // of the part
	counted bool   // paragraphs and rows of tables have places of their own
	said    string // the place that the output was reported last
	hold    bool   // nothing may come between the rows that are written: everything else waits

	number, tables int    // of the paragraph and table that we are in
	cellName       string // of the cell of a sheet that we are in
	open           []*paragraph
	rows           []row
	frames         []frame
	near           []aside // to be written when the paragraph or row has ended
	late           []aside // to be written at the end of the part
	err            error
}

// paragraph collects what is written in one. Runs are transparent.
type paragraph struct {
	now     []byte // as it is
	former  []byte // as it was before the tracked changes, if forked
	forked  bool   // there are tracked changes
	deleted []byte // what was deleted, a line for each piece
	cutting bool   // the last text was deleted
	fields  []byte // codes of fields
}

// maxParagraph bounds how much of a paragraph is collected.
const maxParagraph = 1 << 20

// add appends text to the paragraph, as it is and as it was.
func (p *paragraph) add(text []byte) {
	p.cutting = false
	p.now = append(p.now, text...)
	if p.forked {
		p.former = append(p.former, text...)
	}
}

// insert appends text that was not there before.
func (p *paragraph) insert(text []byte) {
	p.fork()
	p.cutting = false
	p.now = append(p.now, text...)
}

// remove appends text that is not there any more.
func (p *paragraph) remove(text []byte) {
	p.fork()
	if !p.cutting && len(p.deleted) > 0 {
		p.deleted = append(p.deleted, '\n')
	}
	p.cutting = true
	p.former = append(p.former, text...)
	p.deleted = append(p.deleted, text...)
}

// fork tells what the paragraph was from what it is.
func (p *paragraph) fork() {
	if !p.forked {
		p.forked, p.former = true, bytes.Clone(p.now)
	}
}

// row is a table's row while its cells are written.
type row struct {
	number int
	cells  int  // begun
	filled bool // the last one has text
}

// frame is an element with a place of its own that may stand in a paragraph.
type frame struct {
	element, noun string
	base          int // paragraphs around it
}

// aside is a text that is written later, at its place.
type aside struct{ place, text string }

// top returns the paragraph that we are in, or nil.
func (w *writer) top() *paragraph {
	if n := len(w.open); n > w.base() {
		return w.open[n-1]
	}
	return nil
}

func (w *writer) base() int {
	if n := len(w.frames); n > 0 {
		return w.frames[n-1].base
	}
	return 0
}

func (w *writer) openFrame(element, noun string) {
	if len(w.frames) >= maxOpen {
		return
	}
	w.frames = append(w.frames, frame{element, noun, len(w.open)})
}

// closeFrame closes the innermost frame if the element is its.
func (w *writer) closeFrame(element string) {
	n := len(w.frames) - 1
	if n < 0 || w.frames[n].element != element {
		return
	}
	for len(w.open) > w.frames[n].base {
		w.closeParagraph()
	}
	w.frames = w.frames[:n]
}

// maxOpen bounds how many paragraphs and tables may stand in each other.
const maxOpen = 200

func (w *writer) openParagraph() {
	if len(w.open) >= maxOpen {
		w.closeParagraph()
	}
	if len(w.open)+len(w.frames)+len(w.rows) == 0 {
		w.number++
	}
	w.open = append(w.open, &paragraph{})
}

// closeParagraph writes the innermost paragraph.
func (w *writer) closeParagraph() {
	p := w.top()
	if p == nil {
		return
	}
	w.open = w.open[:len(w.open)-1]
	where := w.where()
	w.line(where, p.now)
	if len(p.deleted) > 0 {
		w.line(join(where, "deleted text"), p.former) // a number may be deleted in part
		if !bytes.Equal(p.former, p.deleted) {
			w.line(join(where, "deleted text"), p.deleted) // or stand right before another
		}
	}
	w.line(join(where, "field code"), p.fields)
	w.settle()
}

// divide writes a paragraph that is too long to be collected, and goes on with
// another one.
func (w *writer) divide(p *paragraph) {
	if len(p.now)+len(p.former)+len(p.deleted)+len(p.fields) > maxParagraph {
		w.closeParagraph()
		w.openParagraph()
	}
}

// separate writes a separator into the paragraph that we are in.
func (w *writer) separate(s string) {
	if p := w.top(); p != nil {
		p.add([]byte(s))
	}
}

func (w *writer) openTable() {
	if len(w.rows) >= maxOpen {
		w.rows = w.rows[:0]
	}
	if len(w.rows) == 0 {
		w.tables++
	} else {
		w.write("\n") // what stands in a cell is a table of its own
	}
	w.rows = append(w.rows, row{})
}

func (w *writer) closeTable() {
	if n := len(w.rows); n > 0 {
		w.rows = w.rows[:n-1]
	}
	w.write("\n") // rows further down are another table's
}

func (w *writer) openRow() {
	if r := w.row(); r != nil {
		*r = row{number: r.number + 1}
	}
}

func (w *writer) row() *row {
	if n := len(w.rows); n > 0 {
		return &w.rows[n-1]
	}
	return nil
}

func (w *writer) openCell() {
	if r := w.row(); r != nil {
		if r.cells++; r.cells > 1 {
			w.write("\t")
		}
		r.filled = false
	}
}

// emptyCell stands for nothing in the first cell of a row, since a line that
// begins with a tab looks like indented code rather than like a row.
const emptyCell = "-"

// maxSpan bounds how many columns one cell takes.
const maxSpan = 64

func (w *writer) closeCell(span int) {
	r := w.row()
	if r == nil {
		return
	}
	if r.cells == 1 && !r.filled {
		w.write(emptyCell)
	}
	for range min(span, maxSpan) - 1 {
		r.cells++
		w.write("\t")
	}
}

func (w *writer) closeRow() {
	if r := w.row(); r != nil {
		w.write("\n")
		r.cells = 0
		w.settle()
	}
}

// where says where we are.
func (w *writer) where() string {
	place := w.place
	if w.counted {
		if len(w.rows) > 0 {
			place = fmt.Sprintf("table %d, row %d", w.tables, w.rows[0].number)
		} else if w.number > 0 {
			place = numbered("paragraph", w.number)
		}
	}
	if w.cellName != "" {
		place += " cell " + w.cellName
	}
	for _, f := range w.frames {
		if !strings.HasSuffix(place, f.noun) {
			place = join(place, f.noun)
		}
	}
	return place
}

// line writes a paragraph: on a line of its own, or in its cell.
func (w *writer) line(place string, text []byte) {
	if len(bytes.TrimSpace(text)) == 0 {
		return
	}
	w.at(place)
	r := w.row()
	if r == nil {
		w.writeBytes(text)
		w.write("\n")
		return
	}
	if r.filled {
		w.write(cellBreak)
	}
	r.filled = true
	w.write(oneLine(string(text)))
}

// cellBreak parts what stands on lines of its own within a cell. It is more than
// one blank, which could be within a number.
const cellBreak = "  "

var breaks = strings.NewReplacer("\r\n", cellBreak, "\n", cellBreak, "\r", cellBreak, "\t", cellBreak)

// oneLine is a text in a cell: the lines of a table are its rows.
func oneLine(text string) string {
	if !strings.ContainsAny(text, "\r\n\t") {
		return text
	}
	return breaks.Replace(text)
}

// nearby keeps a text until the line that we are in has ended.
func (w *writer) nearby(noun, text string) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
	case w.hold:
		w.keep(aside{join(w.where(), noun), text})
	default:
		w.near = append(w.near, aside{join(w.where(), noun), text})
		w.settle()
	}
}

// maxKept bounds how many texts are kept: beyond, order matters less than memory.
const maxKept = 40_000

// keep keeps a text until the part has ended.
func (w *writer) keep(a aside) {
	w.late = append(w.late, a)
	if len(w.late) > maxKept {
		w.writeLate()
	}
}

// settle writes what was kept, if no line is open.
func (w *writer) settle() {
	inLine := len(w.open) > 0 || slices.ContainsFunc(w.rows, func(r row) bool { return r.cells > 0 })
	if len(w.near) == 0 || inLine && len(w.near) < maxKept {
		return
	}
	kept := w.near
	w.near = nil
	for _, a := range kept {
		w.at(a.place)
		w.write(a.text + "\n")
	}
}

// finish writes what is open, as in a part that was cut off, and what was kept.
func (w *writer) finish() error {
	w.frames = nil
	for len(w.open) > 0 {
		w.closeParagraph()
	}
	if len(w.rows) > 0 {
		w.write("\n")
		w.rows = nil
	}
	w.settle()
	w.writeLate()
	if w.err != nil {
		return w.err
	}
	return w.out.Err()
}

func (w *writer) writeLate() {
	w.said = ""
	for i, a := range w.late {
		if i == 0 {
			w.write("\n")
		}
		w.at(a.place)
		w.write(a.text + "\n")
	}
	w.late = w.late[:0]
}

// at tells the output where what follows stands.
func (w *writer) at(place string) {
	if place != w.said {
		w.out.Place(place)
		w.said = place
	}
}

func (w *writer) write(s string) { w.writeBytes([]byte(s)) }

func (w *writer) writeBytes(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}
