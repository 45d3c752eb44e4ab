package history

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// Locate implements [source.Source]: what [Source.Places] knows, and an
// [Orphan] for every content that stands nowhere.
func (s *Source) Locate(ctx context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	places, err := s.Places(ctx, ids)
	if err != nil {
		return nil, err
	}
	placed := map[source.ID]bool{}
	for _, p := range places {
		placed[p.ID] = true
	}
	for id := range ids {
		if !placed[id] {
			places = append(places, Orphan(id))
		}
	}
	places = slices.DeleteFunc(places, func(p source.Place) bool { return !s.Filter.Match(p.Path) })
	Sort(places)
	return places, nil
}

// Orphan is the place of a content that nothing leads to any more.
func Orphan(id source.ID) source.Place {
	what := "unreachable object"
	if oid, ok := objects.ParseID(string(id)); ok {
		what += " " + objects.Short(oid)
	}
	return source.Place{ID: id, What: what, Layer: finding.Unreachable}
}

// Sort orders places by path, then by what they are, then by content.
func Sort(places []source.Place) {
	slices.SortFunc(places, func(a, b source.Place) int {
		return cmp.Or(
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.What, b.What),
			cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.Layer, b.Layer),
			cmp.Compare(hashOf(a.First), hashOf(b.First)),
		)
	})
}

func hashOf(c *finding.Commit) string {
	if c == nil {
		return ""
	}
	return c.Hash
}

// Places returns where contents stand in history, unfiltered and in no order.
// A commit puts a blob at a path if none of its parents has that blob there; a
// place tells the earliest and the latest such commit. Unreachable commits
// count only for blobs that no reachable one has.
func (s *Source) Places(ctx context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	l := &locator{s: s, ctx: ctx, people: map[string]bool{}, commits: map[objects.ID]*finding.Commit{}}
	l.head = s.headReach()
	var all []*commit
	var sorted sync.WaitGroup
	sorted.Go(func() { all = s.graph.sorted() })
	blobs := map[ordinal]bool{}
	for id := range ids {
		if !l.text(id) {
			if oid, ok := objects.ParseID(string(id)); ok {
				blobs[s.objectIndex.of(oid)] = true
			}
		}
	}
	var a *attribution
	if len(blobs) > 0 {
		a = l.attribution(blobs)
	}
	sorted.Wait()
	if len(l.people) > 0 {
		l.identities(all)
	}
	if a != nil {
		if err := l.blobs(a, all); err != nil {
			return nil, err
		}
	}
	return l.places, ctx.Err()
}

// locator collects the places of one question.
type locator struct {
	s       *Source
	ctx     context.Context
	people  map[string]bool
	places  []source.Place
	commits map[objects.ID]*finding.Commit
	head    map[ordinal]bool // commits that HEAD reaches
}

// text places the text of a commit or tag; false if id is a blob's.
func (l *locator) text(id source.ID) bool {
	text := string(id)
	if person, ok := strings.CutPrefix(text, identityID); ok {
		l.people[person] = true
		return true
	}
	for prefix, what := range map[string]string{messageID: "message", headersID: "headers"} {
		hex, ok := strings.CutPrefix(text, prefix)
		if !ok {
			continue
		}
		oid, _ := objects.ParseID(hex)
		n := l.s.objectIndex.of(oid)
		p := source.Place{ID: id, What: "commit " + what, Layer: finding.History}
		if _, isTag := l.s.graph.tags[n]; isTag {
			p.What = "tag " + what
		} else if c := l.s.graph.commits[n]; c != nil && c.reach == unreached && !l.s.partial() {
			p.Layer = finding.Unreachable
		}
		p.Anchor = p.What
		p.InHead = l.head[n]
		p.First = l.commit(oid)
		p.Last = p.First
		l.places = append(l.places, p)
		return true
	}
	return false
}

