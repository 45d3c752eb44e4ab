package office

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/extract/charset"
)

// kind is that of a token.
type kind uint8

const (
	startTag kind = iota
	endTag
	characters
)

// tokens reads XML as a sequence of tags and texts, however broken: it knows no
// well-formedness, so damage costs what is damaged. It expands the five named
// entities and character references only, which is all that office documents
// use, so no declaration can make it grow.
type tokens struct {
	data []byte
	at   int

	kind  kind
	name  []byte // of a tag, without its prefix
	attrs []byte // of a start tag, as they stand
	text  []byte // of characters, decoded; valid until the next token
	empty bool   // a start tag that is its end, too

	buf   []byte
	loose bool // a quote was left open: quotes mean nothing from here on
}

// newTokens reads a part in any of Unicode's encodings.
func newTokens(data []byte) *tokens {
	data = charset.Detect(data).Bytes(data)
	if bytes.IndexByte(data, 0) >= 0 {
		data = bytes.ReplaceAll(data, []byte{0}, nil)
	}
	if !utf8.Valid(data) {
		data = bytes.ToValidUTF8(data, []byte("\ufffd"))
	}
	return &tokens{data: data}
}

// next moves to the next token and reports whether there is one.
func (t *tokens) next() bool {
	for t.at < len(t.data) {
		if t.data[t.at] != '<' {
			t.characters()
			return true
		}
		if t.markup() {
			return true
		}
	}
	return false
}

func (t *tokens) characters() {
	rest := t.data[t.at:]
	end := bytes.IndexByte(rest, '<')
	if end < 0 {
		end = len(rest)
	}
	if end > maxText {
		end = cutText(rest)
	}
	t.kind, t.text = characters, t.decode(rest[:end])
	t.at += end
}

// maxText bounds how long one text is, and the value of an attribute: what is
// decoded is held once more.
const maxText = 1 << 20

// cutText returns where to cut a text so that neither a character nor a
// reference is parted.
func cutText(text []byte) int {
	end := maxText
	for end > maxText-longestReference && !utf8.RuneStart(text[end]) {
		end--
	}
	if i := bytes.LastIndexByte(text[end-longestReference:end], '&'); i >= 0 {
		end += i - longestReference
	}
	return end
}

// markup reads what begins with <, and reports whether it is a token.
func (t *tokens) markup() bool {
	rest := t.data[t.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		body, _ := t.until(len("<![CDATA["), "]]>")
		t.kind, t.text = characters, body
		return true
	case bytes.HasPrefix(rest, []byte("<!--")):
		t.until(len("<!--"), "-->")
		return false
	case bytes.HasPrefix(rest, []byte("<?")):
		t.until(len("<?"), "?>")
		return false
	case bytes.HasPrefix(rest, []byte("<!")):
		t.declaration()
		return false
	}
	return t.tag()
}

// until moves behind the next end mark and returns what stands before it.
func (t *tokens) until(skip int, end string) ([]byte, bool) {
	body := t.data[min(len(t.data), t.at+skip):]
	i := bytes.Index(body, []byte(end))
	if i < 0 {
		t.at = len(t.data)
		return body, false
	}
	t.at += skip + i + len(end)
	return body[:i], true
}

// declaration skips a document type with whatever it declares.
func (t *tokens) declaration() {
	depth := 0
	for ; t.at < len(t.data); t.at++ {
		switch t.data[t.at] {
		case '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth <= 0 {
				t.at++
				return
			}
		}
	}
}

// tag reads a start or end tag. A < that begins none is a character.
func (t *tokens) tag() bool {
	rest := t.data[t.at+1:]
	closing := len(rest) > 0 && rest[0] == '/'
	if closing {
		rest = rest[1:]
	}
	n := 0
	for n < len(rest) && isName(rest[n]) {
		n++
	}
	if n == 0 {
		t.at++
		return false
	}
	end := t.tagEnd(rest[n:])
	name := rest[:n]
	if colon := bytes.LastIndexByte(name, ':'); colon >= 0 {
		name = name[colon+1:]
	}
	t.name, t.attrs = name, rest[n:n+end]
	t.empty = !closing && end > 0 && t.attrs[end-1] == '/'
	t.kind = startTag
	if closing {
		t.kind = endTag
	}
	t.at = len(t.data) - len(rest) + n + end
	if t.at < len(t.data) && t.data[t.at] == '>' {
		t.at++
	}
	return true
}

// tagEnd returns where a tag ends: at a > outside of quotes, or with the data.
// Where quotes are left open, at any > or at the < that begins another tag.
func (t *tokens) tagEnd(b []byte) int {
	quote := byte(0)
	for i := 0; i < len(b) && !t.loose; i++ {
		switch c := b[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	t.loose = true
	if i := bytes.IndexAny(b, "<>"); i >= 0 {
		return i
	}
	return len(b)
}

func isName(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == ':' || c == '_' || c == '-' || c == '.' || c >= 0x80
}

// attr returns the value of an attribute by its name without a prefix.
func (t *tokens) attr(name string) string {
	var out string
	t.eachAttr(func(key, value []byte) bool {
		if string(key) != name {
			return true
		}
		out = string(t.decode(value))
		return false
	})
	return out
}

// eachAttr calls f with each attribute's name without its prefix, and its value
// as it stands, until f returns false.
func (t *tokens) eachAttr(f func(key, value []byte) bool) {
	rest := t.attrs
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return
		}
		key := bytes.TrimSpace(rest[:eq])
		for i := len(key) - 1; i >= 0; i-- {
			if c := key[i]; c == ':' || c <= ' ' || c == '/' {
				key = key[i+1:]
				break
			}
		}
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 {
			return
		}
		if rest[0] != '"' && rest[0] != '\'' {
			continue
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return
		}
		if !f(key, rest[1:1+min(end, maxText)]) {
			return
		}
		rest = rest[end+2:]
	}
}

// decode expands references. The result is valid until the next call.
func (t *tokens) decode(raw []byte) []byte {
	if bytes.IndexByte(raw, '&') < 0 {
		return raw
	}
	out := t.buf[:0]
	for i := 0; i < len(raw); {
		c := raw[i]
		if c != '&' {
			out = append(out, c)
			i++
			continue
		}
		r, n := reference(raw[i:])
		if n == 0 {
			out = append(out, c)
			i++
			continue
		}
		if r != 0 {
			out = utf8.AppendRune(out, r)
		}
		i += n
	}
	t.buf = out
	return out
}

var entities = map[string]rune{"lt": '<', "gt": '>', "amp": '&', "quot": '"', "apos": '\''}

// longestReference is enough for every character, however it is written.
const longestReference = 12

// reference reads the reference that b begins with and returns its length, 0 if
// there is none.
func reference(b []byte) (rune, int) {
	end := bytes.IndexByte(b[:min(len(b), longestReference)], ';')
	if end < 2 {
		return 0, 0
	}
	name := string(b[1:end])
	if r, ok := entities[name]; ok {
		return r, end + 1
	}
	if name[0] != '#' {
		return 0, 0
	}
	digits, base := name[1:], 10
	if len(digits) > 1 && digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	if err != nil {
		return 0, 0
	}
	return rune(n), end + 1
}
