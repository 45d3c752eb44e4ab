package staged

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/internal/names"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/gitdir"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// comparison is how an index differs from the trees of parents.
type comparison struct {
	changes []change
	gone    []gone // what the first parent has and the index has not
	named   []Name // new names that may hold an identifier
	touched int    // entries that differ, whether they bring content or not
	rows    []row
}

// change is a path at which no parent has the content that is staged.
type change struct {
	path string
	id   objects.ID
	was  []objects.ID // what parents have there
}

// gone is an entry of a tree that the index lacks.
type gone struct {
	path string
	id   objects.ID
	tree bool
}

// row is something that was not compared; damage tells what should have been.
type row struct {
	path   string
	why    finding.Reason
	damage bool
}

// maxDepth is how deep trees may nest: git's own default for core.maxTreeDepth is
// 2048.
const maxDepth = 2048

// compare goes through the index and the trees side by side, for both are in the
// same order. Where the index says that a directory is a certain tree, and a parent
// has that tree, neither is looked into: so it costs what has changed.
//
// To a commit conflicts and submodules bring nothing, which is reported; else the sides
// of a conflict count as staged, and submodules are told by who looks into them.
func compare(db *objects.Database, index *gitdir.Index, parents []objects.ID, commit bool) *comparison {
	c := &comparer{db: db, cursor: index.Cursor(), commit: commit, comparison: &comparison{}}
	c.more = c.cursor.Next()
	c.directory(nil, index.Trees, parents, 0)
	return c.comparison
}

type comparer struct {
	db     *objects.Database
	cursor *gitdir.Cursor
	more   bool // the cursor stands at an entry
	commit bool
	*comparison
}

// directory compares what the index has below a prefix, which is empty or ends in
// a slash, with trees, which may be missing (zero).
func (c *comparer) directory(prefix []byte, cached *gitdir.CachedTree, trees []objects.ID, depth int) {
	if cached != nil && cached.Entries >= 0 && contains(trees, cached.ID) {
		for range cached.Entries {
			c.more = c.cursor.Next()
		}
		if trees[0] != cached.ID {
			c.touched++
		}
		return
	}
	if depth > maxDepth {
		c.row(string(prefix), finding.OverBudget.Because("nested too deep"), true)
		c.pass(prefix)
		return
	}
	lists := make([]list, len(trees))
	for i, t := range trees {
		lists[i] = c.read(t, prefix)
	}
	for c.more {
		path := c.cursor.Path()
		if !bytes.HasPrefix(path, prefix) {
			break
		}
		name, _, deeper := bytes.Cut(path[len(prefix):], []byte{'/'})
		if !deeper {
			c.file(prefix, name, lists)
			continue
		}
		name = bytes.Clone(name)
		below := make([]objects.ID, len(lists))
		for i := range lists {
			if e := c.passTo(&lists[i], name, true, prefix, i == 0); e != nil {
				below[i] = e.OID
			}
		}
		sub := append(append(bytes.Clone(prefix), name...), '/')
		if zeros(below) && names.Worth(name) {
			c.named = append(c.named, Name{string(sub[:len(sub)-1]), true})
		}
		if len(path) == len(sub) { // a sparse index has the directory itself
			c.sparse(sub, below, depth)
			continue
		}
		c.directory(sub, cached.Sub(name), below, depth+1)
	}
	if len(lists) > 0 {
		c.passTo(&lists[0], nil, false, prefix, true)
	}
}

// pass goes behind what the index has below a prefix.
func (c *comparer) pass(prefix []byte) {
	for c.more && bytes.HasPrefix(c.cursor.Path(), prefix) {
		c.more = c.cursor.Next()
	}
}

// file compares the entry at hand.
func (c *comparer) file(prefix, name []byte, lists []list) {
	defer func() { c.more = c.cursor.Next() }()
	var was []objects.ID
	same := false
	for i := range lists {
		if e := c.passTo(&lists[i], name, false, prefix, i == 0); e != nil {
			if c.cursor.Is(e.OID, e.Mode) {
				same = true
			}
			if e.Mode.IsBlob() {
				was = append(was, e.OID)
			}
		}
	}
	if same {
		return
	}
	e := c.cursor.Entry()
	switch {
	case e.IntentToAdd:
		return
	case e.Stage != 0 && c.commit:
		if n := len(c.rows); n == 0 || c.rows[n-1].path != e.Path {
			c.row(e.Path, finding.StandIn.Because("in conflict: it cannot be committed before that is resolved"), false)
		}
		return
	case e.Mode.IsSubmodule():
		c.submodule(e.Path, e.ID)
		return
	}
	c.change(e.Path, e.ID, was)
	if len(was) == 0 && names.Worth(name) {
		c.named = append(c.named, Name{e.Path, false})
	}
}

