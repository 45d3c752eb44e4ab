package markup

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract/excalidraw"
)

// The scanner has the bytes of a page as they stand. What follows tells at a glance
// whether a page shows more than that, for those that lie in other documents: it costs
// no more than to read the page, and saves a text that says the same again.

// hides reports whether a page shows a browser what its bytes do not show: words that
// are parted by tags within a line or in which references stand for characters, values
// with tags between them and their names, or documents in data: URIs. What stands in
// scripts and styles stands there as it is.
func hides(page []byte) bool {
	for len(page) > 0 {
		markup, rest := untilScript(page)
		if holdsDocuments(markup) || hidesWords(markup) || hasReferences(markup) {
			return true
		}
		page = rest
	}
	return false
}

// showsText reports whether a picture has text of which a browser shows more than the
// bytes do: labels and values are elements of their own. Nearly all icons have none.
func showsText(svg []byte) bool {
	for _, mark := range []string{"<text", ":text", "foreignObject", "<flow"} {
		if bytes.Contains(svg, []byte(mark)) {
			return true
		}
	}
	return hides(svg)
}

// untilScript parts a page before the content of its next script or style.
func untilScript(page []byte) (markup, rest []byte) {
	for at := 0; ; at++ {
		i := bytes.IndexByte(page[at:], '<')
		if i < 0 {
			return page, nil
		}
		at += i
		name := rawElement(page[at+1:])
		if name == "" {
			continue
		}
		begin := bytes.IndexByte(page[at:], '>')
		if begin < 0 {
			return page, nil
		}
		begin += at + 1
		end := endTag(page[begin:], name)
		return page[:begin], page[begin+end:]
	}
}

// rawElement returns the name of the element that begins so and whose content is no
// markup; "" if it is another.
func rawElement(tag []byte) string {
	for _, name := range []string{"script", "style"} {
		if len(tag) > len(name) && strings.EqualFold(string(tag[:len(name)]), name) && !isLetter(tag[len(name)]) {
			return name
		}
	}
	return ""
}

// holdsDocuments reports whether there may be documents in a page: in attributes that
// are data: URIs, or the source that draw.io and Excalidraw keep in their SVGs.
func holdsDocuments(markup []byte) bool {
	if bytes.Contains(markup, []byte(diagramMark)) || excalidraw.InSVG(markup) {
		return true
	}
	for at := 0; ; at++ {
		i := bytes.Index(markup[at:], []byte("data:"))
		if i < 0 {
			return false
		}
		at += i
		if beginsValue(markup[:at]) {
			return true
		}
	}
}

// beginsValue reports whether what follows begins the value of an attribute.
func beginsValue(before []byte) bool {
	const blanks = " \t\r\n"
	before = bytes.TrimRight(before, blanks)
	if n := len(before); n > 0 && (before[n-1] == '"' || before[n-1] == '\'') {
		return bytes.HasSuffix(bytes.TrimRight(before[:n-1], blanks), []byte("="))
	}
	if !bytes.HasSuffix(before, []byte("=")) {
		return false
	}
	name := bytes.TrimRight(before[:len(before)-1], blanks)
	start := bytes.TrimRightFunc(name, func(r rune) bool { return r < 0x80 && (isLetter(byte(r)) || r == '-' || r == ':') })
	return len(start) < len(name) && len(start) > 0 && strings.IndexByte(blanks+"/", start[len(start)-1]) >= 0
}

// hidesWords reports whether tags that do not part text, or comments, stand within a
// word, or an element holds a value and nothing else.
func hidesWords(markup []byte) bool {
	for at := 0; ; at++ {
		i := bytes.IndexByte(markup[at:], '<')
		if i < 0 {
			return false
		}
		at += i
		if at > 0 && inWord(markup[at-1]) && wordBehindTags(markup[at:]) || endsInValue(markup[:at]) {
			return true
		}
		if bytes.HasPrefix(markup[at:], []byte("<!--")) {
			end := bytes.Index(markup[at:], []byte("-->"))
			if end < 0 {
				return false
			}
			at += end
		}
	}
}

// inWord reports whether IDs and keys are made of a character.
func inWord(c byte) bool { return isLetter(c) || isDigit(c) || isOneOf(c, "+/=-_") }

// inValue says the same of the pieces and lists of them that elements hold.
func inValue(c byte) bool { return inWord(c) || isOneOf(c, ":.,@\"'") }

func isOneOf(c byte, of string) bool { return c != 0 && strings.IndexByte(of, c) >= 0 }

// endsInValue reports whether what begins an element has no more in it than what may be
// an ID, a key or a piece of one.
func endsInValue(element []byte) bool {
	const most, least, leastNumber = 200, 8, 4
	digits, length := 0, 0
	for length < most && length < len(element) && inValue(element[len(element)-1-length]) {
		if isDigit(element[len(element)-1-length]) {
			digits++
		}
		length++
	}
	if length == len(element) || element[len(element)-1-length] != '>' {
		return false
	}
	return digits > 0 && length >= least || digits == length && length >= leastNumber
}

// wordBehindTags reports whether tags that do not part text, and comments, and nothing
// else stand between the beginning of a text and a word.
func wordBehindTags(text []byte) bool {
	const most, longest = 8, 300 // tags, and bytes of one
	for range most {
		if len(text) == 0 || text[0] != '<' {
			break
		}
		if comment, ok := bytes.CutPrefix(text, []byte("<!--")); ok {
			end := bytes.Index(comment[:min(len(comment), longest)], []byte("-->"))
			if end < 0 {
				return false
			}
			text = comment[end+len("-->"):]
			continue
		}
		end := bytes.IndexByte(text[:min(len(text), longest)], '>')
		if end < 0 || parts(tagName(text[1:end])) {
			return false
		}
		text = text[end+1:]
	}
	return len(text) > 0 && inWord(text[0])
}

func tagName(tag []byte) string {
	tag = bytes.TrimPrefix(tag, []byte("/"))
	if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(string(tag))
}

// hasReferences reports whether references stand for characters of IDs and keys.
func hasReferences(markup []byte) bool {
	for at := 0; ; at++ {
		i := bytes.IndexByte(markup[at:], '&')
		if i < 0 {
			return false
		}
		at += i
		if c := referenced(markup[at+1 : min(len(markup), at+12)]); inWord(c) || isOneOf(c, ":.@") {
			return true
		}
	}
}

// named are the references by name to characters that join words (HTML Living
// Standard, 13.5).
var named = map[string]byte{
	"plus;": '+', "sol;": '/', "equals;": '=', "hyphen;": '-', "dash;": '-', "colon;": ':', "period;": '.', "lowbar;": '_', "UnderBar;": '_', "commat;": '@',
}

// referenced returns the character of ASCII that a reference stands for, from behind
// its & on; 0 if it is none, or one that is not looked for.
func referenced(reference []byte) byte {
	number, ok := bytes.CutPrefix(reference, []byte("#"))
	if !ok {
		if end := bytes.IndexByte(reference, ';'); end >= 0 {
			return named[string(reference[:end+1])]
		}
		return 0
	}
	base, alphabet := 10, "0123456789"
	if len(number) > 0 && number[0]|0x20 == 'x' {
		base, alphabet, number = 16, "0123456789abcdefABCDEF", number[1:]
	}
	digits := number[:len(number)-len(bytes.TrimLeft(number, alphabet))]
	code, err := strconv.ParseUint(string(digits), base, 7)
	if err != nil {
		return 0
	}
	return byte(code)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
