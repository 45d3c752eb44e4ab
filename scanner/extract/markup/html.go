package markup

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// All returns the extractors of all formats.
func All() []*extract.Extractor {
	return []*extract.Extractor{newDiagram(), newSVG(), newHTML(), newNotebook(), newRTF()}
}

func newHTML() *extract.Extractor {
	return &extract.Extractor{
		Name: "HTML page", Text: true,
		Claims: func(head []byte) bool { return begins(head, "<!doctype html", "<html") },
		Worth:  hides,
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			return (&writer{out: out}).read(doc)
		},
	}
}

func newSVG() *extract.Extractor {
	return &extract.Extractor{
		Name: "SVG picture", Text: true,
		Claims: func(head []byte) bool {
			return begins(head, "<svg") || begins(head, "<?xml", "<!doctype svg") && bytes.Contains(head, []byte("<svg"))
		},
		Worth: hides,
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			return (&writer{out: out}).read(doc)
		},
	}
}

// begins says whether a text begins with one of the words, in any case, behind a
// byte order mark, blanks and comments.
func begins(head []byte, words ...string) bool {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for {
		head = bytes.TrimLeft(head, " \t\r\n")
		if !bytes.HasPrefix(head, []byte("<!--")) {
			break
		}
		end := bytes.Index(head, []byte("-->"))
		if end < 0 {
			return false
		}
		head = head[end+3:]
	}
	for _, w := range words {
		if len(head) >= len(w) && strings.EqualFold(string(head[:len(w)]), w) {
			return true
		}
	}
	return false
}

// hides says whether a page shows a browser what its bytes do not show.
func hides(data []byte) bool { return holdsDocuments(data) || hidesDigits(data) }

// holdsDocuments says whether there may be documents in a page: in attributes that
// are data: URIs, or the source that draw.io keeps in its SVGs.
func holdsDocuments(data []byte) bool {
	if bytes.Contains(data, []byte(diagramMark)) {
		return true
	}
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("data:"))
		if i < 0 {
			return false
		}
		at += i
		for _, lead := range []string{`="`, `='`, `src=`, `href=`} {
			if bytes.HasSuffix(data[:at], []byte(lead)) {
				return true
			}
		}
		at++
	}
}

// hidesDigits says whether digits of a page, or what keys are made of beside letters
// and digits, are parted by tags or written as references.
func hidesDigits(data []byte) bool {
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '<')
		if i < 0 {
			break
		}
		at += i
		if at > 0 && isDigit(data[at-1]) && digitBehindTags(data[at:]) {
			return true
		}
		at++
	}
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("&#"))
		if i < 0 {
			return false
		}
		at += i + len("&#")
		if inKeys(referenced(data[at:min(len(data), at+8)])) {
			return true
		}
	}
}

func inKeys(c byte) bool { return isDigit(c) || c == '+' || c == '/' || c == '=' }

// referenced returns the character of ASCII that a numeric reference stands for,
// from behind its &# on; 0 if it is none.
func referenced(reference []byte) byte {
	base := 10
	if len(reference) > 0 && reference[0]|0x20 == 'x' {
		base, reference = 16, reference[1:]
	}
	end := bytes.IndexFunc(reference, func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) })
	if end < 0 {
		end = len(reference)
	}
	code, err := strconv.ParseUint(string(reference[:end]), base, 7)
	if err != nil {
		return 0
	}
	return byte(code)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digitBehindTags says whether tags that do not part text, and nothing else, stand
// between the beginning of text and a digit.
func digitBehindTags(text []byte) bool {
	for range 8 {
		if !beginsTag(text) {
			break
		}
		end := bytes.IndexByte(text[:min(len(text), 300)], '>')
		if end < 0 {
			return false
		}
		name := tagName(text[1:end])
		if parts[name] || strings.ContainsAny(name, `&|;,.+*%()[]{}="'`) { // an element that parts, or a script
			return false
		}
		text = text[end+1:]
	}
	return len(text) > 0 && isDigit(text[0])
}

