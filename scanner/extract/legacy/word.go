package legacy

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// word reads a .doc. Its text lies in pieces all over the stream, in 8 or 16 bits
// each; a table in another stream puts them in order. One after the other they
// are the text proper, footnotes, headers and so on.
func (f *file) word(stream []byte) error {
	h, err := f.wordHeader(stream)
	if err != nil {
		if stop := f.unknown("WordDocument", stream); stop != nil {
			return stop
		}
		return err
	}
	text := &wordText{out: f.out, stories: h.stories, deleted: h.deleted}
	f.out.Begin("")
	for _, p := range h.pieces {
		if err := text.piece(stream, p, h.codePage); err != nil {
			return err
		}
	}
	if err := text.flush(); err != nil {
		return err
	}
	if h.knotted {
		f.out.Unexamined("", "", fmt.Errorf("%w: pieces of text that lie in each other", extract.ErrDamaged))
	}
	return f.outsidePieces(stream, h)
}

// wordHeader is what the beginning of the stream says, the FIB, with the table
// of pieces that it points at.
type wordHeader struct {
	codePage int
	pieces   []piece
	deleted  []span // of the stream: text that is marked as deleted
	knotted  bool   // there were more pieces, beyond all measure
	stories  []story
}

// piece is a run of text in the stream: n characters of a width of 1 or 2 bytes.
type piece struct{ at, n, width int }

// story is a text of its own in the text: n characters of it.
type story struct {
	place string
	n     int
}

// The order of texts, which is that of their lengths in the header.
var wordStories = []string{"", "footnote", "header or footer", "macro", "comment", "endnote", "text box", "text box in a header"}

// Where the header says what, in bytes.
const (
	wordLanguage = 0x06
	wordFlags    = 0x0a
	wordCharset  = 0x14
	charsetMac   = 256
	wordTextFrom = 0x18
	wordTextTo   = 0x1c

	flagComplex, flagEncrypted, flagTable1, flagWide = 0x0004, 0x0100, 0x0200, 0x1000
)

// wordLayout is a version of the header. They differ in where things are.
type wordLayout struct {
	first     uint16 // version that has it
	counts    int    // of characters, by story
	table     int    // offset and length of the table of pieces
	formats   int    // the same of the table of pages that format characters
	pageWidth int    // of the number of such a page
	sprmWidth int    // of the number of a property
	deleted   uint16 // the property that marks text as deleted
}

var wordLayouts = []wordLayout{
	{106, 0x4c, 0x1a2, 0xfa, 4, 2, 0x0800}, // Word 97 and later
	{0, 0x34, 0x160, 0xb8, 2, 1, 65},       // Word 6 and 95
}

func (f *file) wordHeader(stream []byte) (*wordHeader, error) {
	c := at(stream, 0)
	magic, version := c.u16(), c.u16()
	flags := at(stream, wordFlags).u16()
	if len(stream) < 0x200 || magic&0xff00 != 0xa500 {
		return nil, fmt.Errorf("%w: no header of a Word document", extract.ErrDamaged)
	}
	if flags&flagEncrypted != 0 {
		return nil, extract.ErrEncrypted
	}
	layout := wordLayouts[slices.IndexFunc(wordLayouts, func(l wordLayout) bool { return version >= l.first })]
	h := &wordHeader{codePage: languageCodePage(at(stream, wordLanguage).u16())}
	if at(stream, wordCharset).u16() == charsetMac {
		h.codePage = codePageMac
	}
	counts := at(stream, layout.counts)
	for _, place := range wordStories {
		h.stories = append(h.stories, story{place, int(counts.u32() & 0x7fffffff)})
	}
	old := layout.first == 0
	tables := stream
	if !old {
		tables = f.root.Stream("0Table")
		if flags&flagTable1 != 0 {
			tables = f.root.Stream("1Table")
		}
	}
	where := at(stream, layout.table)
	offset, length := where.u32(), where.u32()
	if table := at(tables, int(offset)).take(int(length)); table != nil {
		h.pieces, h.knotted = pieces(table, old, flags, len(stream))
	}
	if len(h.pieces) == 0 && old && flags&flagComplex == 0 {
		h.pieces = []piece{simpleText(stream, flags)}
	}
	where = at(stream, layout.formats)
	offset, length = where.u32(), where.u32()
	h.deleted = layout.deletions(stream, at(tables, int(offset)).take(int(length)))
	if len(h.pieces) == 0 {
		return nil, fmt.Errorf("%w: no table of the pieces of text", extract.ErrDamaged)
	}
	return h, nil
}

