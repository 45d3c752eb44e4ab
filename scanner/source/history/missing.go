package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// maxDepth is how deep trees may nest: git's own default for core.maxTreeDepth
// is 2048.
const maxDepth = 2048

// tellMissing tells of objects that something refers to and the walk did not
// hand over, by the paths at which they should stand.
func (s *Source) tellMissing(ctx context.Context, v source.Visitor) error {
	s.tellMissingRoots(v)
	for _, c := range s.graph.commits {
		s.referred.add(c.tree)
		for _, p := range c.parents {
			s.referred.add(p)
		}
	}
	complete := s.referred.within(&s.present)
	s.referred = idSet{} // the sets have done their work
	var told map[objects.ID]bool
	if !complete {
		m := &missing{s: s, seen: map[objects.ID]bool{}, absent: map[objects.ID]bool{}, rows: map[row]int{}}
		if err := m.collect(ctx); err != nil {
			return err
		}
		m.tell(v)
		told = m.absent
	}
	for id, err := range s.damaged {
		if !told[id] {
			v.Unexamined("object "+id.String(), err.Error())
		}
	}
	return nil
}

// tellMissingRoots tells of refs to objects that are not here.
func (s *Source) tellMissingRoots(v source.Visitor) {
	for _, r := range s.roots {
		if r.Fleeting || s.db.Has(r.ID) {
			continue
		}
		if r.Log {
			v.Unexamined("reflog of "+r.Name, "an object that it names is missing")
		} else {
			v.Unexamined(r.Name, "the object that it names is missing")
		}
	}
}

// missing looks for absent objects through all commits and trees that are here.
// It runs only if the walk shows that there are some.
type missing struct {
	s      *Source
	seen   map[objects.ID]bool // trees gone through, blobs looked for
	absent map[objects.ID]bool
	rows   map[row]int
}

type row struct{ path, reason string }

// collect goes through what refs reach. Only if commits are missing there, so
// that what lies behind them seems unreachable, it goes through the rest, too:
// what else nothing leads to may lack objects without damage, since git removes
// such objects one by one.
func (m *missing) collect(ctx context.Context) error {
	all := m.s.graph.sorted()
	cut := false
	for _, c := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.reach != unreached {
			cut = m.commit(c) || cut
		}
	}
	for tag, target := range m.s.graph.tags {
		cut = !m.look(target, "what tag object "+objects.Short(tag)+" is about") || cut
	}
	for _, c := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if cut && c.reach == unreached {
			m.commit(c)
		}
	}
	return nil
}

// commit looks for a commit's parents and tree, and says whether a parent is
// missing.
func (m *missing) commit(c *commit) (cut bool) {
	for _, p := range c.parents {
		cut = !m.look(p, "") || cut
	}
	m.tree(c.tree, "", 0)
	return cut
}

// look says whether an object could be read, and notes where it is missed if
// not.
func (m *missing) look(id objects.ID, path string) bool {
	if m.s.present.has(id) {
		return true
	}
	if m.absent[id] {
		return false
	}
	m.absent[id] = true
	if path == "" {
		path = "object " + id.String()
	}
	reason := "the object is missing"
	if err := m.s.damaged[id]; err != nil {
		reason = err.Error()
	} else if m.s.dir.Config.Partial {
		reason = "not in this partial clone"
	}
	m.rows[row{path, reason}]++
	return false
}

func (m *missing) tree(id objects.ID, path string, depth int) {
	if m.seen[id] {
		return
	}
	m.seen[id] = true
	where := path
	if where == "" {
		where = "tree " + id.String()
	}
	if !m.look(id, where) {
		return
	}
	if depth > maxDepth {
		m.rows[row{where, "nested too deep"}]++
		return
	}
	_, data, err := m.s.db.Read(id)
	if err != nil {
		m.rows[row{where, err.Error()}]++
		return
	}
	err = objects.EachEntry(data, m.s.db.IDSize(), func(e objects.Entry) bool {
		switch below := join(path, e.Name); {
		case e.Mode.IsSubmodule():
		case e.Mode.IsTree():
			m.tree(e.OID, below, depth+1)
		default:
			m.look(e.OID, below)
		}
		return true
	})
	if err != nil {
		m.rows[row{where, err.Error()}]++
	}
}

func join(dir string, name []byte) string {
	if dir == "" {
		return string(name)
	}
	return dir + "/" + string(name)
}

// tell gives one row for each path and reason, however many versions it is
// about.
func (m *missing) tell(v source.Visitor) {
	rows := make([]row, 0, len(m.rows))
	for r := range m.rows {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.reason, b.reason))
	})
	for _, r := range rows {
		if !m.s.Filter.Match(r.path) {
			continue
		}
		if n := m.rows[r]; n > 1 {
			r.reason = fmt.Sprintf("%s (%d versions)", r.reason, n)
		}
		v.Unexamined(r.path, r.reason)
	}
}
