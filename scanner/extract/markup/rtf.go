package markup

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// newRTF reads Rich Text Format (Microsoft's specification, version 1.9.1).
func newRTF() *extract.Extractor {
	return &extract.Extractor{
		Name:   "RTF document",
		Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte(`{\rtf`)) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			r := &rtf{data: data, out: out, page: charmap.Windows1252, now: group{skip: 1}}
			return r.read()
		},
	}
}

// group is what applies until a closing brace.
type group struct {
	silent bool   // tables of fonts and the like
	binary string // "picture", "object": what its hexadecimal digits are
	place  string
	skip   int // characters that stand in for one that \u gives
}

type rtf struct {
	data  []byte
	at    int
	out   *extract.Output
	page  *charmap.Charmap
	now   group
	outer []group
	hex   []byte // digits of a picture or object
	high  rune   // the first half of a character outside the basic plane
	skip  int    // characters still to be skipped
	n     map[string]int
	buf   []byte // text that is written when enough of it has come together
	err   error
}

// maxGroups bounds how deep groups are remembered; deeper ones share the last.
const maxGroups = 1000

func (r *rtf) read() error {
	r.n = map[string]int{}
	for r.at < len(r.data) && r.err == nil {
		c := r.data[r.at]
		r.at++
		switch c {
		case '{':
			if len(r.outer) < maxGroups {
				r.outer = append(r.outer, r.now)
			}
		case '}':
			r.close()
		case '\\':
			r.control()
		case '\r', '\n', 0:
		default:
			r.character(c)
		}
	}
	for len(r.outer) > 0 && r.err == nil {
		r.close() // cut off in the middle
	}
	r.flush()
	if r.err != nil {
		return r.err
	}
	return r.out.Err()
}

func (r *rtf) close() {
	if len(r.outer) == 0 {
		return
	}
	before := r.now
	r.now = r.outer[len(r.outer)-1]
	r.outer = r.outer[:len(r.outer)-1]
	if before.binary != "" && r.now.binary == "" {
		r.embed(before.binary)
	}
	if before.place != r.now.place {
		r.moveTo(r.now.place)
	}
}

// control reads a control word or symbol behind a backslash.
func (r *rtf) control() {
	if r.at >= len(r.data) {
		return
	}
	c := r.data[r.at]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		r.at++
		r.symbol(c)
		return
	}
	start := r.at
	for r.at < len(r.data) && r.at-start < 32 && r.data[r.at]|0x20 >= 'a' && r.data[r.at]|0x20 <= 'z' {
		r.at++
	}
	word := string(r.data[start:r.at])
	start = r.at
	if r.at < len(r.data) && r.data[r.at] == '-' {
		r.at++
	}
	for r.at < len(r.data) && r.at-start < 11 && isDigit(r.data[r.at]) {
		r.at++
	}
	value, err := strconv.Atoi(string(r.data[start:r.at]))
	if r.at < len(r.data) && r.data[r.at] == ' ' {
		r.at++
	}
	r.word(word, value, err == nil)
}

func (r *rtf) symbol(c byte) {
	switch c {
	case '\'':
		if r.at+2 <= len(r.data) {
			var b [1]byte
			if _, err := hex.Decode(b[:], r.data[r.at:r.at+2]); err == nil {
				r.at += 2
				r.character(b[0])
			}
		}
	case '\\', '{', '}':
		r.character(c)
	case '~':
		r.text(" ")
	case '_':
		r.text("-") // a hyphen that does not break
	case '\r', '\n':
		r.text("\n")
	}
}

// separators are control words that are characters.
var separators = map[string]string{
	"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t", "nestcell": "\t", "nestrow": "\n", "tab": "\t",
	"emdash": "-", "endash": "-", "bullet": "*", "lquote": "'", "rquote": "'", "ldblquote": `"`, "rdblquote": `"`,
}