// Name is a path whose last name may hold an identifier.
type Name struct {
	Path   string
	Folder bool
}

func zeros(ids []objects.ID) bool {
	for _, id := range ids {
		if !id.IsZero() {
			return false
		}
	}
	return true
}

func (c *comparer) change(path string, id objects.ID, was []objects.ID) {
	c.touched++
	if !contains(was, id) {
		c.changes = append(c.changes, change{path, id, was})
	}
}

func (c *comparer) submodule(path string, id objects.ID) {
	c.touched++
	if c.commit {
		c.row(path, finding.StandIn.Because("a submodule at commit %s: what that brings is in a repository of its own", objects.Short(id)), false)
	}
}

func (c *comparer) row(path string, why finding.Reason, damage bool) {
	c.rows = append(c.rows, row{strings.TrimSuffix(path, "/"), why, damage})
}

// sparse compares a directory that the index holds as a tree.
func (c *comparer) sparse(prefix []byte, trees []objects.ID, depth int) {
	id := c.cursor.Entry().ID
	c.more = c.cursor.Next()
	c.tree(prefix, id, trees, depth+1)
}

// tree compares a tree that is staged as a whole.
func (c *comparer) tree(prefix []byte, id objects.ID, trees []objects.ID, depth int) {
	if contains(trees, id) {
		return
	}
	if depth > maxDepth {
		c.row(string(prefix), finding.OverBudget.Because("nested too deep"), true)
		return
	}
	lists := make([]list, len(trees))
	for i, t := range trees {
		lists[i] = c.read(t, prefix)
	}
	for _, e := range c.read(id, prefix) {
		var below, was []objects.ID
		same := false
		for i := range lists {
			if p := c.passTo(&lists[i], e.Name, e.Mode.IsTree(), prefix, i == 0); p != nil {
				same = same || p.OID == e.OID && p.Mode == e.Mode
				below = append(below, p.OID)
				if p.Mode.IsBlob() {
					was = append(was, p.OID)
				}
			}
		}
		path := string(prefix) + string(e.Name)
		switch {
		case same:
		case e.Mode.IsTree():
			c.tree([]byte(path+"/"), e.OID, below, depth+1)
		case e.Mode.IsSubmodule():
			c.submodule(path, e.OID)
		default:
			c.change(path, e.OID, was)
		}
	}
	if len(lists) > 0 {
		c.passTo(&lists[0], nil, false, prefix, true)
	}
}

// list is the entries of a tree that are yet to be passed.
type list []objects.Entry

// read returns a tree's entries: none of one that is missing, so that what is
// staged in its place counts as new.
func (c *comparer) read(id objects.ID, prefix []byte) list {
	if id.IsZero() {
		return nil
	}
	kind, data, err := c.db.Read(id)
	if err == nil && kind != objects.Tree {
		err = fmt.Errorf("a %s, not a tree", kind)
	}
	var entries list
	if err == nil {
		err = objects.EachEntry(data, c.db.IDSize(), func(e objects.Entry) bool {
			entries = append(entries, e)
			return true
		})
	}
	if err != nil {
		c.row(string(prefix)+".", objects.ReasonOf(err).In("the tree to compare with, so that all of it counts as new"), false)
	}
	return entries
}

// passTo finds the entry of that name and sort, and passes what comes before it;
// with no name it passes all. What of the first parent is passed is gone. Trees out
// of order, as no git makes them, look as if more were new.
func (c *comparer) passTo(l *list, name []byte, tree bool, prefix []byte, first bool) *objects.Entry {
	for len(*l) > 0 {
		e := &(*l)[0]
		order := -1
		if name != nil {
			order = compareNames(e.Name, e.Mode.IsTree(), name, tree)
		}
		if order > 0 {
			return nil
		}
		*l = (*l)[1:]
		if order == 0 {
			return e
		}
		if first && !e.Mode.IsSubmodule() {
			c.gone = append(c.gone, gone{string(prefix) + string(e.Name), e.OID, e.Mode.IsTree()})
		}
		if first {
			c.touched++
		}
	}
	return nil
}

// compareNames orders entries as trees do: as if a slash followed the names of
// directories.
func compareNames(a []byte, aTree bool, b []byte, bTree bool) int {
	n := min(len(a), len(b))
	if d := bytes.Compare(a[:n], b[:n]); d != 0 {
		return d
	}
	return int(behind(a, n, aTree)) - int(behind(b, n, bTree))
}

// behind returns the byte that follows n bytes of a name.
func behind(name []byte, n int, tree bool) byte {
	switch {
	case n < len(name):
		return name[n]
	case tree:
		return '/'
	}
	return 0
}

func contains(ids []objects.ID, id objects.ID) bool {
	for _, i := range ids {
		if i == id {
			return true
		}
	}
	return false
}
