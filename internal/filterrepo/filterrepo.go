// Package filterrepo writes the file that git filter-repo --replace-text reads
// (https://htmlpreview.github.io/?https://github.com/newren/git-filter-repo/blob/docs/html/git-filter-repo.html#_content_based_filtering):
// an expression a line, what is sought ahead of ==> and what takes its place behind it.
//
//	regex:(?<![0-9])…(?![0-9])==>111122223333
//	literal:…==>***REMOVED***
//
// Every line is an expression, one that begins with # too, so the file holds no comments.
// It holds the values themselves: it is its owner's alone, and lies in no repository.
package filterrepo

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// Removed takes the place of what needs no other value there. It is filter-repo's own word.
const Removed = "***REMOVED***"

// Expression says what is replaced by what. It holds a secret, so it does not print it.
type Expression struct {
	Value   string // the bytes as they stand in files
	Instead string // "" for [Removed]; one line, without ==>
}

// Format implements fmt.Formatter: the value is not shown under any verb.
func (Expression) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "expression") }

// Why an expression cannot be written.
var (
	ErrShort = errors.New("too short to be replaced wherever it stands")
	ErrNUL   = errors.New("it holds a NUL, and files with one are not rewritten")
	ErrLine  = errors.New("what takes its place is no single line")
)

// Bounds, in bytes. What is shorter than the first stands in texts that have nothing to do
// with the value; what is shorter than the second may be part of a longer word.
const (
	leastLength = 8
	leastUnique = 16
)

// Line returns the line of an expression, without its end.
func (e Expression) Line() (string, error) {
	instead := cmp.Or(e.Instead, Removed)
	value := strings.TrimSpace(e.Value)
	switch {
	case strings.ContainsAny(instead, "\r\n\\") || strings.Contains(instead, "==>"):
		return "", ErrLine
	case strings.ContainsRune(value, 0):
		return "", ErrNUL
	case len(value) < leastLength:
		return "", ErrShort
	}
	return pattern(value) + "==>" + instead, nil
}

// pattern chooses the form: digits must stand by themselves, since twelve of them are part
// of many a longer number; and so must a short word. A literal is one line.
func pattern(value string) string {
	switch lines := strings.FieldsFunc(value, func(r rune) bool { return r == '\r' || r == '\n' }); {
	case digits(value):
		return "regex:(?<![0-9])" + regexp.QuoteMeta(value) + "(?![0-9])"
	case len(lines) > 1:
		for i := range lines {
			lines[i] = regexp.QuoteMeta(strings.TrimSpace(lines[i]))
		}
		return "regex:" + strings.Join(lines, `\s+`)
	case len(value) < leastUnique:
		return "regex:" + notWithin("(?<!", value[0]) + regexp.QuoteMeta(value) + notWithin("(?!", value[len(value)-1])
	}
	return "literal:" + value
}

// notWithin returns what keeps a word from being found in a longer one; "" at an end that is
// no part of a word.
func notWithin(look string, end byte) string {
	if end == '_' || '0' <= end && end <= '9' || 'A' <= end&^0x20 && end&^0x20 <= 'Z' {
		return look + "[0-9A-Za-z_])"
	}
	return ""
}

// digits reports whether a value is a number, in groups or not: 1234-5678-9012.
func digits(value string) bool {
	n := 0
	for i := range len(value) {
		switch c := value[i]; {
		case '0' <= c && c <= '9':
			n++
		case c != '-' && c != ' ' && c != '.' && c != '_':
			return false
		}
	}
	return n > 0
}

// Write writes expressions, each once and the longest first: filter-repo goes through them
// in order, and a value may be part of a longer one. It returns why it left out which.
func Write(w io.Writer, expressions []Expression) (left map[int]error, err error) {
	type line struct {
		text string
		size int
	}
	var lines []line
	left = map[int]error{}
	for i, e := range expressions {
		text, err := e.Line()
		if err != nil {
			left[i] = err
			continue
		}
		lines = append(lines, line{text, len(e.Value)})
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.text, b.text)) })
	var out bytes.Buffer
	for _, l := range slices.Compact(lines) {
		out.WriteString(l.text)
		out.WriteByte('\n')
	}
	_, err = w.Write(out.Bytes())
	return left, err
}
