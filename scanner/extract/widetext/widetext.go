package widetext

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

// New returns the extractor. It is asked when everybody else has been.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:   "file with text of 16 bits",
		Claims: func([]byte) bool { return false },
		ClaimsBehind: func(head, piece []byte, _ bool) bool {
			return bytes.IndexByte(head[:min(len(head), charset.Sniff)], 0) >= 0 && charset.Detect(head) == charset.Binary && holds(piece)
		},
		Extract: run,
	}
}

// least is how many characters a run has at least for a file to be read: those of an account ID.
const least = 12

// holds reports whether there is a run of at least that many characters. It looks at eight bytes
// in every sixteen, which lie in such a run if there is one.
func holds(data []byte) bool {
	const stride = least*2 - 8
	for i := 0; i+8 <= len(data); i += stride {
		v := binary.LittleEndian.Uint64(data[i:])
		if v&0xff00ff00ff00ff00 != 0 && v&0x00ff00ff00ff00ff != 0 {
			continue
		}
		if v == 0 || !wide(data, i) {
			continue
		}
		return true
	}
	return false
}

// wide reports whether a run of least characters goes over data[i].
func wide(data []byte, i int) bool {
	for range 2 {
		start := i
		for start >= 2 && character(data[start-2:]) && i-start < 2*least {
			start -= 2
		}
		end := i
		for end+2 <= len(data) && character(data[end:]) && end-start < 2*least {
			end += 2
		}
		if end-start >= 2*least {
			return true
		}
		i++
	}
	return false
}

// character reports whether two bytes are a printable character of ASCII, in either order.
func character(b []byte) bool {
	c := b[0] | b[1]
	return (b[0] == 0 || b[1] == 0) && c >= ' ' && c < 0x7f
}

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	out.Begin("")
	for at, text := range printable.Wide(data) {
		out.Place(fmt.Sprintf("byte %d", at))
		if _, err := out.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	return nil
}