// simpleText returns the one piece that a document of Word 6 or 95 consists of
// when it was not saved in a hurry.
func simpleText(stream []byte, flags uint16) piece {
	from := min(int(at(stream, wordTextFrom).u32()), len(stream))
	to := min(int(at(stream, wordTextTo).u32()), len(stream))
	p := piece{at: from, width: 1}
	if flags&flagWide != 0 {
		p.width = 2
	}
	p.n = max(0, to-from) / p.width
	return p
}

// pieces reads the table: sets of formatting, each with a length, and then the
// table proper, which is the positions in the text and a descriptor for each
// stretch between them. Pieces that lie in each other are a bomb: there is never
// more text than four times the stream.
func pieces(table []byte, old bool, flags uint16, limit int) (out []piece, knotted bool) {
	const formatting, proper = 1, 2
	c := &cursor{data: table}
	kind := c.u8()
	for ; kind == formatting; kind = c.u8() {
		c.take(int(c.u16()))
	}
	if kind != proper {
		return nil, false
	}
	length := int(c.u32())
	c.data = c.data[:min(len(c.data), length)]
	n := (len(c.data) - 4) / (4 + 8)
	descriptors := at(c.data, 4*(n+1))
	from := c.u32()
	for total := 0; n > 0; n-- {
		to := c.u32()
		descriptors.u16()
		offset := int(descriptors.u32())
		descriptors.u16()
		p := piece{at: offset, width: 2}
		switch {
		case old && flags&flagWide == 0:
			p.width = 1
		case !old && offset&(1<<30) != 0:
			p.at, p.width = offset&^(1<<30)/2, 1
		}
		if to < from || p.at > limit {
			return out, false
		}
		p.n = min(int(to-from), (limit-p.at)/p.width)
		if total += p.n * p.width; total > 4*limit {
			return out, true
		}
		out = append(out, p)
		from = to
	}
	return out, false
}

// outsidePieces reads the bytes between header and end that no piece shows: text
// that was deleted and, after a fast save, still lies there.
func (f *file) outsidePieces(stream []byte, h *wordHeader) error {
	sorted := slices.SortedFunc(slices.Values(h.pieces), func(a, b piece) int { return a.at - b.at })
	at := min(max(0x200, int(at(stream, wordTextFrom).u32())), len(stream))
	gap := func(to int) error {
		if to <= at {
			return nil
		}
		if err := f.pictures("WordDocument", "image", stream[at:to]); err != nil {
			return err
		}
		f.out.Begin("")
		f.out.Place("deleted text")
		return printable.Write(f.out, stream[at:to])
	}
	for _, p := range sorted {
		if err := gap(p.at); err != nil {
			return err
		}
		at = max(at, p.at+p.n*p.width)
	}
	return gap(len(stream))
}

// wordText turns the characters of the pieces into lines. What a field shows
// stays in its line; the code that makes it show that, like the address of a
// hyperlink, follows the line. So does what is marked as deleted in it: an ID that
// was put in another one's place stands right behind it.
type wordText struct {
	out     *extract.Output
	stories []story
	left    int    // characters of the story that is read
	line    []byte // up to the end of the paragraph or row
	codes   []byte // of the fields in it
	removed []byte // what is marked as deleted in it
	deleted []span // of the stream, in order
	gone    bool   // what is read is deleted
	fields  []bool // the fields that are open: whether their result is read
	inCode  int    // fields whose code is read
	cell    bool   // the last character was the end of a cell
	ended   int    // paragraphs of the story that have ended
	first   int    // those before the line
	begun   bool
}

func (t *wordText) piece(stream []byte, p piece, codePage int) error {
	for p.n > 0 {
		if t.left == 0 {
			if err := t.nextStory(); err != nil {
				return err
			}
		}
		gone, end := t.stretch(p.at)
		n := min(p.n, t.left, max(1, (end-p.at)/p.width))
		if gone != t.gone {
			t.gone = gone
			t.removed = append(t.removed, '\n')
		}
		run := stream[p.at : p.at+n*p.width]
		p.at += n * p.width
		p.n -= n
		t.left -= n
		if err := t.run(run, p.width, codePage); err != nil {
			return err
		}
	}
	return nil
}

// stretch reports whether what lies at an offset is marked as deleted, and up to
// where that holds.
func (t *wordText) stretch(offset int) (deleted bool, end int) {
	i, _ := slices.BinarySearchFunc(t.deleted, offset, func(s span, at int) int {
		if s.to <= at {
			return -1
		}
		return 1
	})
	switch {
	case i == len(t.deleted):
		return false, math.MaxInt
	case offset < t.deleted[i].from:
		return false, t.deleted[i].from
	}
	return true, t.deleted[i].to
}

