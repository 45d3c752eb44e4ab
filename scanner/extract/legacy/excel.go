package legacy

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// excel reads a workbook: the part that all sheets share, then sheet by sheet.
// A row is a line, with tabs between its cells.
func (f *file) excel(stream []byte) error {
	b := &workbook{file: f, stream: stream, names: map[int]*sheet{}, formats: map[uint16]string{}, shown: map[uint32]string{}}
	f.out.Begin("")
	offset := 0
	for {
		r, next, ok := nextRecord(b.stream, offset)
		if !ok {
			break
		}
		offset = next
		if err := b.record(&r); err != nil {
			return err
		}
	}
	return b.end()
}

// workbook is the state between records.
type workbook struct {
	*file
	stream   []byte
	unicode  bool // BIFF8
	first    bool // BIFF2
	codePage int
	depth    int // of beginnings without an end: charts lie in sheets
	sheets   int
	names    map[int]*sheet // by the offset of their beginning
	order    []*sheet       // as they are listed
	now      *sheet         // nil in the part that all share
	shared   stringTable
	formats  map[uint16]string // that users defined
	xfs      []uint16          // the format of each style
	drawings []byte            // pictures, of all sheets
	shown    map[uint32]string // the sheet that first shows a picture, by its number
}

// sheet is one that is read.
type sheet struct {
	name     string
	label    string // as places begin
	row, col int
	formula  cell           // one whose result is a string, which follows
	texts    map[int]string // of drawn objects, by their number
	order    []int          // of texts
	object   int            // the last drawn object
	drawing  []byte         // the shapes
}

type cell struct {
	row, col int
	literals []string
	pending  bool
}

func (b *workbook) record(r *record) error {
	if beginnings[r.kind] {
		return b.begin(r)
	}
	read := globalRecords[r.kind]
	if b.now != nil {
		read = sheetRecords[r.kind]
	}
	switch {
	case r.kind == biffEOF:
		return b.endPart()
	case read != nil:
		return read(b, r)
	case quiet[r.kind]:
		return nil
	}
	return b.unknownRecord(r)
}

// globalRecords and sheetRecords are what is understood.
var (
	globalRecords map[uint16]func(*workbook, *record) error
	sheetRecords  map[uint16]func(*workbook, *record) error
)

func init() { // they refer to methods that refer to them
	globalRecords = map[uint16]func(*workbook, *record) error{
		biffFilePass: (*workbook).filePass,
		biffCodePage: (*workbook).codePageRecord,
		biffSheet:    (*workbook).sheetName,
		biffSST:      (*workbook).sharedStrings,
		biffFormat:   (*workbook).format,
		biffXF:       (*workbook).style,
		biffName:     (*workbook).name,
		biffDrawings: func(b *workbook, r *record) error { b.drawings = r.appendTo(b.drawings); return nil },
	}
	sheetRecords = map[uint16]func(*workbook, *record) error{
		biffFilePass:   (*workbook).filePass,
		biffCodePage:   (*workbook).codePageRecord,
		biffFormat:     (*workbook).format,
		biffXF:         (*workbook).style,
		biffXF5:        (*workbook).style,
		biffName:       (*workbook).name,
		biffInteger2:   (*workbook).cell2,
		biffNumber2:    (*workbook).cell2,
		biffLabel2:     (*workbook).cell2,
		biffLabelSST:   (*workbook).labelSST,
		biffLabel:      (*workbook).label,
		biffRichString: (*workbook).label,
		biffNumber:     (*workbook).number,
		biffRK:         (*workbook).rk,
		biffMulRK:      (*workbook).mulRK,
		biffFormula:    (*workbook).formula,
		biffFormula3:   (*workbook).formula,
		biffFormula4:   (*workbook).formula,
		biffString:     (*workbook).formulaString,
		biffNote:       (*workbook).note,
		biffObject:     (*workbook).object,
		biffText:       (*workbook).drawnText,
		biffDrawing:    func(b *workbook, r *record) error { b.now.drawing = r.appendTo(b.now.drawing); return nil },
		biffLink:       (*workbook).link,
		biffLinkTip:    (*workbook).link,
		biffHeader:     func(b *workbook, r *record) error { return b.margin(r, "header") },
		biffFooter:     func(b *workbook, r *record) error { return b.margin(r, "footer") },
	}
}

// quiet are records that hold numbers for the layout only, and are many.
var quiet = map[uint16]bool{
	0x208: true, 0x201: true, 0xbe: true, 0xd7: true, 0x20b: true, 0xff: true, 0x7d: true, 0x92: true,
	0x26: true, 0x27: true, 0x28: true, 0x29: true, 0xa1: true, // margins
	0x31: true, 0x231: true, 0x293: true, 0x87c: true, 0x87d: true, 0x88e: true, 0x896: true, 0x89c: true,
	biffContinue: true,
}

