package encoded

import "bytes"

// Decoded is what a run decodes to.
type Decoded struct {
	Kind  Kind
	Bytes []byte
	End   int  // behind what was decoded, in the text
	First int  // how many of Bytes the first piece holds
	Cut   bool // there is more than the limit
	Seen  int  // behind what was looked at, which may lie behind the text's end
}

// head is how many bytes of a run are decoded to see what it is.
const head = 9

// Begins tells from its first bytes how the run that begins at text[at] is encoded: in
// base64 or in hexadecimal, of text, or of data that may be compressed or a document. It
// is "" for a run that is something else. It looks at no more than MinRun+8 bytes.
func Begins(text []byte, at int) (kind Kind, isText bool) {
	if at+4 > len(text) {
		return "", false
	}
	var b [head]byte
	if h := nibbles[text[at]]<<4 | nibbles[text[at+1]]; mayBegin[h] {
		if n := decodeHex(b[:], text[at:min(len(text), at+2*head)]); n == head {
			if begins(b[:n]) {
				return Hex, true
			}
			if known(b[:n]) {
				return Hex, false
			}
		}
	}
	if decode64(b[:3], text[at:at+4]); !mayBegin[b[0]] || !mayBegin[b[2]] && b[0] != 0x78 {
		return "", false
	}
	switch n := decode64(b[:], text[at:min(len(text), at+head/3*4)]); {
	case n < head:
	case begins(b[:]):
		return Base64, true
	case known(b[:]):
		return Base64, false
	}
	return "", false
}

// mayBegin are bytes that what is looked at may begin with, and have for its third.
var mayBegin [256]bool

func init() {
	for c := range mayBegin {
		mayBegin[c] = plain(byte(c)) || c >= 0x80
	}
	for _, c := range []byte{0x1f, 0x08, 0x78, 0} { // of gzip; of zlib; of UTF-16
		mayBegin[c] = true
	}
	for _, s := range signs {
		mayBegin[s[0]], mayBegin[s[2]] = true, true
	}
}

// IsHex reports whether the run that begins at text[at] begins with digits of hexadecimal alone.
func IsHex(text []byte, at int) bool {
	var b [head]byte
	return decodeHex(b[:], text[at:min(len(text), at+2*head)]) == head
}

// Mixed reports whether the run at text[at] changes as often between capitals, small letters,
// digits and signs as data does: in two of three places, where names and paths seldom do. It
// looks at so many bytes, which must be of the alphabet.
func Mixed(text []byte, at, length int) bool {
	changes := 0
	for i := at + 1; i < at+length; i++ {
		if kinds[text[i]] != kinds[text[i-1]] {
			changes++
		}
	}
	return changes > length*2/5
}

// begins reports whether a text may begin so.
func begins(b []byte) bool {
	return TextPrefix(b) == len(b) || wide(b) || b[0] == 0xff && b[1] == 0xfe && wide(b[2:])
}

// known reports whether data begins with a sign that says what it is.
func known(b []byte) bool {
	if Gzipped(b) || Deflated(b) {
		return true
	}
	for _, sign := range signs {
		if bytes.HasPrefix(b, []byte(sign)) {
			return true
		}
	}
	return false
}

// signs are how documents and pictures begin whose first characters in base64 are not as mixed as
// data is.
var signs = []string{
	"\x89PNG\r\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "RIFF", "II*\x00", "MM\x00*", "%PDF-",
	"PK\x03\x04", "7z\xbc\xaf", "Rar!\x1a", "\xd0\xcf\x11\xe0", "BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd", "SQLite fo",
}

// Gzipped reports whether data begins as gzip does.
func Gzipped(b []byte) bool { return bytes.HasPrefix(b, []byte("\x1f\x8b\x08")) }

// Deflated reports whether data begins as zlib does with a window of 32 KiB.
func Deflated(b []byte) bool {
	return len(b) > 2 && b[0] == 0x78 && (b[1] == 0x01 || b[1] == 0x5e || b[1] == 0x9c || b[1] == 0xda)
}

// decode64 decodes as many whole groups as fit, and returns how many bytes that are.
func decode64(dst, src []byte) int {
	n := 0
	for len(src) >= 4 && n+3 <= len(dst) {
		a, b, c, d := sextets[src[0]], sextets[src[1]], sextets[src[2]], sextets[src[3]]
		if (a|b|c|d)&0xc0 != 0 {
			break
		}
		dst[n], dst[n+1], dst[n+2] = a<<2|b>>4, b<<4|c>>2, c<<6|d
		src, n = src[4:], n+3
	}
	return n
}

func decodeHex(dst, src []byte) int {
	n := 0
	for len(src) >= 2 && n < len(dst) {
		a, b := nibbles[src[0]], nibbles[src[1]]
		if (a|b)&0xf0 != 0 {
			break
		}
		dst[n] = a<<4 | b
		src, n = src[2:], n+1
	}
	return n
}

// Decode decodes what begins at text[at] in an encoding, to its end or to the limit of
// characters. It goes on over line breaks and what else pieces of one value are joined by.
func Decode(text []byte, at int, kind Kind, limit int) Decoded {
	end := min(len(text), at+limit)
	d := decoder{kind: kind, text: text, most: limit}
	at = d.take(at, end)
	seen, first := at, len(d.out)
	for {
		next, ok := d.goesOn(at)
		if !ok || next >= end {
			break
		}
		d.most, d.run = d.run, 0 // pieces are equally long, but the last one may be shorter
		stop := d.take(next, end)
		seen = stop
		if d.run == 0 || d.run > d.most {
			d.drop()
			break
		}
		at = stop
	}
	cut := at >= end && end < len(text) && ofAlphabet[text[at]]
	d.flush()
	return Decoded{kind, d.out, at, first, cut, max(seen, at+MaxJoint) + longestEscape}
}

