package history

import (
	"context"
	"sync"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// trees is where attribution gets trees from. each yields at least the trees and
// the wanted blobs in a tree, and nothing of one that cannot be read: the scan
// has told of that.
type trees interface {
	each(id objects.ID, yield func(name string, id objects.ID, tree bool))
}

// storedTrees reads trees one by one, for when few are needed.
type storedTrees struct{ db *objects.Database }

func (t storedTrees) each(id objects.ID, yield func(string, objects.ID, bool)) {
	_, data, err := t.db.Read(id)
	if err != nil {
		return
	}
	eachEntry(data, t.db.IDSize(), yield)
}

// eachEntry yields what a damaged tree still says, too.
func eachEntry(data []byte, idSize int, yield func(string, objects.ID, bool)) {
	_ = objects.EachEntry(data, idSize, func(e objects.Entry) bool {
		if !e.Mode.IsSubmodule() {
			yield(string(e.Name), e.OID, e.Mode.IsTree())
		}
		return true
	})
}

// walkedTrees holds what matters of all trees, eight bytes for each subtree and
// wanted blob in them. Read in the order of the packs, in parallel, they cost a
// fraction of reading them one by one.
type walkedTrees struct {
	wanted map[objects.ID]bool

	mu      sync.Mutex
	rows    map[objects.ID][]link
	names   []string
	ids     []objects.ID
	nameNum map[string]uint32
	idNum   map[objects.ID]uint32
}

// link is an entry of a tree.
type link struct {
	name uint32 // in names
	id   uint32 // in ids, shifted left by one; the low bit says that it is a tree
}

func (s *Source) walkTrees(ctx context.Context, wanted map[objects.ID]bool) (*walkedTrees, error) {
	t := &walkedTrees{
		wanted:  wanted,
		rows:    map[objects.ID][]link{},
		nameNum: map[string]uint32{},
		idNum:   map[objects.ID]uint32{},
	}
	visit := func(o *objects.Object) any { t.add(o, s.db.IDSize()); return nil }
	known := func(objects.Problem) {} // the scan has told of it
	return t, s.db.Walk(ctx, s.Jobs, visit, known, objects.Tree)
}

func (t *walkedTrees) add(o *objects.Object, idSize int) {
	var entries []objects.Entry
	_ = objects.EachEntry(o.Data, idSize, func(e objects.Entry) bool {
		if e.Mode.IsTree() || !e.Mode.IsSubmodule() && t.wanted[e.OID] {
			entries = append(entries, e)
		}
		return true
	})
	if len(entries) == 0 {
		return
	}
	row := make([]link, len(entries))
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, e := range entries {
		row[i] = link{t.name(e.Name), t.id(e.OID) << 1}
		if e.Mode.IsTree() {
			row[i].id |= 1
		}
	}
	t.rows[o.ID] = row
}

func (t *walkedTrees) name(name []byte) uint32 {
	n, ok := t.nameNum[string(name)]
	if !ok {
		n = uint32(len(t.names)) // as many names do not fit into memory
		t.names = append(t.names, string(name))
		t.nameNum[t.names[n]] = n
	}
	return n
}

func (t *walkedTrees) id(id objects.ID) uint32 {
	n, ok := t.idNum[id]
	if !ok {
		n = uint32(len(t.ids))
		t.ids = append(t.ids, id)
		t.idNum[id] = n
	}
	return n
}

func (t *walkedTrees) each(id objects.ID, yield func(string, objects.ID, bool)) {
	for _, l := range t.rows[id] {
		yield(t.names[l.name], t.ids[l.id>>1], l.id&1 != 0)
	}
}
