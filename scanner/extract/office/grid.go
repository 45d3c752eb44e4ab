package office

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// grid writes the cells of a sheet: each row a line, its cells parted by tabs.
// All rows of a table have as many tabs as its header, so that what stands in a
// column can be told from the column's name; in long tables the header is
// repeated, since it explains only what is near.
type grid struct {
	out   *extract.Output
	sheet string // its place

	cells  []gridCell // of the row that is being read
	number int        // of that row
	last   int        // the row that was written last
	first  int        // column of the table
	width  int        // columns of the table
	header string     // line of the table's header
	since  int        // bytes written since the header
	places []byte     // buffer
	err    error
}

type gridCell struct {
	column int
	text   string
}

// The size of the largest sheets.
const (
	maxColumns = 1 << 14
	maxRows    = 1 << 20
)

// Bounds of the grid: what is looked at around a value is some kilobytes, and a
// cell far out must not cost thousands of tabs on each row.
const (
	headerReach  = 4 << 10
	longestTitle = 1 << 10
	maxGap       = 64
)

func (g *grid) openRow(number int) {
	g.closeRow()
	g.number = number
}

// add adds a cell to the row. An empty one is nothing.
func (g *grid) add(column int, text string) {
	if len(g.cells) >= maxColumns {
		g.closeRow() // a sheet that no program wrote
	}
	if text != "" {
		g.cells = append(g.cells, gridCell{column, oneLine(text)})
	}
}

// closeRow writes the row.
func (g *grid) closeRow() {
	if len(g.cells) == 0 || g.err != nil {
		return
	}
	g.fit()
	if g.header != "" && g.since > headerReach {
		g.out.Place(g.sheet)
		g.write("\n" + g.header) // after an empty line: the topmost row of a table is its header
		g.since = 0
	}
	line := g.line()
	if g.header == "" && isHeader(line) {
		g.header, g.since = line, 0
	}
	g.last, g.cells = g.number, g.cells[:0]
}

// fit begins another table if the row does not belong to the one above.
func (g *grid) fit() {
	first, last := g.cells[0].column, g.cells[len(g.cells)-1].column
	if g.last != 0 && g.number != g.last+1 {
		g.write("\n")
		g.width = 0
	}
	if g.width == 0 || first < g.first {
		g.first, g.width, g.header = first, 0, ""
	}
	if n := last - g.first + 1; n > g.width {
		g.width, g.header = n, ""
	}
}

// line writes the cells and returns the line.
func (g *grid) line() string {
	var line strings.Builder
	put := func(s string) {
		line.WriteString(s)
		g.write(s)
	}
	at := g.first
	if g.cells[0].column > at {
		put(emptyCell)
	}
	for _, c := range g.cells {
		if gap := min(c.column-at, maxGap); gap > 0 {
			put(strings.Repeat("\t", gap))
		}
		at = c.column
		g.out.Place(g.cellPlace(c.column))
		put(c.text)
	}
	if gap := min(g.first+g.width-1-at, maxGap); gap > 0 {
		put(strings.Repeat("\t", gap))
	}
	put("\n")
	return line.String()
}

func (g *grid) cellPlace(column int) string {
	b := append(g.places[:0], g.sheet...)
	b = append(b, " cell "...)
	b = appendColumn(b, column)
	b = strconv.AppendInt(b, int64(g.number), 10)
	g.places = b
	return strings.TrimPrefix(string(b), " ")
}

// isHeader reports whether a line may name columns: it has words and no long number.
func isHeader(line string) bool {
	const longest = 5
	digits, letters := 0, false
	for _, c := range line {
		if !unicode.IsDigit(c) {
			digits = 0
			letters = letters || unicode.IsLetter(c)
			continue
		}
		if digits++; digits > longest {
			return false
		}
	}
	return letters && len(line) <= longestTitle
}

func (g *grid) write(s string) {
	g.since += len(s)
	if g.err == nil {
		_, g.err = g.out.WriteString(s)
	}
}

// appendColumn appends the name of a column, from 1: C.
func appendColumn(b []byte, column int) []byte {
	var letters [8]byte
	i := len(letters)
	for ; column > 0 && i > 0; column = (column - 1) / 26 {
		i--
		letters[i] = byte('A' + (column-1)%26)
	}
	return append(b, letters[i:]...)
}

// cellName names a cell by its column and row: C12.
func cellName(column, row int) string {
	return string(strconv.AppendInt(appendColumn(nil, column), int64(row), 10))
}

// columnOf returns the column and row that a cell's name says, 0 where it says
// none.
func columnOf(name string) (column, row int) {
	i := 0
	for i < len(name) && 'A' <= name[i] && name[i] <= 'Z' && i < 4 {
		column = column*26 + int(name[i]-'A') + 1
		i++
	}
	row, err := strconv.Atoi(name[i:])
	if err != nil || row < 0 {
		row = 0
	}
	return column, row
}
