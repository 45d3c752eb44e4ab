package git

import (
	"strings"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// HeadFile returns the content of a file of HEAD's tree that has at most so many bytes;
// false if there is none.
func (s *Source) HeadFile(path string, limit int64) ([]byte, bool) {
	at := s.headTree()
	names := strings.Split(path, "/")
	for i, name := range names {
		entry, ok := s.entry(at, name)
		if !ok || entry.Mode.IsSubmodule() || entry.Mode.IsTree() != (i < len(names)-1) {
			return nil, false
		}
		at = entry.OID
	}
	if size, err := s.db.Size(at); err != nil || size > limit {
		return nil, false
	}
	kind, data, err := s.db.Read(at)
	return data, err == nil && kind == objects.Blob
}

// entry returns what has a name in a tree.
func (s *Source) entry(tree objects.ID, name string) (found objects.Entry, ok bool) {
	if tree.IsZero() {
		return found, false
	}
	kind, data, err := s.db.Read(tree)
	if err != nil || kind != objects.Tree {
		return found, false
	}
	_ = objects.EachEntry(data, s.db.IDSize(), func(e objects.Entry) bool { // the scan tells of damage
		if ok = string(e.Name) == name; ok {
			found = e
		}
		return !ok
	})
	return found, ok
}
