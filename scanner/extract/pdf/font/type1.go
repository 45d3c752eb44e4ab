package font

import (
	"bytes"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// parseType1 reads the encoding in the clear text of a Type 1 font: lines like
// "dup 65 /A put".
func parseType1(data []byte) *program {
	p := &program{}
	if i := bytes.Index(data, []byte("eexec")); i >= 0 {
		data = data[:i]
	}
	i := bytes.Index(data, []byte("/Encoding"))
	if i < 0 {
		return p
	}
	l := object.Lexer{Data: data, Pos: i + len("/Encoding")}
	if t := l.Next(); string(t.Bytes) == "StandardEncoding" {
		for code, r := range runesOf(standardEncoding) {
			if r != 0 {
				p.encoding[code] = hexNameOf(r)
			}
		}
		return p
	}
	var number object.Token
	for {
		t := l.Next()
		switch {
		case t.Kind == object.End, t.Kind == object.Keyword && (string(t.Bytes) == "def" || string(t.Bytes) == "readonly"):
			return p
		case t.Kind == object.Number:
			number = t
		case t.Kind == object.NameToken && number.Kind == object.Number && number.Num >= 0 && number.Num < 256:
			p.encoding[int(number.Num)] = string(t.Bytes)
			number = object.Token{}
		}
	}
}

// hexNameOf is a name that says which character it is.
func hexNameOf(r rune) string {
	const digits = "0123456789ABCDEF"
	return "uni" + string([]byte{digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15]})
}
