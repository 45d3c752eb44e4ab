package delimited

import (
	"bytes"
	"context"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// Bounds of the tables that are read, in bytes.
const (
	longestHead = 1 << 10
	reach       = 6 << 10 // how far below its head a row needs no other
)

// New returns the extractor.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name: "table", Text: true, Beside: true, Claims: claims,
		NeedsExtraction: func(data []byte) bool { return len(data) > reach },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			return repeatHead(data, out)
		},
	}
}

// claims claims a table that names a column which is looked for: two lines with as many separators,
// of which the first has no digits to speak of.
func claims(head []byte) bool {
	first, rest, ok := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
	if !ok || len(first) > longestHead {
		return false
	}
	second, _, ok := bytes.Cut(rest, []byte("\n"))
	if !ok {
		return false
	}
	for _, sep := range []byte("\t,;") {
		if n := separators(first, sep); n > 0 {
			return separators(second, sep) == n && telling(first)
		}
	}
	return false
}

// names are what columns are called that are looked for, without marks between their words.
var names = [][]byte{[]byte("account"), []byte("acct"), []byte("owner"), []byte("externalid"), []byte("principal"), []byte("payer")}

// telling reports whether a line names columns, and one that is looked for.
func telling(line []byte) bool {
	plain := make([]byte, 0, len(line))
	for _, c := range line {
		switch {
		case 'a' <= c && c <= 'z':
			plain = append(plain, c)
		case 'A' <= c && c <= 'Z':
			plain = append(plain, c|0x20)
		case c == '_' || c == '-' || c == ' ':
		case c == '{' || c == '(' || c == '<' || c == '=' || c == ':':
			return false // code, or a document of another kind
		default:
			plain = append(plain, ' ')
		}
	}
	for _, n := range names {
		if bytes.Contains(plain, n) {
			return true
		}
	}
	return false
}

// separators counts those that stand in no quotes.
func separators(line []byte, sep byte) int {
	if bytes.IndexByte(line, '"') < 0 {
		return bytes.Count(line, []byte{sep})
	}
	n, quoted := 0, false
	for _, c := range line {
		switch {
		case c == '"':
			quoted = !quoted
		case c == sep && !quoted:
			n++
		}
	}
	return n
}

// repeatHead writes the rows that stand out of the reach of the head, with the head above them
// again and again.
func repeatHead(data []byte, out *extract.Output) error {
	end := bytes.IndexByte(data, '\n')
	if end < 0 {
		return nil
	}
	head := bytes.ToValidUTF8(data[:end+1], []byte("\ufffd"))
	at, since := end+1, len(head)
	for row := 2; at < len(data); row++ {
		line := data[at:]
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line = line[:n+1]
		}
		if at += len(line); at <= reach {
			continue
		}
		if since == len(head) || since > reach {
			out.Place("row 1")
			if _, err := fmt.Fprintf(out, "\n%s", head); err != nil {
				return err
			}
			since = len(head)
		}
		since += len(line)
		out.Place(fmt.Sprintf("row %d", row))
		if _, err := out.Write(bytes.ToValidUTF8(line, []byte("\ufffd"))); err != nil {
			return err
		}
	}
	return nil
}
