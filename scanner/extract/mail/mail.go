package mail

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"strings"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// New returns the extractor of messages and mailboxes.
func New() *extract.Extractor {
	return &extract.Extractor{Name: "mail message", Text: true, Claims: claims, Extract: run}
}

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	r := &reader{out: out}
	if !isMailbox(data) {
		return r.message(data, "", 0)
	}
	for n := 1; len(data) > 0; n++ {
		var message []byte
		message, data = nextMessage(data)
		if err := r.message(message, fmt.Sprintf("message %d", n), 0); err != nil {
			return err
		}
	}
	return nil
}

// nextMessage splits the first message off a mailbox: up to the next line that
// separates, behind an empty one.
func nextMessage(data []byte) (message, rest []byte) {
	data = afterLine(data) // "From …"
	for at := 0; ; {
		i := bytes.Index(data[at:], []byte("\nFrom "))
		if i < 0 {
			return data, nil
		}
		at += i + 1
		before := bytes.TrimSuffix(data[:at-1], []byte("\r"))
		line, _, _ := bytes.Cut(data[at:], []byte("\n"))
		if (len(before) == 0 || before[len(before)-1] == '\n') && separates(line) {
			return data[:at], data[at:]
		}
	}
}

func afterLine(data []byte) []byte {
	_, rest, _ := bytes.Cut(data, []byte("\n"))
	return rest
}

type reader struct {
	out *extract.Output
}

// deepest bounds messages and multiparts in each other. What lies deeper is in
// the text of the file, if it is not encoded.
const deepest = 30

func (r *reader) message(data []byte, place string, depth int) error {
	h, body := splitHeader(data)
	if err := r.headers(h, place); err != nil {
		return err
	}
	return r.entity(h, body, place, depth)
}

// headers writes those that do not say in the file what they say to a reader.
func (r *reader) headers(h header, place string) error {
	words := mime.WordDecoder{CharsetReader: charsetReader}
	for _, f := range h {
		value := string(f.value)
		if !strings.Contains(value, "=?") {
			continue
		}
		text, err := words.DecodeHeader(value)
		if err != nil || text == value {
			continue
		}
		r.out.Place(joinPlaces(place, "header "+f.name))
		if _, err := r.out.WriteString(f.name + ": " + clean(text) + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// entity reads a body by what its header says of it.
func (r *reader) entity(h header, body []byte, place string, depth int) error {
	if err := r.out.Err(); err != nil {
		return err
	}
	kind, params := mediaType(h.get("content-type"))
	encoding := strings.ToLower(strings.TrimSpace(h.get("content-transfer-encoding")))
	name := fileName(h, params)
	switch {
	case depth > deepest:
		r.out.Unexamined(name, place, &extract.OverBudget{Limit: "too many parts in each other"})
		return nil
	case kind == "multipart/encrypted", strings.HasSuffix(kind, "pkcs7-mime") && params["smime-type"] == "enveloped-data":
		r.out.Unexamined(name, place, extract.ErrEncrypted)
		return nil
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		return r.parts(body, params["boundary"], place, depth)
	case kind == "message/rfc822" && !encoded(encoding):
		return r.message(body, joinPlaces(place, "attached message"), depth+1)
	}
	content := decodeTransfer(body, encoding)
	attached := name != "" || strings.HasPrefix(strings.ToLower(h.get("content-disposition")), "attachment")
	switch {
	case attached:
		return r.out.EmbedBytes(name, joinPlaces(place, "attachment"), content)
	case kind == "text/html":
		return r.out.EmbedBytes("", joinPlaces(place, "HTML body"), toUTF8(content, params["charset"]))
	case kind == "" || strings.HasPrefix(kind, "text/"):
		return r.text(toUTF8(content, params["charset"]), body, joinPlaces(place, "body"))
	}
	return r.out.EmbedBytes("", joinPlaces(place, "part of type "+kind), content)
}

// text writes a body unless that is what the file shows.
func (r *reader) text(text, body []byte, place string) error {
	if bytes.Equal(text, body) {
		return r.uuencoded(body, place)
	}
	r.out.Begin("")
	r.out.Place(place)
	if _, err := r.out.WriteString(clean(string(text))); err != nil {
		return err
	}
	return r.uuencoded(text, place)
}

// parts reads what stands between lines that begin with the boundary. The last
// part may end without one.
func (r *reader) parts(body []byte, boundary, place string, depth int) error {
	line := []byte("--" + boundary)
	_, rest, found := cutBoundary(body, line)
	for found {
		if bytes.HasPrefix(rest, []byte("--")) {
			return nil
		}
		var part []byte
		part, rest, found = cutBoundary(afterLine(rest), line)
		h, content := splitHeader(part)
		if err := r.entity(h, content, place, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// cutBoundary splits data around the first boundary that begins a line. The line
// break before it belongs to it.
func cutBoundary(data, boundary []byte) (before, after []byte, found bool) {
	for at := 0; ; {
		i := bytes.Index(data[at:], boundary)
		if i < 0 {
			return data, nil, false
		}
		i += at
		at = i + len(boundary)
		if i == 0 || data[i-1] == '\n' {
			before = bytes.TrimSuffix(bytes.TrimSuffix(data[:i], []byte("\n")), []byte("\r"))
			return before, data[at:], true
		}
	}
}

// field is a header line, unfolded.
type field struct {
	name  string
	value []byte
}

type header []field

func (h header) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return string(f.value)
		}
	}
	return ""
}

// splitHeader reads the lines up to the first empty one. Lines that are none are
// left out.
func splitHeader(data []byte) (h header, body []byte) {
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return h, rest
		}
		if n := len(h); (line[0] == ' ' || line[0] == '\t') && n > 0 {
			h[n-1].value = append(append(h[n-1].value, ' '), bytes.TrimSpace(line)...)
		} else if name, ok := headerName(line); ok {
			h = append(h, field{string(line[:len(name)]), bytes.Clone(bytes.TrimSpace(line[len(name)+1:]))})
		}
		data = rest
	}
	return h, nil
}

var parameter = lazyregexp.New(`(?i)([a-z-]+)\s*=\s*("[^"]*"|[^\s;]+)`)

// mediaType splits the value of a Content-Type or Content-Disposition, also if it
// breaks the grammar. Of a parameter that is there twice, the first counts.
func mediaType(value string) (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	params = map[string]string{}
	for _, m := range parameter.FindAllStringSubmatch(rest, -1) {
		if name := strings.ToLower(m[1]); params[name] == "" {
			params[name] = strings.Trim(m[2], `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

// fileName returns the name that an attachment is to be saved under.
func fileName(h header, params map[string]string) string {
	_, disposition := mediaType(h.get("content-disposition"))
	words := mime.WordDecoder{CharsetReader: charsetReader}
	location := h.get("content-location")
	for _, name := range []string{disposition["filename"], params["name"], location[strings.LastIndexByte(location, '/')+1:]} {
		if decoded, err := words.DecodeHeader(name); err == nil {
			name = decoded
		}
		if name = strings.TrimSpace(clean(name)); name != "" {
			return name
		}
	}
	return ""
}

func joinPlaces(outer, inner string) string {
	if outer == "" {
		return inner
	}
	return outer + ", " + inner
}
