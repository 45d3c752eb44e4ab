package columnar

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

const (
	magic          = "PAR1"
	magicEncrypted = "PARE"
)

// New returns the extractor of Parquet files.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name: "Parquet file",
		Claims: func(head []byte) bool {
			return bytes.HasPrefix(head, []byte(magic)) || bytes.HasPrefix(head, []byte(magicEncrypted))
		},
		Extract: run,
	}
}

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	if bytes.HasPrefix(data, []byte(magicEncrypted)) {
		return extract.ErrEncrypted
	}
	footer, err := readFooter(data)
	if err != nil {
		if stop := printable.Write(out, data); stop != nil {
			return stop
		}
		return err
	}
	f := &file{data: data, out: out, left: 2 * len(data)}
	if err := f.notes(footer); err != nil {
		return err
	}
	return f.columns(footer)
}

// readFooter reads what stands at the end: its length and the magic again.
func readFooter(data []byte) (thriftStruct, error) {
	const tail = 8
	damaged := fmt.Errorf("%w: no footer", extract.ErrDamaged)
	if len(data) < len(magic)+tail || string(data[len(data)-4:]) != magic {
		return nil, damaged
	}
	end := len(data) - tail
	length := uint64(binary.LittleEndian.Uint32(data[end:]))
	if length > uint64(end) {
		return nil, damaged
	}
	footer, _, err := readStruct(data[end-int(length) : end])
	if err != nil {
		return nil, damaged
	}
	return footer, nil
}

// Fields of the footer and of what it holds.
const (
	footerSchema, footerGroups, footerNotes, footerWriter = 2, 4, 5, 6
	elementRepetition, elementName, elementChildren       = 3, 4, 5
	groupColumns                                          = 1
	chunkMeta, chunkCrypto                                = 3, 8
	metaType, metaPath, metaCodec, metaSize               = 1, 3, 4, 7
	metaData, metaDictionary, metaStatistics              = 9, 11, 12
	noteKey, noteValue                                    = 1, 2
)

type file struct {
	data []byte
	out  *extract.Output
	left int // bytes of pages that may be read: chunks that lie in each other are a bomb
	line []byte
}

// notes writes the names of the columns and what the writer noted. Arrow's schema
// in base64 and what pandas adds are among it.
func (f *file) notes(footer thriftStruct) error {
	f.out.Begin("")
	f.out.Place("schema")
	var lines []string
	for _, e := range footer.list(footerSchema) {
		element, _ := e.(thriftStruct)
		lines = append(lines, element.text(elementName))
	}
	lines = append(lines, footer.text(footerWriter))
	for _, n := range footer.list(footerNotes) {
		note, _ := n.(thriftStruct)
		lines = append(lines, note.text(noteKey)+"="+note.text(noteValue))
	}
	_, err := f.out.WriteString(clean(strings.Join(lines, "\n")) + "\n")
	return err
}

// column is one that is read, over all groups of rows.
type column struct {
	name     string
	kind     int64
	width    int // of values of a fixed length
	nested   bool
	optional bool
	chunks   []thriftStruct
}

// columns reads one column after the other.
func (f *file) columns(footer thriftStruct) error {
	columns := schemaColumns(footer.list(footerSchema))
	for _, g := range footer.list(footerGroups) {
		group, _ := g.(thriftStruct)
		for i, c := range group.list(groupColumns) {
			chunk, _ := c.(thriftStruct)
			if i < len(columns) {
				columns[i].chunks = append(columns[i].chunks, chunk)
			}
		}
	}
	for i := range columns {
		if err := f.column(&columns[i]); err != nil {
			return err
		}
	}
	return nil
}

const (
	required, repeated                       = 0, 2
	elementType, elementWidth                = 1, 2
	statMaxOld, statMinOld, statMax, statMin = 1, 2, 5, 6
)

