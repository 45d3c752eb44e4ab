// Package rows reads tables that may hold secrets, one row after the other in constant memory:
// CSV and JSON Lines from a stream, and what a query of a database answers. What it says of a
// row that it cannot read names the row's line and holds nothing of its text.
package rows

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Column is a column that is wanted, by the name that the caller knows it by. Names are
// compared without regard to case and to what is no letter or digit: account_id, AccountID and
// "Account ID" are one.
type Column struct {
	Name     string
	Other    string // how the table calls it, if not by the name
	Required bool
}

// Row is a row of a table. Its values are valid until the next one is read.
type Row struct {
	Number int64    // of the line that it begins on, or of the row that a query answered; from 1
	Values [][]byte // of the columns wanted, in their order; nil for one that the table does not have
}

// Reader gives the rows of a table.
type Reader interface {
	// Next reads a row. It returns io.EOF behind the last one, a *Malformed for a row that
	// cannot be read, after which it goes on, and any other error if reading must end.
	Next(*Row) error
}

// Malformed says why a row cannot be read, without anything of its text.
type Malformed struct {
	From, To int64 // its lines
	Reason   string
}

// Error names the lines and the reason.
func (m *Malformed) Error() string {
	if m.To > m.From {
		return fmt.Sprintf("lines %d to %d: %s", m.From, m.To, m.Reason)
	}
	return fmt.Sprintf("line %d: %s", m.From, m.Reason)
}

// maxRow bounds a row in bytes. The largest External ID has 1,224 characters.
const maxRow = 1 << 20

// Open returns a reader for a stream of CSV or JSON Lines, which the first character tells
// apart: JSON begins with a brace, or with the bracket of an array that has an object on each
// line. The text may be UTF-8 or, with a byte order mark, UTF-16.
func Open(r io.Reader, columns []Column) (Reader, error) {
	decoded := transform.NewReader(r, unicode.BOMOverride(transform.Nop))
	in := &lines{r: bufio.NewReaderSize(decoded, 256<<10)}
	for {
		line, err := in.next()
		if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
			if errors.Is(err, io.EOF) {
				err = errors.New("there are no rows")
			}
			return nil, err
		}
		trimmed := bytes.TrimSpace(line)
		switch {
		case len(trimmed) == 0:
			continue
		case trimmed[0] == '{' || trimmed[0] == '[':
			in.unread = true
			return newJSON(in, columns), nil
		}
		in.unread = true
		return newCSV(in, columns)
	}
}

// lines reads lines, and counts them.
type lines struct {
	r      *bufio.Reader
	long   []byte // of a line that is longer than the buffer
	last   []byte
	number int64 // of the last line
	unread bool  // the last line is to be read again
	err    error
}

// errLong is the error of a line that is too long. All of it has been read.
var errLong = fmt.Errorf("more than %d bytes", maxRow)

// next returns a line with its end. It is valid until the next call. The last line comes with
// io.EOF if it has no end.
func (l *lines) next() ([]byte, error) {
	if l.unread {
		l.unread = false
		return l.last, l.err
	}
	l.last, l.err = l.read()
	return l.last, l.err
}

func (l *lines) read() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if len(line) > 0 {
		l.number++
	}
	if err == nil || !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	l.long = append(l.long[:0], line...)
	tooLong := false
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.r.ReadSlice('\n')
		if tooLong = tooLong || len(l.long)+len(line) > maxRow; !tooLong {
			l.long = append(l.long, line...)
		}
	}
	if tooLong && (err == nil || errors.Is(err, io.EOF)) {
		return nil, errLong
	}
	return l.long, err
}

// find returns where the wanted columns stand among those of a table; -1 for one that is
// missing. What a table calls its columns is not repeated: without a header they are values.
func find(columns []Column, names []string) ([]int, error) {
	at := make([]int, len(columns))
	plain := make([]string, len(names))
	for i, name := range names {
		plain[i] = plainName(name)
	}
	for i, c := range columns {
		at[i] = -1
		wanted := c.Name
		if c.Other != "" {
			wanted = c.Other
		}
		for j, name := range plain {
			if name == plainName(wanted) {
				at[i] = j
				break
			}
		}
		switch {
		case at[i] >= 0:
		case c.Other != "":
			return nil, fmt.Errorf("there is no column %q, which --columns names", c.Other)
		case c.Required:
			return nil, fmt.Errorf("there is no column %s: the first line must name the columns, and --columns %s=NAME says what it is called", c.Name, c.Name)
		}
	}
	return at, nil
}

// plainName returns a name in lower case, its letters and digits alone.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 0x7f && r != '\ufeff' {
			return r
		}
		if r >= 'A' && r <= 'Z' {
			return r | 0x20
		}
		return -1
	}, name)
}

// Named returns columns of which some are called otherwise: each renaming is NAME=OTHER.
func Named(columns []Column, renamings []string) ([]Column, error) {
	out := append([]Column(nil), columns...)
	for _, r := range renamings {
		name, other, ok := strings.Cut(r, "=")
		at := -1
		for i, c := range out {
			if c.Name == strings.TrimSpace(name) {
				at = i
			}
		}
		if !ok || strings.TrimSpace(other) == "" || at < 0 {
			var known []string
			for _, c := range out {
				known = append(known, c.Name)
			}
			return nil, fmt.Errorf("--columns wants NAME=COLUMN, where NAME is one of %s", strings.Join(known, ", "))
		}
		out[at].Other = strings.TrimSpace(other)
	}
	return out, nil
}
