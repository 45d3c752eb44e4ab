package detect

import "bytes"

// Span is a range of bytes in a text, End behind its last.
type Span struct{ Start, End int64 }

// Position is a span as people find it.
type Position struct {
	Line      int // 1-based
	Column    int // 1-based, in bytes of the file
	EndColumn int // column after the last byte
}

// Positions returns where spans stand. They must be in order of their start.
func (how Text) Positions(text []byte, spans []Span) []Position {
	cursor := newCursor(how)
	out := make([]Position, len(spans))
	at := 0
	for i, s := range spans {
		cursor.advance(text[at:s.Start])
		at = int(s.Start)
		out[i] = cursor.position(text[s.Start:s.End])
	}
	return out
}

// cursor counts lines and columns while walking forward through a text. Lines
// are counted only where a match makes it necessary, and then at the speed of
// bytes.Count.
type cursor struct {
	line, column int
	units        func([]byte) int
}

func newCursor(how Text) cursor { return cursor{line: 1, column: 1, units: how.Units} }

func (c *cursor) advance(text []byte) {
	if n := bytes.Count(text, newline); n > 0 {
		c.line += n
		c.column = 1
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	c.column += c.width(text)
}

func (c *cursor) width(text []byte) int {
	if c.units != nil {
		return c.units(text)
	}
	return len(text)
}

// position is that of a match which begins at the cursor. One that goes on over
// the end of the line is told to end where its first line does.
func (c *cursor) position(match []byte) Position {
	if i := bytes.IndexByte(match, '\n'); i >= 0 {
		match = match[:i]
	}
	return Position{c.line, c.column, c.column + max(1, c.width(match))}
}

var newline = []byte{'\n'}