// leastPiece is how long a piece of a value is, in characters, that another one follows.
const leastPiece = 32

// decoder decodes a value piece by piece.
type decoder struct {
	kind  Kind
	text  []byte
	out   []byte
	group uint32 // what was read of a group of characters
	have  int    // how many
	run   int    // characters of the piece at hand
	most  int    // it is taken no further
	kept  int    // of out, with the pieces before it
	ended bool   // by padding
}

// take decodes a piece, and returns where it ends.
func (d *decoder) take(at, end int) int {
	d.kept = len(d.out)
	for at < end && d.run <= d.most {
		c, size := d.text[at], 1
		v := d.valueOf(c)
		if v == none {
			if c, size = escapedSign(d.text, at, end); size == 0 {
				return at
			}
			if c == '=' {
				return d.padding(at, end)
			}
			if v = d.valueOf(c); v == none {
				return at
			}
		}
		d.put(v)
		at += size
		d.run++
	}
	return at
}

func (d *decoder) valueOf(c byte) byte {
	if d.kind == Hex {
		return nibbles[c]
	}
	return sextets[c]
}

func (d *decoder) put(v byte) {
	d.have++
	if d.kind == Hex {
		if d.group = d.group<<4 | uint32(v); d.have == 2 {
			d.out = append(d.out, byte(d.group))
			d.group, d.have = 0, 0
		}
		return
	}
	if d.group = d.group<<6 | uint32(v); d.have == 4 {
		d.out = append(d.out, byte(d.group>>16), byte(d.group>>8), byte(d.group))
		d.group, d.have = 0, 0
	}
}

// padding passes over the signs that fill up the last group.
func (d *decoder) padding(at, end int) int {
	d.ended = true
	for range 2 {
		c, size := escapedSign(d.text, at, end)
		if c != '=' {
			break
		}
		at += size
	}
	return at
}

// flush decodes what the last group holds.
func (d *decoder) flush() {
	if d.kind == Base64 && d.have >= 2 {
		v := d.group << (6 * (4 - d.have))
		d.out = append(d.out, byte(v>>16))
		if d.have == 3 {
			d.out = append(d.out, byte(v>>8))
		}
	}
	d.have = 0
}

// drop takes back the piece at hand.
func (d *decoder) drop() { d.out, d.have = d.out[:d.kept], 0 }

// goesOn returns where the value goes on behind a piece that ends at text[at].
func (d *decoder) goesOn(at int) (next int, ok bool) {
	if d.ended || d.have != 0 || d.run < leastPiece {
		return 0, false
	}
	return joint(d.text, at)
}

// escapedSign reads a sign of base64 at text[at] as URLs, JSON and HTML write it, and
// returns its length there; 0 if there is none. A bare '=' is one, too.
func escapedSign(text []byte, at, end int) (c byte, size int) {
	if at >= end {
		return 0, 0
	}
	switch text[at] {
	case '=':
		if at+3 <= end && text[at+1] == '3' && (text[at+2]|0x20) == 'd' { // quoted-printable
			return '=', 3
		}
		return '=', 1
	case '\\', '%', '&':
		if c, size = unescape(text[at:min(end, at+longestEscape)]); c == '+' || c == '/' || c == '=' {
			return c, size
		}
	}
	return 0, 0
}

// MaxJoint bounds what stands between two pieces of one value: mostly indentation.
const MaxJoint = 200

// joint returns where the next piece begins behind one that ends at text[at]: on the next
// line, or behind what joins two texts of a program or of a list.
func joint(text []byte, at int) (next int, ok bool) {
	j := joiner{text[:min(len(text), at+MaxJoint)], at}
	quote := j.any("\"'`")
	j.blanks()
	breaks, joins := j.lineBreak(), false
	if !breaks {
		joins = j.any("+&.,\\") != 0
		j.blanks()
		breaks = j.lineBreak()
	}
	j.blanks()
	if breaks && quote == 0 {
		j.any("#*>|+") // of a comment, a citation, a difference
		j.blanks()
	}
	if quote != 0 {
		j.any("+&.")
		j.blanks()
		if j.any("\"'`") != quote {
			return 0, false
		}
	}
	return j.at, breaks || joins && quote != 0
}

type joiner struct {
	text []byte
	at   int
}

// any passes over a byte of a set and returns it.
func (j *joiner) any(of string) byte {
	if j.at < len(j.text) && bytes.IndexByte([]byte(of), j.text[j.at]) >= 0 {
		j.at++
		return j.text[j.at-1]
	}
	return 0
}

func (j *joiner) blanks() {
	for j.at < len(j.text) && (j.text[j.at] == ' ' || j.text[j.at] == '\t') {
		j.at++
	}
}

// lineBreak passes over line breaks, bare or escaped.
func (j *joiner) lineBreak() bool {
	from := j.at
	for j.at < len(j.text) {
		c, size := j.text[j.at], 1
		if c == '\\' || c == '%' || c == '&' {
			if c, size = unescape(j.text[j.at:]); size == 0 {
				break
			}
		}
		if c != '\n' && c != '\r' {
			break
		}
		j.at += size
	}
	return j.at > from
}
