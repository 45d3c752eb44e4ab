package detect

import "bytes"

// position counts lines and columns while walking forward through a text. Lines
// are counted only where a match makes it necessary, and then at the speed of
// bytes.Count.
type position struct {
	line, column int
	units        func([]byte) int
}

func (p *position) advance(text []byte) {
	if n := bytes.Count(text, newline); n > 0 {
		p.line += n
		p.column = 1
		text = text[bytes.LastIndexByte(text, '\n')+1:]
	}
	if p.units != nil {
		p.column += p.units(text)
		return
	}
	p.column += len(text)
}

var newline = []byte{'\n'}
