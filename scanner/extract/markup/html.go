package markup

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/excalidraw"
)

// All returns the extractors of all formats.
func All() []*extract.Extractor {
	return []*extract.Extractor{newDiagram(), newSVG(), newHTML(), newNotebook(), newRTF()}
}

func newHTML() *extract.Extractor {
	return &extract.Extractor{
		Name: "HTML page", Text: true,
		Claims:          claimsPage,
		NeedsExtraction: hides,
		InlineText:      func(text, page []byte) ([]byte, bool) { return show(text, page, false) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			return (&writer{out: out, matched: true}).read(doc)
		},
	}
}

// claimsPage claims pages, also those that are XML, and the pieces of them that begin with an
// element of a page's body.
func claimsPage(head []byte) bool {
	if begins(head, "<?xml", "<!doctype") {
		return bytes.Contains(head, []byte("<html")) || bytes.Contains(head, []byte(":html")) || begins(head, "<!doctype html")
	}
	return begins(head, "<html", "<body") || beginsElement(head)
}

func newSVG() *extract.Extractor {
	return &extract.Extractor{
		Name: "SVG picture", Text: true,
		Claims: func(head []byte) bool {
			return begins(head, "<svg") || begins(head, "<?xml", "<!doctype svg") && bytes.Contains(head, []byte("<svg"))
		},
		NeedsExtraction: showsText,
		InlineText:      func(text, page []byte) ([]byte, bool) { return show(text, page, false) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			return (&writer{out: out, matched: true}).read(doc)
		},
	}
}

// begins reports whether a text begins with one of the words, in any case, behind a
// byte order mark, blanks and comments.
func begins(head []byte, words ...string) bool {
	head = behindComments(head)
	for _, w := range words {
		if len(head) >= len(w) && strings.EqualFold(string(head[:len(w)]), w) {
			return true
		}
	}
	return false
}

// behindComments returns what stands behind a byte order mark, blanks and comments; nil if a
// comment does not end.
func behindComments(head []byte) []byte {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	for {
		head = bytes.TrimLeft(head, " \t\r\n")
		if !bytes.HasPrefix(head, []byte("<!--")) {
			return head
		}
		end := bytes.Index(head, []byte("-->"))
		if end < 0 {
			return nil
		}
		head = head[end+3:]
	}
}

// bodyElements are those that the pieces of pages begin with which programs join.
var bodyElements = set("p div section article header footer main nav aside ul ol dl table h1 h2 h3 h4 span pre blockquote form figure details center font b strong")

// beginsElement reports whether a text begins with an element of a page's body. Markdown does,
// too, but goes on in other ways.
func beginsElement(head []byte) bool {
	text := behindComments(head)
	if len(text) < 2 || text[0] != '<' || !isLetter(text[1]) {
		return false
	}
	n := 1
	for n < len(text) && n < 12 && (isLetter(text[n]) || isDigit(text[n])) {
		n++
	}
	return n < len(text) && (text[n] == '>' || isBlank(text[n])) && bodyElements[strings.ToLower(string(text[1:n]))] && !isMarkdown(text)
}

// isMarkdown reports whether a line of a text begins as none of a page does.
func isMarkdown(text []byte) bool {
	for _, mark := range []string{"\n#", "\n```", "\n![", "\n[", "\n- ", "\n* ", "\n> "} {
		if bytes.Contains(text, []byte(mark)) {
			return true
		}
	}
	return false
}

// parts reports whether an element parts what stands before and behind it; all others are
// within a line.
func parts(name string) bool {
	switch name {
	case "p", "div", "section", "article", "header", "footer", "main", "nav", "aside", "ul", "ol", "li", "dl", "dt",
		"dd", "table", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "br",
		"hr", "pre", "blockquote", "form", "fieldset", "option", "select", "textarea", "button", "title", "script",
		"style", "text", "g", "svg", "body", "html", "head", "figure", "figcaption", "address", "details", "summary",
		"iframe":
		return true
	}
	return false
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// writer writes what a page shows.
type writer struct {
	out     *extract.Output
	matched bool // the scanner has the bytes, and so all scripts
	flow    flow
	images  int
}

// maxToken bounds a tag or text; a longer one is read in pieces or ends the page.
const maxToken = 64 << 20

// diagramMark is the root of a diagram.
const diagramMark = "mxfile"

// read writes what a page shows.
func (w *writer) read(doc *extract.Document) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
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
	if err := w.scene(data); err != nil {
		return err
	}
	s := shown{all: !w.matched, flow: w.flow}
	if s.read(data) {
		w.flow = s.flow
		_, err := w.out.Write(s.text)
		return err
	}
	return w.tokens(data)
}

// scene hands on what Excalidraw keeps in a picture.
func (w *writer) scene(data []byte) error {
	if !excalidraw.InSVG(data) {
		return nil
	}
	scene, ok := excalidraw.OfSVG(data)
	if !ok {
		w.out.Unexamined("", "Excalidraw scene", extract.ErrDamaged)
		return nil
	}
	err := w.out.EmbedBytes("", "Excalidraw scene", scene)
	w.out.Begin("")
	return err
}

// tokens is page for what show does not read.
func (w *writer) tokens(data []byte) error {
	z := html.NewTokenizer(bytes.NewReader(data))
	z.SetMaxBuf(maxToken)
	script := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.out.Err()
		case html.TextToken:
			if script && w.matched {
				continue
			}
			if err := w.write(z.Text()); err != nil {
				return err
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, err := w.start(z)
			if err != nil {
				return err
			}
			script = name == "script" || name == "style"
		case html.EndTagToken:
			name, _ := z.TagName()
			script = false
			if err := w.tag(string(name), false); err != nil {
				return err
			}
		}
	}
}

func (w *writer) start(z *html.Tokenizer) (name string, err error) {
	tag, more := z.TagName()
	name = string(tag)
	by := placedBy(name)
	if by == unplaced {
		if err := w.tag(name, true); err != nil {
			return name, err
		}
	}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if by != unplaced {
			w.flow.place(by, key, value)
		}
		switch {
		case bytes.HasPrefix(value, []byte("data:")):
			if err := w.embedded(value); err != nil {
				return name, err
			}
		case string(key) == "content" && bytes.Contains(value, []byte("<"+diagramMark)):
			if err := w.out.EmbedBytes("", "diagram", bytes.Clone(value)); err != nil {
				return name, err
			}
			w.out.Begin("")
		}
	}
	if by != unplaced {
		return name, w.tag(name, true)
	}
	return name, nil
}

// tag writes what a tag does.
func (w *writer) tag(name string, start bool) error {
	separator := w.flow.tag(name, start)
	if separator == "" {
		return nil
	}
	_, err := w.out.WriteString(separator)
	return err
}

func (w *writer) write(text []byte) error {
	text = bytes.ToValidUTF8(bytes.ReplaceAll(text, []byte{0}, nil), []byte("\ufffd"))
	if len(text) == 0 {
		return nil
	}
	separator, text := w.flow.text(text)
	if _, err := w.out.WriteString(separator); err != nil {
		return err
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
