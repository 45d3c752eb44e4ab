package markup

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/deputy-sec/deputy/scanner/extract/excalidraw"
)

// Histories hold thousands of versions of generated pages, and all of their text is read
// for the few places that their bytes do not show. What follows reads what such pages are
// made of in a tenth of the time that a tokenizer takes which makes tokens of attributes,
// and leaves the rest to that one: both give the same text.

// show appends the text of a page to text, as [writer.page] writes it, that of scripts
// and styles only if all is set. It is false for a page in which there is something that
// only the tokenizer reads: documents in attributes, NULs, plaintext, scripts in comments
// in scripts.
func show(text, page []byte, all bool) ([]byte, bool) {
	s := shown{text: text, all: all}
	if !s.read(page) {
		return text, false
	}
	return s.text, true
}

// read reads a page, or a further piece of it.
func (s *shown) read(page []byte) bool {
	if len(page) > maxToken || bytes.IndexByte(page, 0) >= 0 || bytes.Contains(page, []byte(diagramMark)) || excalidraw.InSVG(page) {
		return false
	}
	s.page, s.at, s.valid, s.feeds = page, 0, utf8.Valid(page), bytes.IndexByte(page, '\r') >= 0
	for s.at < len(page) {
		if !s.next() {
			return false
		}
	}
	return true
}

// shown is the reading of one page.
type shown struct {
	text   []byte
	page   []byte
	at     int
	all    bool
	valid  bool   // the page is UTF-8
	feeds  bool   // the page has carriage returns
	holds  bool   // a document, in an attribute
	key    []byte // of the attribute at hand
	placed placed // of the tag at hand
	flow
}

// next reads a text and the tag, comment or the like behind it. It is false if that is not
// for us.
func (s *shown) next() bool {
	from := s.at
	for {
		i := bytes.IndexByte(s.page[s.at:], '<')
		if i < 0 || s.at+i+1 == len(s.page) {
			s.at = len(s.page)
			s.write(s.page[from:], true)
			return true
		}
		s.at += i + 1
		switch c := s.page[s.at]; {
		case isLetter(c):
			s.write(s.page[from:s.at-1], true)
			return s.tag(true)
		case c == '/':
			s.write(s.page[from:s.at-1], true)
			return s.end()
		case c == '!':
			s.write(s.page[from:s.at-1], true)
			s.declaration()
			return true
		case c == '?':
			s.write(s.page[from:s.at-1], true)
			s.past('>')
			return true
		}
	}
}

// end reads what begins with "</".
func (s *shown) end() bool {
	s.at++
	switch {
	case s.at == len(s.page):
		s.write(s.page[s.at-2:], true)
	case isLetter(s.page[s.at]):
		return s.tag(false)
	default: // no tag
		s.past('>')
	}
	return true
}

// past moves behind the next c.
func (s *shown) past(c byte) {
	i := bytes.IndexByte(s.page[s.at:], c)
	if i < 0 {
		s.at = len(s.page)
		return
	}
	s.at += i + 1
}

// declaration reads what begins with "<!": a comment ends as the HTML Living Standard
// says (13.2.5.43 and following), anything else with the next '>'.
func (s *shown) declaration() {
	s.at++
	if !bytes.HasPrefix(s.page[s.at:], []byte("--")) {
		s.past('>')
		return
	}
	s.at += 2
	begin := s.at
	for {
		s.past('>')
		body := s.page[begin:s.at]
		switch {
		case s.at == len(s.page), bytes.Equal(body, []byte(">")), bytes.Equal(body, []byte("->")):
			return
		case bytes.HasSuffix(body, []byte("-->")), bytes.HasSuffix(body, []byte("--!>")):
			return
		}
	}
}

// tag reads the tag whose name begins here.
func (s *shown) tag(start bool) bool {
	begin := s.at
	for s.at < len(s.page) && sort[s.page[s.at]] == plain {
		s.at++
	}
	name := s.page[begin:s.at]
	if s.at < len(s.page) && sort[s.page[s.at]] == other {
		name = s.otherName(begin)
	}
	element := string(name)
	if s.at < len(s.page) && s.page[s.at] == '>' {
		s.at++
	} else if !s.attributesOf(element, start) {
		s.at = len(s.page) // the page ends within the tag
		return true
	}
	if s.holds && start {
		return false
	}
	s.text = append(s.text, s.flow.tag(element, start)...)
	if !start {
		return true
	}
	if kind := rawText(element); kind != "" {
		return s.raw(string(name), kind)
	}
	return true
}

// otherName reads a name in which there is more than small letters and digits.
func (s *shown) otherName(begin int) []byte {
	for s.at < len(s.page) && sort[s.page[s.at]] < blank {
		s.at++
	}
	const longest = 16 // longer names are of no interest
	name := s.page[begin:s.at]
	if len(name) > longest {
		return nil
	}
	name = bytes.Clone(name)
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			name[i] = c | 0x20
		}
	}
	return name
}

// The sorts of bytes that tags are made of.
const (
	other = iota
	plain // small letters and digits
	blank
	ending // '/' and '>'
)