// commit reads what a finding tells about a commit or tag; nil if it cannot be
// read.
func (l *locator) commit(id objects.ID) *finding.Commit {
	if c, ok := l.commits[id]; ok {
		return c
	}
	c := l.s.readCommit(id)
	if c != nil {
		l.commits[id] = c
	}
	return c
}

func (s *Source) readCommit(id objects.ID) *finding.Commit {
	kind, data, err := s.db.Read(id)
	if err != nil {
		return nil
	}
	who := objects.Signature{}
	if kind == objects.Tag {
		if t, err := objects.ParseTag(data); err == nil {
			who = t.Tagger
		}
	} else if c, err := objects.ParseCommit(data); err == nil {
		who = c.Author
	}
	return &finding.Commit{Hash: id.String(), Author: string(who.Name), Email: string(who.Email), Date: who.When}
}

// prefetch reads the commits of places, several at once.
func (l *locator) prefetch(places map[placeKey]*record) {
	var ids []objects.ID
	for _, r := range places {
		for _, c := range []*commit{r.first, r.last} {
			if _, known := l.commits[c.id]; !known && c.reach != byTree {
				l.commits[c.id] = nil
				ids = append(ids, c.id)
			}
		}
	}
	read := make([]*finding.Commit, len(ids))
	var group sync.WaitGroup
	jobs := max(1, l.s.Jobs)
	for j := range jobs {
		group.Go(func() {
			for i := j; i < len(ids); i += jobs {
				read[i] = l.s.readCommit(ids[i])
			}
		})
	}
	group.Wait()
	for i, id := range ids {
		l.commits[id] = read[i]
	}
}

// identities places people: one place for each part they had.
func (l *locator) identities(all []*commit) {
	type part struct {
		person, what string
	}
	parts := map[part]*record{}
	note := func(line []byte, what string, c *commit) {
		if !l.people[string(line)] {
			return
		}
		key := part{string(line), what}
		r := parts[key]
		if r == nil {
			parts[key] = &record{c, c}
			return
		}
		if c.before(r.first) {
			r.first = c
		}
		if r.last.before(c) {
			r.last = c
		}
	}
	for _, c := range all {
		if !l.s.inRange(c) {
			continue
		}
		if _, data, err := l.s.db.Read(c.id); err == nil {
			if d, err := objects.ParseCommit(data); err == nil {
				note(d.Author.Line, "author", c)
				note(d.Committer.Line, "committer", c)
			}
		}
	}
	for tag := range l.s.graph.tags {
		id := l.s.objectIndex.id(tag)
		if _, data, err := l.s.db.Read(id); err == nil {
			if t, err := objects.ParseTag(data); err == nil {
				note(t.Tagger.Line, "tagger", &commit{id: id, when: t.Tagger.When, reach: byRef})
			}
		}
	}
	for key, r := range parts {
		layer := finding.History
		if r.first.reach == unreached && r.last.reach == unreached && !l.s.partial() {
			layer = finding.Unreachable
		}
		l.places = append(l.places, source.Place{
			ID: source.ID(identityID + key.person), What: key.what, Anchor: key.what, Layer: layer,
			First: l.commit(r.first.id), Last: l.commit(r.last.id),
		})
	}
}

// blobs places blobs: by reachable commits, else by what refs name directly,
// else by unreachable commits.
func (l *locator) blobs(a *attribution, all []*commit) error {
	wanted := a.wanted
	l.attribute(a, all, func(c *commit) bool { return l.s.inRange(c) && (c.reach != unreached || l.s.partial()) })
	head, hasHead := l.s.headTree()
	l.direct(a)
	l.prefetch(a.places)
	for key, r := range a.places {
		l.places = append(l.places, l.place(key, r, finding.History, hasHead && a.has(head, key)))
	}
	if l.s.partial() {
		return nil
	}
	rest := map[ordinal]bool{}
	for id := range wanted {
		if a.counts[id] == 0 {
			rest[id] = true
		}
	}
	if len(rest) == 0 {
		return nil
	}
	a = l.attribution(rest)
	l.attribute(a, all, func(c *commit) bool { return c.reach == unreached })
	l.prefetch(a.places)
	for key, r := range a.places {
		l.places = append(l.places, l.place(key, r, finding.Unreachable, false))
	}
	return nil
}