// silent are destinations without text of anybody.
var silent = set("fonttbl colortbl stylesheet themedata datastore latentstyles listtable listoverridetable rsidtbl xmlnstbl filetbl revtbl " +
	"colorschememapping pnseclvl pgptbl mmathPr generator wgrffmtfilter")

// places are destinations that a person finds by their name.
var places = map[string]string{
	"header": "header", "headerl": "header", "headerr": "header", "headerf": "header", "footer": "footer", "footerl": "footer", "footerr": "footer",
	"footerf": "footer", "footnote": "footnote", "annotation": "comment", "info": "document properties", "fldinst": "field code", "docvar": "document variable",
	"userprops": "document properties",
}

func (r *rtf) word(word string, value int, has bool) {
	switch {
	case separators[word] != "":
		r.text(separators[word])
	case silent[word]:
		r.now.silent = true
	case places[word] != "":
		r.now.place = places[word]
		r.moveTo(r.now.place)
	case word == "pict":
		r.now.binary, r.hex = "picture", nil
	case word == "objdata":
		r.now.binary, r.hex = "object", nil
	case word == "bin" && has:
		r.binary(value)
	case word == "u" && has:
		r.unicode(rune(uint16(value)))
		r.skip = r.now.skip
	case word == "uc" && has:
		r.now.skip = max(0, min(value, 100))
	case word == "ansicpg" && has:
		if page := pages1[value]; page != nil {
			r.page = page
		}
	}
}

// pages1 are the single-byte code pages that documents are written in.
var pages1 = map[int]*charmap.Charmap{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 866: charmap.CodePage866, 1250: charmap.Windows1250,
	1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253, 1254: charmap.Windows1254, 1255: charmap.Windows1255,
	1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258, 10000: charmap.Macintosh,
}

// binary takes the bytes that \bin announces.
func (r *rtf) binary(n int) {
	n = max(0, min(n, len(r.data)-r.at))
	content := r.data[r.at : r.at+n]
	r.at += n
	if r.now.binary != "" && n > 0 {
		r.hand(r.now.binary, content)
	}
}

func (r *rtf) unicode(c rune) {
	switch {
	case utf16.IsSurrogate(c) && r.high == 0:
		r.high = c
		return
	case r.high != 0:
		c = utf16.DecodeRune(r.high, c)
		r.high = 0
	}
	if c != 0 {
		r.text(string(c))
	}
}

func (r *rtf) character(c byte) {
	switch {
	case r.skip > 0:
		r.skip--
	case r.now.binary != "":
		if isHex(c) {
			r.hex = append(r.hex, c)
		}
	case c < 0x80:
		r.text(string(rune(c)))
	default:
		r.text(string(r.page.DecodeByte(c)))
	}
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// embed hands on what stood in hexadecimal digits.
func (r *rtf) embed(what string) {
	content := make([]byte, len(r.hex)/2)
	n, _ := hex.Decode(content, r.hex[:len(r.hex)/2*2]) // they are digits
	r.hex = nil
	if n > 0 {
		r.hand(what, content[:n])
	}
}

func (r *rtf) hand(what string, content []byte) {
	r.flush()
	if r.err != nil {
		return
	}
	r.n[what]++
	if r.err = r.out.EmbedBytes("", numbered(what, r.n[what]), bytes.Clone(content)); r.err == nil {
		r.out.Begin("")
		r.out.Place(r.now.place)
	}
}

func (r *rtf) text(s string) {
	if r.now.silent || r.now.binary != "" || s == "\x00" {
		return
	}
	const enough = 4 << 10
	if r.buf = append(r.buf, s...); len(r.buf) > enough {
		r.flush()
	}
}

func (r *rtf) flush() {
	if r.err == nil && len(r.buf) > 0 {
		_, r.err = r.out.Write(r.buf)
	}
	r.buf = r.buf[:0]
}

// moveTo says that what follows stands at another place.
func (r *rtf) moveTo(place string) {
	r.text("\n")
	r.flush()
	r.out.Place(place)
}

func numbered(noun string, n int) string { return fmt.Sprintf("%s %d", noun, n) }