var sort = func() (sorts [256]byte) {
	for c := range sorts {
		switch b := byte(c); {
		case 'a' <= b && b <= 'z' || isDigit(b):
			sorts[c] = plain
		case isOneOf(b, " \n\r\t\f"):
			sorts[c] = blank
		case b == '/' || b == '>':
			sorts[c] = ending
		}
	}
	return sorts
}()

// value looks at the value of an attribute.
func (s *shown) value(value []byte) {
	const uri, longest = "data:", 64 // bytes of its beginning, if references stand for them
	if s.placed != unplaced {
		s.holds = s.holds || bytes.ContainsAny(value, "&\r") // the tokenizer reads these
		s.flow.place(s.placed, s.key, value)
	}
	switch {
	case len(value) == 0:
	case value[0] == 'd' && bytes.HasPrefix(value, []byte(uri)):
		s.holds = true
	case (value[0] == 'd' || value[0] == '&') && bytes.IndexByte(value[:min(len(value), longest)], '&') >= 0:
		s.holds = s.holds || strings.HasPrefix(html.UnescapeString(string(value[:min(len(value), longest)])), uri)
	}
}

func isBlank(c byte) bool { return sort[c] == blank }

func (s *shown) blanks() {
	for s.at < len(s.page) && isBlank(s.page[s.at]) {
		s.at++
	}
}

// attributesOf is attributes for a tag with that name.
func (s *shown) attributesOf(name string, start bool) bool {
	if start {
		s.placed = placedBy(name)
	}
	whole := s.attributes()
	s.placed = unplaced
	return whole
}

// attributes moves behind the end of a tag, over the attributes; false if there is none.
func (s *shown) attributes() bool {
	page := s.page
	for s.blanks(); s.at < len(page); s.blanks() {
		if page[s.at] == '>' {
			s.at++
			return true
		}
		key := s.at
		for s.at < len(page) && sort[page[s.at]] < blank && (page[s.at] != '=' || s.at == key) {
			s.at++
		}
		if s.placed != unplaced {
			s.key = page[key:s.at]
		}
		s.blanks()
		if s.at < len(page) && page[s.at] == '/' {
			s.at++
			continue
		}
		if s.at >= len(page) || page[s.at] != '=' {
			continue
		}
		s.at++
		if s.blanks(); s.at == len(page) {
			return false
		}
		switch quote := page[s.at]; quote {
		case '"', '\'':
			s.at++
			i := bytes.IndexByte(page[s.at:], quote)
			if i < 0 {
				return false
			}
			s.value(page[s.at:][:i])
			s.at += i + 1
		default:
			begin := s.at
			for s.at < len(page) && !isBlank(page[s.at]) && page[s.at] != '>' {
				s.at++
			}
			s.value(page[begin:s.at])
		}
	}
	return false
}

// rawText says what the content of an element is whose content is no markup; "" of others.
func rawText(name string) string {
	switch name {
	case "script", "style":
		return "code"
	case "title", "textarea":
		return "text"
	case "iframe", "noembed", "noframes", "noscript", "xmp":
		return "raw"
	case "plaintext":
		return "rest"
	}
	return ""
}

// raw reads the content of an element that is no markup, up to its end tag.
func (s *shown) raw(name, kind string) bool {
	if kind == "rest" {
		return false
	}
	begin := s.at
	s.at += endTag(s.page[begin:], name)
	content := s.page[begin:s.at]
	switch {
	case name == "script" && nested(content):
		return false
	case kind != "code" || s.all:
		s.write(content, kind == "text")
	}
	return true
}

// nested reports whether a script may hold a script in a comment, whose end tag is not the
// script's.
func nested(script []byte) bool {
	i := bytes.Index(script, []byte("<!--"))
	return i >= 0 && bytes.Contains(bytes.ToLower(script[i:]), []byte("<script"))
}

// endTag returns where the end tag of an element begins.
func endTag(content []byte, name string) int {
	for at := 0; ; {
		i := bytes.Index(content[at:], []byte("</"))
		if i < 0 {
			return len(content)
		}
		at += i
		behind := at + 2 + len(name)
		if behind < len(content) && bytes.EqualFold(content[at+2:behind], []byte(name)) &&
			(isBlank(content[behind]) || content[behind] == '/' || content[behind] == '>') {
			return at
		}
		at += 2
	}
}

// write appends a text, with references in it or without.
func (s *shown) write(text []byte, references bool) {
	if len(text) == 0 {
		return
	}
	if s.feeds {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	if references && bytes.IndexByte(text, '&') >= 0 {
		text = []byte(html.UnescapeString(string(text)))
	}
	if !s.valid {
		text = bytes.ToValidUTF8(text, []byte("\ufffd"))
	}
	if s.tables > 0 || s.broken {
		var separator string
		separator, text = s.flow.text(text)
		s.text = append(s.text, separator...)
	} else if len(text) > 0 {
		s.fresh, s.edge = false, false
	}
	s.text = append(s.text, text...)
}
