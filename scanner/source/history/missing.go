package history

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// maxDepth is how deep trees may nest: git's own default for core.maxTreeDepth
// is 2048.
const maxDepth = 2048

// maxMissing bounds the entries of trees that are gone through for the paths of
// what is missing: a partial clone can lack nearly everything. They take 24
// bytes each.
const maxMissing = 1 << 24

// tellMissing tells of objects that something refers to and the walk did not
// hand over, by the paths at which they should stand.
func (s *Source) tellMissing(ctx context.Context, v source.Visitor) error {
	s.tellMissingRoots(v)
	known := map[ordinal]bool{}
	lost := s.forest.missing()
	if len(lost) > 0 || len(s.malformed) > 0 || !s.complete() {
		m := &missing{s: s, seen: map[ordinal]bool{}, absent: known, rows: map[told]int{}}
		var whole bool
		if m.paths, whole = s.forest.trace(slices.AppendSeq(lost, maps.Keys(s.malformed)), maxMissing, byPlace); !whole {
			v.Unexamined(".git", finding.Missing.Because("%d objects are missing: the paths of only some of them are told", len(lost)))
		}
		if err := m.collect(ctx); err != nil {
			return err
		}
		m.tell(v)
	}
	for id, err := range s.damaged {
		if n, ok := s.objectIndex.known(id); !ok || !known[n] {
			v.Unexamined("object "+id.String(), objects.ReasonOf(err))
		}
	}
	for n, err := range s.malformed {
		if !known[n] {
			v.Unexamined("object "+s.objectIndex.id(n).String(), objects.ReasonOf(err))
		}
	}
	return nil
}

// complete says that the commits lack neither parents nor trees, and no tag what
// it is about.
func (s *Source) complete() bool {
	for _, c := range s.graph.commits {
		if !s.given(c.tree) || slices.ContainsFunc(c.parents, func(p ordinal) bool { return !s.objectIndex.has(p) }) {
			return false
		}
	}
	for _, target := range s.graph.tags {
		if !s.objectIndex.has(target) {
			return false
		}
	}
	return true
}

// given reports whether an object was handed over, or need not be.
func (s *Source) given(n ordinal) bool {
	return s.objectIndex.has(n) || objects.IsEmptyTree(s.objectIndex.id(n))
}

// maxMissingRoots bounds the refs to objects that are not here that are told one by one.
const maxMissingRoots = 1000

// tellMissingRoots tells of refs to objects that are not here. Of a log one such entry tells
// all there is to tell.
func (s *Source) tellMissingRoots(v source.Visitor) {
	logs := map[string]bool{}
	missing := 0
	for _, r := range s.roots {
		switch {
		case r.Fleeting || r.Log && logs[r.Name] || s.here(r.ID):
		case r.Log:
			logs[r.Name] = true
			v.Unexamined("reflog of "+r.Name, finding.Missing.Because("an object that it names is missing"))
		default:
			if missing++; missing <= maxMissingRoots {
				v.Unexamined(r.Name, finding.Missing.Because("the object that it names is missing"))
				continue
			}
			v.Unexamined(".git/refs", finding.Missing.Because("the objects of more than %d refs are missing", maxMissingRoots))
			return
		}
	}
}

// here reports whether an object is in the database. What the walk read is known to be.
func (s *Source) here(id objects.ID) bool {
	if n, ok := s.objectIndex.known(id); ok && s.objectIndex.has(n) {
		return true
	}
	return s.db.Has(id)
}

// missing looks for absent objects through all commits and trees that are here.
// It runs only if the walk shows that there are some.
type missing struct {
	s      *Source
	paths  *paths           // that lead to something absent or malformed
	seen   map[ordinal]bool // trees gone through
	absent map[ordinal]bool // told, and so are malformed trees
	rows   map[told]int
}

// Reasons that more than one walk gives.
var (
	errMissing = finding.Missing.Because("the object is missing")
	errTooDeep = finding.OverBudget.Because("nested too deep")
)

// told is a row of the report.
type told struct {
	path   string
	reason finding.Reason
}

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
		cut = !m.look(target, "what tag object "+objects.Short(m.s.objectIndex.id(tag))+" is about") || cut
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

// commit looks for a commit's parents and tree, and reports whether a parent is
// missing.
func (m *missing) commit(c *commit) (cut bool) {
	for _, p := range c.parents {
		cut = !m.look(p, "") || cut
	}
	m.tree(c.tree, "", 0)
	return cut
}

// look reports whether an object could be read, and notes where it is missed if
// not.
func (m *missing) look(n ordinal, path string) bool {
	if m.s.given(n) {
		return true
	}
	if m.absent[n] {
		return false
	}
	m.absent[n] = true
	id := m.s.objectIndex.id(n)
	if path == "" {
		path = "object " + id.String()
	}
	reason := errMissing
	if err := m.s.damaged[id]; err != nil {
		reason = objects.ReasonOf(err)
	} else if m.s.dir.Config.Partial {
		reason = finding.Missing.Because("not in this partial clone")
	}
	m.rows[told{path, reason}]++
	return false
}

func (m *missing) tree(n ordinal, path string, depth int) {
	if m.seen[n] {
		return
	}
	m.seen[n] = true
	where := path
	if where == "" {
		where = "tree " + m.s.objectIndex.id(n).String()
	}
	if !m.look(n, where) {
		return
	}
	if depth > maxDepth {
		m.rows[told{where, errTooDeep}]++
		return
	}
	for _, e := range m.paths.entries(n) {
		below := join(path, m.s.forest.names.text(e.name()))
		if e.isTree() {
			m.tree(e.child, below, depth+1)
		} else {
			m.look(e.child, below)
		}
	}
	if err := m.s.malformed[n]; err != nil {
		m.absent[n] = true
		m.rows[told{where, objects.ReasonOf(err)}]++
	}
}

func join(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

// tell gives one row for each path and reason, however many versions it is
// about.
func (m *missing) tell(v source.Visitor) {
	rows := make([]told, 0, len(m.rows))
	for r := range m.rows {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.reason.Detail, b.reason.Detail))
	})
	for _, r := range rows {
		if !m.s.Filter.Match(r.path) {
			continue
		}
		if n := m.rows[r]; n > 1 {
			r.reason.Detail = fmt.Sprintf("%s (%d versions)", r.reason.Detail, n)
		}
		v.Unexamined(r.path, r.reason)
	}
}
