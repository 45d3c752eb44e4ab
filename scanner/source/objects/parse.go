package objects

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/deputy-sec/deputy/internal/gitpack"
)

// Errors about the shape of objects.
var (
	errCommit = errors.New("malformed commit")
	errTag    = errors.New("malformed tag")
)

// EachEntry calls yield for the entries of a tree until yield returns false.
// idSize is the length of the repository's hashes in bytes.
func EachEntry(tree []byte, idSize int, yield func(Entry) bool) error {
	for len(tree) > 0 {
		e, rest, err := gitpack.NextTreeEntry(tree, idSize)
		if err != nil {
			return err
		}
		if !yield(e) {
			return nil
		}
		tree = rest
	}
	return nil
}

// NextEntry decodes the entry at the start of a tree, which must not be empty,
// and returns what follows it.
func NextEntry(tree []byte, idSize int) (Entry, []byte, error) {
	return gitpack.NextTreeEntry(tree, idSize)
}

// CommitData is a commit taken apart. Its slices alias the commit's bytes.
type CommitData struct {
	Tree              ID
	Parents           []ID
	Author, Committer Signature
	// Extra is what other headers hold: merged tags, signatures, what other
	// version control systems noted.
	Extra   []byte
	Message []byte
}

// ParseCommit takes a commit apart. It bears what git bears: a missing or odd
// author leaves that field empty, a missing tree is an error.
func ParseCommit(data []byte) (CommitData, error) {
	var c CommitData
	rest, ok := bytes.CutPrefix(data, []byte("tree "))
	if !ok {
		return c, errCommit
	}
	line, rest := cutLine(rest)
	if c.Tree, ok = ParseID(line); !ok {
		return c, fmt.Errorf("%w: no tree", errCommit)
	}
	for bytes.HasPrefix(rest, []byte("parent ")) {
		line, rest = cutLine(rest[len("parent "):])
		id, ok := ParseID(line)
		if !ok {
			return c, fmt.Errorf("%w: bad parent", errCommit)
		}
		c.Parents = append(c.Parents, id)
	}
	for _, field := range []struct {
		name string
		to   *Signature
	}{{"author ", &c.Author}, {"committer ", &c.Committer}} {
		if bytes.HasPrefix(rest, []byte(field.name)) {
			line, rest = cutLine(rest[len(field.name):])
			*field.to = parseSignature(line)
		}
	}
	c.Extra, c.Message = cutHeaders(rest)
	return c, nil
}

// TagData is an annotated tag taken apart. Its slices alias the tag's bytes.
type TagData struct {
	Target  ID
	Name    []byte
	Tagger  Signature
	Extra   []byte
	Message []byte
}

// ParseTag takes an annotated tag apart.
func ParseTag(data []byte) (TagData, error) {
	var t TagData
	rest, ok := bytes.CutPrefix(data, []byte("object "))
	if !ok {
		return t, errTag
	}
	line, rest := cutLine(rest)
	if t.Target, ok = ParseID(line); !ok {
		return t, fmt.Errorf("%w: no target", errTag)
	}
	if bytes.HasPrefix(rest, []byte("type ")) {
		_, rest = cutLine(rest)
	}
	if bytes.HasPrefix(rest, []byte("tag ")) {
		t.Name, rest = cutLine(rest[len("tag "):])
	}
	if bytes.HasPrefix(rest, []byte("tagger ")) {
		line, rest = cutLine(rest[len("tagger "):])
		t.Tagger = parseSignature(line)
	}
	t.Extra, t.Message = cutHeaders(rest)
	return t, nil
}

// Signature is who made an object, and when.
type Signature struct {
	Line  []byte // "Name <mail>" as it stands in the object
	Name  []byte
	Email []byte
	When  time.Time // zero if it cannot be read
}

func parseSignature(line []byte) Signature {
	s := Signature{Line: line}
	end := bytes.LastIndexByte(line, '>')
	if end < 0 {
		return s
	}
	s.Line = line[:end+1]
	s.When = parseTime(line[end+1:])
	if start := bytes.IndexByte(s.Line, '<'); start >= 0 {
		s.Name = bytes.TrimSpace(line[:start])
		s.Email = line[start+1 : end]
	}
	return s
}

// WhenOf returns the date of "Name <mail> seconds zone"; zero if there is none.
func WhenOf(line []byte) time.Time { return parseSignature(line).When }

// parseTime reads " 1700000000 +0130": seconds since 1970 and a zone.
func parseTime(text []byte) time.Time {
	fields := bytes.Fields(text)
	if len(fields) == 0 {
		return time.Time{}
	}
	// Years beyond 9999 cannot be written as JSON.
	seconds, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil || seconds < 0 || seconds > 253402300799-24*3600 {
		return time.Time{}
	}
	t := time.Unix(seconds, 0).UTC()
	if len(fields) < 2 {
		return t
	}
	zone, err := strconv.Atoi(string(fields[1]))
	if err != nil || zone <= -2400 || zone >= 2400 {
		return t
	}
	return t.In(time.FixedZone("", (zone/100*60+zone%100)*60))
}

func cutLine(data []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(data, []byte{'\n'})
	return line, rest
}

// cutHeaders parts further headers from the message, which an empty line
// precedes.
func cutHeaders(data []byte) (headers, message []byte) {
	if bytes.HasPrefix(data, []byte{'\n'}) {
		return nil, data[1:]
	}
	if i := bytes.Index(data, []byte("\n\n")); i >= 0 {
		return data[:i+1], data[i+2:]
	}
	return data, nil
}

// Texts is what people wrote into a commit or a tag. Its slices alias the
// object's bytes.
type Texts struct{ Extra, Message []byte }

// TextsOf returns the texts of a commit or tag; of a malformed one all of it is
// the message.
func TextsOf(kind Kind, data []byte) Texts {
	if kind == Tag {
		if t, err := ParseTag(data); err == nil {
			return Texts{t.Extra, t.Message}
		}
		return Texts{Message: data}
	}
	if c, err := ParseCommit(data); err == nil {
		return Texts{c.Extra, c.Message}
	}
	return Texts{Message: data}
}