// schemaColumns returns the leaves of the schema, which lies in the list as one
// walks a tree: each element says how many children follow.
func schemaColumns(elements []any) []column {
	var columns []column
	type level struct {
		left             int64
		name             string
		nested, optional bool
	}
	levels := []level{}
	for i, e := range elements {
		element, _ := e.(thriftStruct)
		for len(levels) > 0 && levels[len(levels)-1].left == 0 {
			levels = levels[:len(levels)-1]
		}
		parent := level{}
		if n := len(levels); n > 0 {
			levels[n-1].left--
			parent = levels[n-1]
		}
		name := element.text(elementName)
		if parent.name != "" {
			name = parent.name + "." + name
		}
		repetition := element.number(elementRepetition)
		nested := parent.nested || repetition == repeated
		optional := parent.optional || repetition != required && i > 0
		if n := element.number(elementChildren); n > 0 && len(levels) < deepest {
			if i == 0 {
				name, nested, optional = "", false, false
			}
			levels = append(levels, level{n, name, nested, optional})
			continue
		}
		columns = append(columns, column{
			name: clean(name), kind: element.number(elementType), width: int(element.number(elementWidth)),
			nested: nested, optional: optional,
		})
	}
	return columns
}

func (f *file) column(c *column) error {
	place := fmt.Sprintf("column %q", c.name)
	f.out.Begin("")
	f.out.Place(place)
	for _, chunk := range c.chunks {
		if chunk[chunkCrypto] != nil || chunk[chunkMeta] == nil {
			f.out.Unexamined("", place, extract.ErrEncrypted)
			continue
		}
		meta := chunk.at(chunkMeta)
		statistics := meta.at(metaStatistics)
		for _, field := range []int16{statMaxOld, statMinOld, statMax, statMin} {
			if b, ok := statistics[field].([]byte); ok {
				if err := f.statistic(c, b); err != nil {
					return err
				}
			}
		}
		if err := f.chunk(c, meta, place); err != nil {
			return err
		}
	}
	return nil
}

// statistic writes the least or greatest value of a chunk.
func (f *file) statistic(c *column, b []byte) error {
	switch c.kind {
	case kindBytes, kindFixed:
		return f.value(c, text(b))
	}
	return f.plain(c, b)
}

// chunk reads the pages of a column in a group of rows.
func (f *file) chunk(c *column, meta thriftStruct, place string) error {
	start := meta.number(metaData)
	if d := meta.number(metaDictionary); d > 0 && d < start {
		start = d
	}
	size := meta.number(metaSize)
	if start < 0 || size < 0 || start > int64(len(f.data)) {
		f.out.Unexamined("", place, fmt.Errorf("%w: its pages are not in the file", extract.ErrDamaged))
		return f.out.Err()
	}
	pages := f.data[start:min(int64(len(f.data)), start+size)]
	for len(pages) > 0 {
		if err := f.out.Err(); err != nil {
			return err
		}
		header, n, err := readStruct(pages)
		length := header.number(pageCompressed)
		if err != nil || length < 0 || length > int64(len(pages)-n) {
			f.out.Unexamined("", place, fmt.Errorf("%w: a page is cut off", extract.ErrDamaged))
			return f.out.Err()
		}
		body := pages[n : n+int(length)]
		pages = pages[n+int(length):]
		if f.left -= n + len(body); f.left < 0 {
			f.out.Unexamined("", place, &extract.OverBudget{Limit: "columns that lie in each other"})
			return f.out.Err()
		}
		problem, err := f.page(c, header, body, meta.number(metaCodec))
		if err != nil {
			return err
		}
		if problem != nil {
			f.out.Unexamined("", place, problem)
		}
	}
	return nil
}

// value writes one value of a column.
func (f *file) value(c *column, v string) error {
	f.line = append(append(append(append(f.line[:0], c.name...), '='), v...), '\n')
	_, err := f.out.Write(f.line)
	return err
}

// text returns bytes as text: what they are, or what can be read in them by eye.
func text(b []byte) string {
	if s, ok := printable.Text(b); ok {
		return s
	}
	var runs []string
	for run := range printable.Runs(b) {
		runs = append(runs, string(run))
	}
	return strings.Join(runs, " ")
}

// clean makes text of what a file calls text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
