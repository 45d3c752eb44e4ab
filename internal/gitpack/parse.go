package gitpack

import (
	"bytes"
	"errors"
	"fmt"
)

// errContent is wrapped by the errors of trees.
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