// beginsTag says whether a tag or a comment begins a text: scripts have a < before a
// number (HTML Living Standard, 13.2.5.6).
func beginsTag(text []byte) bool {
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	return isLetter(text[1]) || text[1] == '/' || text[1] == '!'
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func tagName(tag []byte) string {
	tag = bytes.TrimPrefix(tag, []byte("/"))
	if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	return strings.ToLower(string(tag))
}

// parts are the elements that part what stands before and behind them; all others
// are within a line.
var parts = set("p div section article header footer main nav aside ul ol li dl dt dd table tr td th thead tbody tfoot caption " +
	"h1 h2 h3 h4 h5 h6 br hr pre blockquote form fieldset option select textarea button title script style text g svg body html head " +
	"figure figcaption address details summary iframe")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// writer writes what a page shows.
type writer struct {
	out    *extract.Output
	silent bool // the text says no more than the bytes, and is left out
	fresh  bool // a separator stands at the end
	images int
}

// maxToken bounds a tag or text; a longer one is read in pieces or ends the page.
const maxToken = 64 << 20

// diagramMark is the root of a diagram.
const diagramMark = "mxfile"

// read writes what a page hides: its text, if that hides digits, and documents. The
// scanner has the bytes.
func (w *writer) read(doc *extract.Document) error {
	data, err := doc.Bytes()
	if err != nil || !hides(data) {
		return err
	}
	w.silent = !hidesDigits(data)
	return w.page(data)
}

// markup writes the text of a piece of HTML, which often has no markup in it.
func (w *writer) markup(text string) error {
	if strings.ContainsAny(text, "<&") {
		return w.page([]byte(text))
	}
	return w.write([]byte(text))
}

// page writes the text of a page in HTML, SVG or anything like them.
func (w *writer) page(data []byte) error {
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxToken)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.out.Err()
		case html.TextToken:
			if w.silent {
				continue
			}
			if err := w.write(z.Text()); err != nil {
				return err
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			if err := w.start(z); err != nil {
				return err
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if err := w.part(string(name)); err != nil {
				return err
			}
		}
	}
}

func (w *writer) start(z *html.Tokenizer) error {
	name, more := z.TagName()
	if cell := string(name); cell != "td" && cell != "th" {
		if err := w.part(cell); err != nil {
			return err
		}
	}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch {
		case bytes.HasPrefix(value, []byte("data:")):
			if err := w.embedded(value); err != nil {
				return err
			}
		case string(key) == "content" && bytes.Contains(value, []byte("<"+diagramMark)):
			if err := w.out.EmbedBytes("", "diagram", bytes.Clone(value)); err != nil {
				return err
			}
			w.out.Begin("")
		}
	}
	return nil
}

// part writes the separator of an element, if it has one.
func (w *writer) part(name string) error {
	switch {
	case w.silent:
		return nil
	case name == "td" || name == "th":
		_, err := w.out.WriteString("\t")
		return err
	case !parts[name] || w.fresh:
		return nil
	}
	w.fresh = true
	_, err := w.out.WriteString("\n")
	return err
}

func (w *writer) write(text []byte) error {
	text = bytes.ToValidUTF8(bytes.ReplaceAll(text, []byte{0}, nil), []byte("\ufffd"))
	if len(text) > 0 {
		w.fresh = false
	}
	_, err := w.out.Write(text)
	return err
}

// embedded hands on what a data: URI holds.
func (w *writer) embedded(uri []byte) error {
	content, ok := dataURI(string(uri))
	if !ok {
		return nil
	}
	w.images++
	if err := w.out.EmbedBytes("", numbered("embedded file", w.images), content); err != nil {
		return err
	}
	w.out.Begin("")
	return nil
}

// dataURI decodes the content of a data: URI (RFC 2397).
func dataURI(uri string) ([]byte, bool) {
	head, body, ok := strings.Cut(strings.TrimPrefix(uri, "data:"), ",")
	if !ok || len(body) == 0 {
		return nil, false
	}
	if strings.HasSuffix(head, ";base64") {
		return decode64(body)
	}
	if text, err := url.PathUnescape(body); err == nil {
		return []byte(text), true
	}
	return []byte(body), true
}

// decode64 decodes base64 as people write it: with blanks, escapes and without
// padding.
func decode64(text string) ([]byte, bool) {
	text = strings.NewReplacer("\n", "", "\r", "", " ", "", "%2B", "+", "%2F", "/", "%3D", "", "=", "").Replace(text)
	content, err := base64.RawStdEncoding.DecodeString(text)
	return content, err == nil && len(content) > 0
}