// attribution prepares the search for blobs: in trees that are read one by one if
// only a part of the history is looked at, and else in what matters of all of them.
func (l *locator) attribution(wanted map[ordinal]bool) *attribution {
	if l.s.forest == nil {
		names := newNames()
		from := &storedTrees{objectIndex: l.s.objectIndex, names: names, wanted: wanted, pruned: map[ordinal][]entry{}}
		return l.s.newAttribution(wanted, from, names)
	}
	from, whole := l.s.forest.trace(slices.Sorted(maps.Keys(wanted)), maxEntries, byWhat)
	a := l.s.newAttribution(wanted, from, l.s.forest.names)
	a.bounded = !whole
	return a
}

func (l *locator) attribute(a *attribution, all []*commit, counts func(*commit) bool) {
	for _, c := range all {
		if l.ctx.Err() != nil {
			return
		}
		if counts(c) {
			a.commit(c)
		}
	}
	stored, _ := a.trees.(*storedTrees)
	if (a.bounded || stored != nil && stored.tooFar) && l.s.visitor != nil {
		l.s.visitor.Unexamined(".git", finding.OverBudget.Because("too many places: some findings stand in more than are told"))
	}
}

// headTree returns the tree of HEAD; false if there is none.
func (s *Source) headTree() (tree ordinal, ok bool) {
	if head, ok := s.dir.Head(); ok {
		if id, err := s.peel(head); err == nil {
			if c, err := s.load(s.objectIndex.of(id)); err == nil {
				return c.tree, true
			}
		}
	}
	return noObject, false
}

func (l *locator) place(key placeKey, r *record, layer finding.Layer, inHead bool) source.Place {
	p := source.Place{ID: source.ID(l.s.objectIndex.id(key.id).String()), Path: key.path, Layer: layer, InHead: inHead}
	if r.first.reach == byTree {
		return p
	}
	p.First, p.Last = l.commit(r.first.id), l.commit(r.last.id)
	if r.first.reach == byNotes {
		if about, ok := objects.ParseID(strings.ReplaceAll(key.path, "/", "")); ok {
			p.Path, p.What, p.Anchor = "", "note on "+objects.Short(about), "note"
		}
	}
	return p
}

// maxDirect bounds the refs to one object that is no commit that are told.
const maxDirect = 1000

// direct places what refs name without a commit: a blob, or a tree, which
// counts for what no commit put at the same path.
func (l *locator) direct(a *attribution) {
	passed := map[ordinal]bool{} // that a million refs may name
	for _, r := range l.s.roots {
		n := l.s.graph.peel(l.s.objectIndex.of(r.ID))
		if _, isCommit := l.s.graph.commits[n]; isCommit || passed[n] {
			continue
		}
		if !a.wanted[n] {
			passed[n] = true
		}
		id := l.s.objectIndex.id(n)
		if !l.s.examinedOrHere(n, id) {
			continue
		}
		if a.wanted[n] {
			if a.counts[n]++; a.counts[n] <= maxDirect {
				l.places = append(l.places, source.Place{ID: source.ID(id.String()), What: r.Name, Layer: finding.History})
			}
			continue
		}
		if kind, _, err := l.s.db.Read(id); err != nil || kind != objects.Tree {
			continue
		}
		a.commit(&commit{id: id, ordinal: n, tree: n, reach: byTree})
	}
}

// examinedOrHere reports whether an object is in the database. After a walk over all of it
// nobody needs to ask the disk for a million that are not.
func (s *Source) examinedOrHere(n ordinal, id objects.ID) bool {
	return s.objectIndex.has(n) || s.partial() && s.db.Has(id)
}