func (b *workbook) begin(r *record) error {
	const globals, chart = 0x05, 0x20
	version, kind := r.u16(), r.u16()
	b.depth++
	if b.depth > 1 {
		if b.now != nil && kind == chart {
			b.out.Place(b.now.label + ", chart")
		}
		return nil
	}
	b.unicode, b.first = r.kind == biffBOF && version >= 0x600, r.kind == biffBOF2
	if kind == globals && b.sheets == 0 {
		b.out.Place("workbook")
		return nil
	}
	b.sheets++
	switch b.now = b.names[r.start]; {
	case b.now != nil:
	case b.sheets <= len(b.order):
		b.now = b.order[b.sheets-1]
	default:
		b.now = newSheet("", b.sheets, "")
	}
	b.out.Begin("")
	b.out.Place(b.now.label)
	if b.now.name != "" {
		return b.write(b.now.name + "\n")
	}
	return nil
}

func newSheet(name string, number int, state string) *sheet {
	s := &sheet{name: name, row: -1, texts: map[int]string{}, label: fmt.Sprintf("sheet \"%s\"%s", name, state)}
	if name == "" {
		s.label = "sheet " + strconv.Itoa(number)
	}
	return s
}

// endPart ends a sheet, a chart in it, or the shared part.
func (b *workbook) endPart() error {
	b.depth = max(0, b.depth-1)
	if b.depth > 0 || b.now == nil {
		return nil
	}
	s := b.now
	if err := b.flushFormula(); err != nil {
		return err
	}
	b.now = nil
	if err := b.shapes(s); err != nil {
		return err
	}
	for _, id := range s.order {
		if text, ok := s.texts[id]; ok { // of no comment
			b.out.Place(s.label + ", text box")
			if err := b.write("\n" + text + "\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// shapes notes which pictures the shapes of a sheet show, and reads their texts
// and descriptions.
func (b *workbook) shapes(s *sheet) error {
	for _, r := range find(s.drawing, drawingProperties, 0) {
		p := shapeProperties(r)
		if p.picture != 0 && b.shown[p.picture] == "" {
			b.shown[p.picture] = s.label
		}
		b.out.Place(s.label + ", drawing")
		if err := printable.Write(b.out, p.texts); err != nil {
			return err
		}
	}
	return nil
}

// images hands over the pictures of all sheets.
func (b *workbook) images() error {
	for i, r := range find(b.drawings, drawingBlip, 0) {
		place := "image"
		if sheet := b.shown[uint32(i+1)]; sheet != "" {
			place = "image on " + sheet
		}
		for _, picture := range blips(r.body) {
			if err := b.picture(picture, fmt.Sprintf("image%d", i+1), place); err != nil {
				return err
			}
		}
	}
	return nil
}

// end reads what all sheets share and none showed.
func (b *workbook) end() error {
	if b.now != nil { // without an end
		b.depth = 1
		if err := b.endPart(); err != nil {
			return err
		}
	}
	b.out.Begin("")
	b.out.Place("shared strings")
	if err := b.shared.unused(func(s string) error { return b.write(clean(s) + "\n") }); err != nil {
		return err
	}
	return b.images()
}

func (b *workbook) write(s string) error {
	_, err := b.out.WriteString(s)
	return err
}

// unknownRecord reads what can be read by eye in a record.
func (b *workbook) unknownRecord(r *record) error {
	for run := range printable.Runs(r.appendTo(nil)) {
		if b.now != nil && b.depth == 1 {
			b.out.Place(b.now.label)
			b.now.row = -1
		}
		if err := b.write("\n" + strings.TrimSpace(string(run)) + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// codePageRecord reads the code page of 8-bit text. BIFF8 says UTF-16, some
// writers do so in BIFF5 and do not mean it.
func (b *workbook) codePageRecord(r *record) error {
	if n := int(r.u16()); n != codePageUTF16 {
		b.codePage = n
	}
	return nil
}

// sheetName reads the name of a sheet, where it begins, and whether it shows.
func (b *workbook) sheetName(r *record) error {
	start := int(r.u32())
	state := []string{"", " (hidden)", " (very hidden)", ""}[r.u8()&3]
	r.u8()
	s := newSheet(clean(b.text(&r.chunks, 1)), len(b.order)+1, state)
	b.names[start] = s
	b.order = append(b.order, s)
	return nil
}

func (b *workbook) format(r *record) error {
	id, lengthBytes := r.u16(), 1
	if b.unicode {
		lengthBytes = 2
	}
	b.formats[id] = b.text(&r.chunks, lengthBytes)
	return nil
}

func (b *workbook) style(r *record) error {
	r.u16()
	b.xfs = append(b.xfs, r.u16())
	return nil
}

// name reads a defined name with the literals that it stands for.
func (b *workbook) name(r *record) error {
	const builtIn = 0x20
	options := r.u16()
	r.u8()
	length, formula := int(r.u8()), int(r.u16())
	r.take(8)
	if !b.unicode {
		// BIFF5 has the same fields.
		formula = min(formula, len(r.data))
	}
	name := b.textOf(&r.chunks, length)
	if options&builtIn != 0 {
		name = "built-in name"
	}
	literals := b.literals(r.take(min(formula, len(r.data))))
	b.out.Place("defined name")
	return b.write(strings.Join(append([]string{clean(name)}, literals...), "\t") + "\n")
}

// cell writes what a cell shows. Cells come row by row.
func (b *workbook) cell(row, col int, text string, literals []string) error {
	if err := b.flushFormula(); err != nil { // its string did not come
		return err
	}
	s := b.now
	separator := "\t"
	if row != s.row {
		separator = "\n"
	}
	if err := b.write(separator); err != nil {
		return err
	}
	s.row, s.col = row, col
	place := s.label + " cell " + cellName(row, col)
	b.out.Place(place)
	if err := b.write(clean(text)); err != nil || len(literals) == 0 {
		return err
	}
	b.out.Place(place + ", formula")
	return b.write(" " + clean(strings.Join(literals, " ")))
}

// cellName returns the name of a cell as people see it.
func cellName(row, col int) string {
	name := ""
	for n := col + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name + strconv.Itoa(row+1)
}

// position reads the row, column and style that records of cells begin with.
func position(r *record) (row, col int, style uint16) {
	return int(r.u16()), int(r.u16()), r.u16()
}

// cell2 reads a cell of BIFF2, which the data of charts by Microsoft Graph are
// still written in: three bytes of style, and short strings.
func (b *workbook) cell2(r *record) error {
	row, col := int(r.u16()), int(r.u16())
	r.take(3)
	text := ""
	switch r.kind {
	case biffInteger2:
		text = strconv.Itoa(int(r.u16()))
	case biffNumber2:
		text = numeral(r.f64())
	case biffLabel2:
		n := int(r.u8())
		text = decode(r.take(min(n, len(r.data))), b.codePage)
	}
	return b.cell(row, col, text, nil)
}

func (b *workbook) labelSST(r *record) error {
	row, col, _ := position(r)
	return b.cell(row, col, b.shared.use(r.u32()), nil)
}

func (b *workbook) label(r *record) error {
	row, col, _ := position(r)
	return b.cell(row, col, b.text(&r.chunks, 2), nil)
}

func (b *workbook) number(r *record) error {
	row, col, style := position(r)
	return b.cell(row, col, b.styled(r.f64(), style), nil)
}

func (b *workbook) rk(r *record) error {
	row, col, style := position(r)
	return b.cell(row, col, b.styled(rkValue(r.u32()), style), nil)
}

func (b *workbook) mulRK(r *record) error {
	row, col := int(r.u16()), int(r.u16())
	for ; len(r.data) >= 6; col++ {
		style := r.u16()
		if err := b.cell(row, col, b.styled(rkValue(r.u32()), style), nil); err != nil {
			return err
		}
	}
	return nil
}

// rkValue unpacks a number of 30 bits: an integer, or the upper bits of a
// floating point number, either perhaps a hundred times too large.
func rkValue(rk uint32) float64 {
	const hundred, integer = 1, 2
	v := math.Float64frombits(uint64(rk&^3) << 32)
	if rk&integer != 0 {
		v = float64(int32(rk) >> 2)
	}
	if rk&hundred != 0 {
		v /= 100
	}
	return v
}

// formula reads the result of a formula and the literals in it. A string that is
// the result is in a record that follows.
func (b *workbook) formula(r *record) error {
	row, col, style := position(r)
	if b.first {
		r.u8() // styles take three bytes in BIFF2
	}
	result := r.take(8)
	r.u16() // options
	if r.kind == biffFormula && len(r.data) >= 4 {
		r.u32()
	}
	literals := b.literals(r.take(min(int(r.u16()), len(r.data))))
	if len(result) < 8 {
		return nil
	}
	if result[6] != 0xff || result[7] != 0xff {
		return b.cell(row, col, b.styled((&cursor{data: result}).f64(), style), literals)
	}
	if result[0] != 0 { // a truth value or an error
		return b.cell(row, col, "", literals)
	}
	if err := b.flushFormula(); err != nil {
		return err
	}
	b.now.formula = cell{row, col, literals, true}
	return nil
}

func (b *workbook) flushFormula() error {
	f := b.now.formula
	if !f.pending {
		return nil
	}
	b.now.formula.pending = false
	return b.cell(f.row, f.col, "", f.literals)
}

func (b *workbook) formulaString(r *record) error {
	f := b.now.formula
	b.now.formula.pending = false
	return b.cell(f.row, f.col, b.text(&r.chunks, 2), f.literals)
}

// note reads a comment: its text, before BIFF8, and else which drawn object
// holds it.
func (b *workbook) note(r *record) error {
	row, col := int(r.u16()), int(r.u16())
	var text string
	if b.unicode {
		r.u16()
		id := int(r.u16())
		author := b.text(&r.chunks, 2)
		text = author + ": " + b.now.texts[id]
		delete(b.now.texts, id)
	} else {
		n := int(r.u16())
		text = b.textOf(&r.chunks, min(n, len(r.data)))
	}
	if row != 0xffff { // else it goes on from the record before
		b.out.Place(b.now.label + " cell " + cellName(row, col) + ", comment")
		text = "\n" + text
	}
	b.now.row = -1
	return b.write(clean(text))
}

// object reads the number of a drawn object, which comments name.
func (b *workbook) object(r *record) error {
	const common = 0x15
	for len(r.data) >= 4 {
		kind, n := r.u16(), int(r.u16())
		body := cursor{data: r.take(min(n, len(r.data)))}
		if kind == common {
			body.u16()
			b.now.object = int(body.u16())
		}
	}
	if !b.unicode {
		return b.unknownRecord(r)
	}
	return nil
}

// drawnText reads the text of a comment or text box, which is in the records that
// continue this one.
func (b *workbook) drawnText(r *record) error {
	r.take(10)
	n := int(r.u16())
	r.data = nil
	if n == 0 || len(r.rest) == 0 {
		return nil
	}
	text := b.textOf(&r.chunks, n)
	s := b.now
	if _, again := s.texts[s.object]; again {
		s.object = -1 - len(s.order) // a number that nothing names
	}
	s.texts[s.object] = clean(text)
	s.order = append(s.order, s.object)
	return nil
}

func (b *workbook) link(r *record) error {
	if r.kind == biffLinkTip {
		r.u16()
	}
	row, _, col := int(r.u16()), r.u16(), int(r.u16())
	for run := range printable.Runs(r.data) {
		b.out.Place(b.now.label + " cell " + cellName(row, col) + ", link")
		b.now.row = -1
		if err := b.write("\n" + string(run)); err != nil {
			return err
		}
	}
	return nil
}

func (b *workbook) margin(r *record, where string) error {
	if len(r.data) == 0 {
		return nil
	}
	lengthBytes := 1
	if b.unicode {
		lengthBytes = 2
	}
	b.out.Place(b.now.label + ", " + where)
	b.now.row = -1
	return b.write("\n" + clean(b.text(&r.chunks, lengthBytes)))
}

// filePass says that what follows is encrypted.
func (b *workbook) filePass(r *record) error {
	plain, err := decryptWorkbook(b.stream, r)
	if err != nil {
		return err
	}
	b.stream = plain
	return nil
}

// stringTable holds the strings that cells share, one behind the other, since
// they may be millions of short ones.
type stringTable struct {
	text []byte
	ends []int
	used []bool
}

func (t *stringTable) add(s string) {
	t.text = append(t.text, s...)
	t.ends = append(t.ends, len(t.text))
	t.used = append(t.used, false)
}

func (t *stringTable) at(i int) string {
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return string(t.text[from:t.ends[i]])
}

func (t *stringTable) use(i uint32) string {
	if uint64(i) >= uint64(len(t.ends)) {
		return ""
	}
	t.used[i] = true
	return t.at(int(i))
}

// unused passes on the strings that no cell has shown: those of cells that were
// deleted.
func (t *stringTable) unused(write func(string) error) error {
	for i, used := range t.used {
		if used {
			continue
		}
		if err := write(t.at(i)); err != nil {
			return err
		}
	}
	return nil
}

// pivotCache reads what a pivot table remembers of the rows that it was made
// from, which may be rows that the workbook no longer has.
func (f *file) pivotCache(stream []byte, part string) error {
	b := &workbook{file: f, unicode: true}
	f.out.Begin(part)
	f.out.Place("pivot table")
	for offset := 0; ; {
		r, next, ok := nextRecord(stream, offset)
		if !ok {
			return nil
		}
		offset = next
		var text string
		switch r.kind {
		case biffPivotString:
			text = b.text(&r.chunks, 2)
		case biffPivotNumber:
			text = numeral(r.f64())
		default:
			continue
		}
		if err := b.write(clean(text) + "\n"); err != nil {
			return err
		}
	}
}

func (b *workbook) sharedStrings(r *record) error {
	r.u32()
	for n := r.u32(); n > 0 && r.more(); n-- {
		length := int(r.u16())
		b.shared.add(r.unicodeString(length))
		if r.over {
			b.out.Unexamined("", "shared strings", fmt.Errorf("%w: the table of strings is cut off", extract.ErrDamaged))
			break
		}
	}
	return nil
}
