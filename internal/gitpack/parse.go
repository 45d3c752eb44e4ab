package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strconv"
)

// errContent is wrapped by the errors of trees, commits and tags.
var errContent = errors.New("malformed content")

// Mode is the file mode of a tree entry, as git stores it.
type Mode uint32

// The modes that git writes. Old trees have others, such as 0100664.
const (
	ModeTree       Mode = 0o040000
	ModeFile       Mode = 0o100644
	ModeExecutable Mode = 0o100755
	ModeSymlink    Mode = 0o120000
	ModeSubmodule  Mode = 0o160000

	modeKind Mode = 0o170000
)

// IsTree reports whether the entry is a directory.
func (m Mode) IsTree() bool { return m&modeKind == ModeTree }

// IsSymlink reports whether the entry's blob is the target of a symbolic link.
func (m Mode) IsSymlink() bool { return m&modeKind == ModeSymlink }

// IsSubmodule reports whether the entry names a commit of another repository.
func (m Mode) IsSubmodule() bool { return m&modeKind == ModeSubmodule }

// IsBlob reports whether the entry names a blob: a file or symbolic link.
func (m Mode) IsBlob() bool { return !m.IsTree() && !m.IsSubmodule() }

// TreeEntry is one line of a tree. Name is part of the tree's content, and
// whatever whoever made the tree put there: it may be "..", or hold slashes.
type TreeEntry struct {
	Mode Mode
	Name []byte
	OID  OID
}

// NextTreeEntry decodes the entry at the start of tree, which must not be empty,
// and returns what follows it.
func NextTreeEntry(tree []byte, hashLen int) (e TreeEntry, rest []byte, err error) {
	i := 0
	for ; i < len(tree) && tree[i] != ' '; i++ {
		digit := tree[i] - '0'
		if digit > 7 || i > 7 {
			return e, nil, fmt.Errorf("%w: mode of a tree entry", errContent)
		}
		e.Mode = e.Mode<<3 | Mode(digit)
	}
	if i == 0 || i == len(tree) {
		return e, nil, fmt.Errorf("%w: mode of a tree entry", errContent)
	}
	tree = tree[i+1:]
	end := bytes.IndexByte(tree, 0)
	if end < 1 || len(tree)-end-1 < hashLen {
		return e, nil, fmt.Errorf("%w: tree entry is cut short", errContent)
	}
	e.Name = tree[:end:end]
	tree = tree[end+1:]
	copy(e.OID[:], tree[:hashLen])
	return e, tree[hashLen:], nil
}

// TreeEntries iterates over the content of a tree and ends after an error.
func TreeEntries(tree []byte, hashLen int) iter.Seq2[TreeEntry, error] {
	return func(yield func(TreeEntry, error) bool) {
		for len(tree) > 0 {
			e, rest, err := NextTreeEntry(tree, hashLen)
			if !yield(e, err) || err != nil {
				return
			}
			tree = rest
		}
	}
}

// Signature says who made a commit or tag, and when. Name and Email are part of
// the content, in whatever encoding. Time is in seconds since 1970, Zone in
// minutes east of UTC; both are 0 where the content does not say.
type Signature struct {
	Name, Email []byte
	Time        int64
	Zone        int
}

// parseSignature reads "Name <email> 1700000000 +0100", with the leniency that
// the commits of the world ask for.
func parseSignature(b []byte) (s Signature) {
	name, after, ok := bytes.Cut(b, []byte{'<'})
	s.Name = bytes.TrimSpace(name)
	if !ok {
		return s
	}
	s.Email = after
	end := bytes.IndexByte(after, '>')
	if end < 0 {
		return s
	}
	s.Email = after[:end]
	fields := bytes.Fields(after[bytes.LastIndexByte(after, '>')+1:])
	if len(fields) == 0 {
		return s
	}
	s.Time, _ = strconv.ParseInt(string(fields[0]), 10, 64)
	if len(fields) > 1 {
		zone, err := strconv.Atoi(string(fields[1]))
		if hours := zone / 100; err == nil && hours > -24 && hours < 24 {
			s.Zone = hours*60 + zone%100
		}
	}
	return s
}

