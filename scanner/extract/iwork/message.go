package iwork

import (
	"encoding/binary"
	"errors"

	"github.com/klauspost/compress/snappy"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// mostExpansion is more than Snappy can make of a byte: a copy of 64 bytes takes
// two at least.
const mostExpansion = 33

func appendSnappy(to, block []byte) ([]byte, error) {
	n, err := snappy.DecodedLen(block)
	if err != nil {
		return to, err
	}
	if n > mostExpansion*len(block) {
		return to, errors.New("a chunk says that it is longer than it can be")
	}
	decoded, err := snappy.Decode(nil, block)
	return append(to, decoded...), err
}

// typeTile is a piece of a table: rows of cells.
const typeTile = 6002

type writer struct {
	out   *extract.Output
	place string
	text  []byte
}

// archive reads a file of messages: before each group stands a message that says
// of which types and how long they are.
func (w *writer) archive(data []byte) error {
	for len(data) > 0 {
		if err := w.out.Err(); err != nil {
			return err
		}
		info, rest, ok := lengthDelimited(data)
		if !ok {
			return w.unknown(data)
		}
		data = rest
		for _, m := range messageInfos(info) {
			n := min(m.length, uint64(len(data)))
			if err := w.message(m.kind, data[:n]); err != nil {
				return err
			}
			data = data[n:]
		}
	}
	return nil
}

// unknown reads by eye what is in no message.
func (w *writer) unknown(data []byte) error { return printable.Write(w.out, data) }

type messageInfo struct{ kind, length uint64 }

// messageInfos reads the types and lengths in the message before a group.
func messageInfos(info []byte) []messageInfo {
	const infos, kind, length = 2, 1, 3
	var out []messageInfo
	each(info, func(f field) {
		if f.number != infos || f.wire != wireBytes {
			return
		}
		var m messageInfo
		each(f.bytes, func(f field) {
			switch f.number {
			case kind:
				m.kind = f.value
			case length:
				m.length = f.value
			}
		})
		out = append(out, m)
	})
	return out
}

// message writes the strings in a message, and of a tile the numbers.
func (w *writer) message(kind uint64, body []byte) error {
	w.text = w.text[:0]
	if !w.strings(body, 0) {
		w.text = w.text[:0]
		return w.unknown(body)
	}
	if _, err := w.out.Write(w.text); err != nil {
		return err
	}
	if kind == typeTile {
		return w.tile(body)
	}
	return nil
}

// deepest bounds messages in messages.
const deepest = 24

// strings collects the strings in a message and those in it. It reports whether
// it is one: any bytes may be in a field. What is text is taken for text, and
// what is neither is left out.
func (w *writer) strings(body []byte, depth int) bool {
	if depth > deepest {
		return false
	}
	return each(body, func(f field) {
		if f.wire != wireBytes || len(f.bytes) < 2 {
			return
		}
		if s, ok := printable.Text(f.bytes); ok {
			w.text = append(append(w.text, s...), '\n')
			return
		}
		mark := len(w.text)
		if !w.strings(f.bytes, depth+1) {
			w.text = w.text[:mark]
			for run := range printable.Runs(f.bytes) {
				w.text = append(append(w.text, run...), '\n')
			}
		}
	})
}

// field is one of a message.
type field struct {
	number uint64
	wire   uint8
	value  uint64 // of a number
	bytes  []byte // of what has a length
}

// The ways in which fields are written.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

// each calls read with the fields of a message. It reports whether the bytes are
// one to their end.
func each(body []byte, read func(field)) bool {
	for len(body) > 0 {
		key, n := binary.Uvarint(body)
		if n <= 0 || key>>3 == 0 {
			return false
		}
		body = body[n:]
		f := field{number: key >> 3, wire: uint8(key & 7)}
		switch f.wire {
		case wireVarint:
			f.value, n = binary.Uvarint(body)
			if n <= 0 {
				return false
			}
			body = body[n:]
		case wireBytes:
			var ok bool
			if f.bytes, body, ok = lengthDelimited(body); !ok {
				return false
			}
		case wire64, wire32:
			size := 8
			if f.wire == wire32 {
				size = 4
			}
			if len(body) < size {
				return false
			}
			body = body[size:]
		default:
			return false
		}
		read(f)
	}
	return true
}

// lengthDelimited splits off what a length stands before.
func lengthDelimited(data []byte) (content, rest []byte, ok bool) {
	length, n := binary.Uvarint(data)
	if n <= 0 || length > uint64(len(data)-n) {
		return nil, nil, false
	}
	return data[n : n+int(length)], data[n+int(length):], true
}