// nextStory goes on to the next text that is not empty. What comes after all of
// them belongs to the last: documents count wrong.
func (t *wordText) nextStory() error {
	if err := t.flush(); err != nil {
		return err
	}
	t.fields, t.inCode, t.cell, t.ended, t.first = t.fields[:0], 0, false, 0, 0
	for len(t.stories) > 0 && t.stories[0].n == 0 {
		t.stories = t.stories[1:]
	}
	if len(t.stories) == 0 {
		t.left = math.MaxInt
		return nil
	}
	if t.begun {
		t.out.Begin("")
	}
	t.begun = true
	t.left = t.stories[0].n
	t.stories[0].n = 0
	return nil
}

func (t *wordText) run(text []byte, width, codePage int) error {
	if width == 2 {
		for _, r := range utf16le(text) {
			if err := t.char(r); err != nil {
				return err
			}
		}
		return nil
	}
	if codePage != 0 {
		for _, r := range decode(text, codePage) {
			if err := t.char(r); err != nil {
				return err
			}
		}
		return nil
	}
	for _, b := range text {
		if err := t.char(charmap.Windows1252.DecodeByte(b)); err != nil {
			return err
		}
	}
	return nil
}

// The characters that mean something else than themselves.
const (
	cellMark          = 0x07
	lineBreak         = 0x0b
	pageBreak         = 0x0c
	paragraphMark     = 0x0d
	columnBreak       = 0x0e
	fieldBegin        = 0x13
	fieldSeparator    = 0x14
	fieldEnd          = 0x15
	nonBreakingHyphen = 0x1e
	optionalHyphen    = 0x1f
	nonBreakingSpace  = 0xa0
	longestLine       = 64 << 10 // of a line that is held back
)

func (t *wordText) char(r rune) error {
	cell := t.cell
	t.cell = r == cellMark
	switch r {
	case fieldBegin:
		t.fields = append(t.fields, false)
		t.inCode++
	case fieldSeparator:
		if n := len(t.fields); n > 0 && !t.fields[n-1] {
			t.fields[n-1] = true
			t.leaveCode()
		}
	case fieldEnd:
		if n := len(t.fields); n > 0 {
			if !t.fields[n-1] {
				t.leaveCode()
			}
			t.fields = t.fields[:n-1]
		}
	case cellMark: // a row ends with a mark of its own, right after that of the last cell
		if cell {
			return t.endLine()
		}
		t.ended++
		t.put('\t')
	case paragraphMark, pageBreak:
		t.ended++
		return t.endLine()
	case lineBreak, columnBreak:
		return t.endLine()
	case nonBreakingHyphen:
		t.put('-')
	case nonBreakingSpace:
		t.put(' ')
	case optionalHyphen:
	default:
		if r >= ' ' || r == '\t' {
			t.put(r)
		}
	}
	if len(t.line)+len(t.codes)+len(t.removed) > longestLine {
		return t.flush()
	}
	return nil
}

func (t *wordText) put(r rune) {
	if t.gone {
		t.removed = utf8.AppendRune(t.removed, r)
		return
	}
	if t.inCode > 0 {
		t.codes = utf8.AppendRune(t.codes, r)
		return
	}
	t.line = utf8.AppendRune(t.line, r)
}

func (t *wordText) leaveCode() {
	t.inCode--
	t.codes = append(t.codes, '\n')
}

func (t *wordText) endLine() error {
	switch {
	case t.gone:
		t.removed = append(t.removed, '\n')
		return nil
	case t.inCode > 0:
		t.codes = append(t.codes, '\n')
		return nil
	}
	t.line = append(t.line, '\n')
	return t.flush()
}

// flush writes the line, and then what belongs to it out of sight.
func (t *wordText) flush() error {
	place := t.place()
	t.first = t.ended
	if len(t.line) > 0 {
		t.out.Place(place)
		if _, err := t.out.Write(t.line); err != nil {
			return err
		}
	}
	whole := len(t.line) == 0 || t.line[len(t.line)-1] == '\n'
	t.line = t.line[:0]
	for _, aside := range []struct {
		name string
		text *[]byte
	}{{"field", &t.codes}, {"deleted text", &t.removed}} {
		text := bytes.Trim(*aside.text, "\n")
		*aside.text = (*aside.text)[:0]
		if len(text) == 0 {
			continue
		}
		t.out.Place(joinPlaces(place, aside.name))
		if !whole {
			text = append([]byte{'\n'}, text...)
		}
		if _, err := t.out.Write(append(text[:len(text):len(text)], '\n')); err != nil {
			return err
		}
		whole = true
	}
	return nil
}

// place says where the line stands: in the text proper, by its first paragraph. A
// cell of a table is one.
func (t *wordText) place() string {
	switch {
	case len(t.stories) == 0:
		return wordStories[len(wordStories)-1]
	case t.stories[0].place == "":
		return fmt.Sprintf("paragraph %d", t.first+1)
	}
	return t.stories[0].place
}