// CommitInfo is a parsed commit. Its byte slices are parts of the content.
type CommitInfo struct {
	Tree      OID
	Parents   []OID
	Author    Signature
	Committer Signature
	Encoding  []byte // of names and message, empty for UTF-8
	Message   int    // where in the content the message begins
}

// Parse reads a commit's content into c, using the memory of c.Parents again.
func (c *CommitInfo) Parse(content []byte, hashLen int) error {
	*c = CommitInfo{Parents: c.Parents[:0]}
	for key, value := range headers(content, &c.Message) {
		var err error
		switch string(key) {
		case "tree":
			c.Tree, err = hexOID(value, hashLen)
		case "parent":
			var id OID
			id, err = hexOID(value, hashLen)
			c.Parents = append(c.Parents, id)
		case "author":
			c.Author = parseSignature(value)
		case "committer":
			c.Committer = parseSignature(value)
		case "encoding":
			c.Encoding = value
		}
		if err != nil {
			return fmt.Errorf("commit: %s: %w", key, err)
		}
	}
	if c.Tree.IsZero() {
		return fmt.Errorf("%w: commit without a tree", errContent)
	}
	return nil
}

// TagInfo is a parsed annotated tag. Its byte slices are parts of the content.
type TagInfo struct {
	Object  OID
	Type    Type
	Name    []byte
	Tagger  Signature
	Message int // where in the content the message begins
}

// Parse reads a tag's content into g.
func (g *TagInfo) Parse(content []byte, hashLen int) error {
	*g = TagInfo{}
	for key, value := range headers(content, &g.Message) {
		var err error
		switch string(key) {
		case "object":
			g.Object, err = hexOID(value, hashLen)
		case "type":
			var ok bool
			if g.Type, ok = typeFromName(value); !ok {
				err = fmt.Errorf("%w: unknown", errContent)
			}
		case "tag":
			g.Name = value
		case "tagger":
			g.Tagger = parseSignature(value)
		}
		if err != nil {
			return fmt.Errorf("tag: %s: %w", key, err)
		}
	}
	if g.Object.IsZero() || g.Type == 0 {
		return fmt.Errorf("%w: tag of no object", errContent)
	}
	return nil
}

// headers iterates over the "key value" lines up to the first empty one, after
// which *message is set to where the message begins. Lines that continue a
// value, as those of signatures do, are left out.
func headers(content []byte, message *int) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		rest := content
		*message = len(content)
		for len(rest) > 0 {
			line, after, _ := bytes.Cut(rest, []byte{'\n'})
			if len(line) == 0 {
				*message = len(content) - len(after)
				return
			}
			rest = after
			key, value, _ := bytes.Cut(line, []byte{' '})
			if len(key) > 0 && !yield(key, value) {
				return
			}
		}
	}
}

func hexOID(b []byte, hashLen int) (OID, error) {
	if len(b) != 2*hashLen {
		return OID{}, fmt.Errorf("%w: object name of %d digits", errContent, len(b))
	}
	var id OID
	for i := range hashLen {
		hi, lo := hexDigit[b[2*i]], hexDigit[b[2*i+1]]
		if hi|lo > 15 {
			return OID{}, fmt.Errorf("%w: object name %q", errContent, b)
		}
		id[i] = hi<<4 | lo
	}
	return id, nil
}

// hexDigit gives a digit's value, 0xff for other bytes.
var hexDigit = func() (table [256]uint8) {
	for i := range table {
		table[i] = 0xff
	}
	for i := range uint8(10) {
		table['0'+i] = i
	}
	for i := range uint8(6) {
		table['a'+i], table['A'+i] = 10+i, 10+i
	}
	return table
}()
