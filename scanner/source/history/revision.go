package history

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/gitdate"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// scanRange examines what the commits of the range introduced: blobs that none of
// their parents has at the same path, and their texts.
func (s *Source) scanRange(ctx context.Context, v source.Visitor) error {
	s.only = map[ordinal]bool{}
	choose := s.between
	if s.Since != "" {
		choose = s.since
	}
	if err := choose(ctx, v); err != nil {
		return err
	}
	return s.examineRange(ctx, v)
}

// readCommits takes in all commits at once, which costs less than to look up most
// of them.
func (s *Source) readCommits(ctx context.Context) error {
	return s.db.EachCommit(ctx, s.Jobs, func(id objects.ID, c *objects.CommitData) {
		s.graph.addCommit(s.objectIndex.of(id), id, c)
	})
}

// between selects the commits of s.Range.
func (s *Source) between(ctx context.Context, v source.Visitor) error {
	chosen, err := s.choose(ctx, s.Range)
	if err != nil {
		return fmt.Errorf("range %q: %w", s.Range, err)
	}
	if len(chosen.without) == 0 && len(chosen.with) > 0 { // all of a history
		if err := s.readCommits(ctx); err != nil {
			return err
		}
	}
	l := s.newRevwalk(v)
	for id := range chosen.without {
		l.reach(s.objectIndex.of(id), true)
	}
	for id := range chosen.with {
		l.reach(s.objectIndex.of(id), false)
	}
	l.walk()
	s.tags, s.named = chosen.tags, chosen.loose
	s.bounded = len(chosen.without) > 0
	return nil
}

// since selects the commits of s.Since, a revision or else a date, local unless
// it says otherwise.
func (s *Source) since(ctx context.Context, v source.Visitor) error {
	s.bounded = true
	l := s.newRevwalk(v)
	begin := time.Time{}
	from, err := s.resolve(ctx, s.Since)
	if err == nil {
		l.reach(s.objectIndex.of(from), true)
		if c, err := s.load(s.objectIndex.of(from)); err == nil {
			begin = c.when
		}
	} else if l.since, err = gitdate.Parse(s.Since, time.Now()); err != nil {
		return cmp.Or(ctx.Err(), fmt.Errorf("since %q: neither a commit here nor a date: write 2006-01-02, yesterday or 2 weeks ago", s.Since))
	}
	if begin.IsZero() {
		begin = l.since
	}
	s.tellMissingRoots(v)
	for _, r := range s.roots {
		id, tags, err := s.peelTags(r.ID)
		if err != nil {
			continue
		}
		for _, tag := range tags {
			if s.taggedSince(tag, begin) {
				s.tags = append(s.tags, tag)
			}
		}
		root := s.objectIndex.of(id)
		if _, err := s.load(root); err == nil { // it is a commit
			l.reach(root, false)
		}
	}
	l.walk()
	return nil
}

func (s *Source) inRange(c *commit) bool { return s.only == nil || s.only[c.ordinal] }

// shallowEnds returns the commits at which a shallow clone ends.
func (s *Source) shallowEnds(v source.Visitor) map[objects.ID]bool {
	ends, err := s.dir.Shallow()
	if err != nil {
		v.Unexamined(".git/shallow", objects.ReasonOf(err))
	}
	end := map[objects.ID]bool{}
	for _, id := range ends {
		end[id] = true
	}
	return end
}

// headReach returns the commits that HEAD reaches. Of a range it stops looking
// when it has met all of it, or what is left is older.
func (s *Source) headReach() map[ordinal]bool {
	set := map[ordinal]bool{}
	head, ok := s.dir.Head()
	if !ok {
		return set
	}
	id, err := s.peel(head)
	if err != nil {
		return set
	}
	open, oldest := len(s.only), s.oldest()
	for stack := []ordinal{s.objectIndex.of(id)}; len(stack) > 0 && (s.only == nil || open > 0); {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if set[n] {
			continue
		}
		c, err := s.load(n)
		if err != nil {
			continue
		}
		set[n] = true
		if s.only[n] {
			open--
		}
		if !c.when.Before(oldest.Add(-skew)) {
			stack = append(stack, c.parents...)
		}
	}
	return set
}

// oldest returns the date of the oldest commit of the range; zero, which is older
// than any, if there is no range.
func (s *Source) oldest() time.Time {
	var oldest time.Time
	for n := range s.only {
		if c := s.graph.commits[n]; c != nil && (oldest.IsZero() || c.when.Before(oldest)) {
			oldest = c.when
		}
	}
	return oldest
}

func (s *Source) load(n ordinal) (*commit, error) {
	if c := s.graph.commits[n]; c != nil {
		return c, nil
	}
	id := s.objectIndex.id(n)
	kind, data, err := s.db.Read(id)
	if err != nil {
		return nil, err
	}
	if kind != objects.Commit {
		return nil, fmt.Errorf("a %s, not a commit", kind)
	}
	c, err := objects.ParseCommit(data)
	if err != nil {
		return nil, err
	}
	return s.graph.addCommit(n, id, &c), nil
}

// examineRange hands over the texts of the range's commits and the blobs they
// introduced.
func (s *Source) examineRange(ctx context.Context, v source.Visitor) error {
	trees, err := s.lister(ctx)
	if err != nil {
		return err
	}
	introduced := newIntroduced(s, v, trees)
	for _, c := range s.graph.sorted() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !s.only[c.ordinal] {
			continue
		}
		if err := s.handTexts(c, v); err != nil {
			s.passed++
			v.Unexamined("object "+c.id.String(), objects.ReasonOf(err))
			continue
		}
		introduced.commit(c)
	}
	for _, id := range s.named {
		introduced.object(id)
	}
	seen := map[objects.ID]bool{}
	for _, tag := range s.tags {
		if !seen[tag] {
			seen[tag] = true
			s.handTag(tag, v)
		}
	}
	s.passed += len(introduced.blobs) + len(introduced.named)
	s.introducedNames = introduced.named
	s.movedModules = introduced.moved
	if s.bounded { // else every line was introduced by some commit
		s.look = &lookBack{b: introduced, gone: map[ordinal][][]entry{}}
	}
	return s.handBlobs(ctx, introduced.blobs, v)
}

// handTag hands over what people wrote into an annotated tag that the range brings.
func (s *Source) handTag(id objects.ID, v source.Visitor) {
	kind, data, err := s.db.Read(id)
	if err == nil && kind != objects.Tag {
		err = fmt.Errorf("a %s, not a tag", kind)
	}
	if err != nil {
		s.passed++
		v.Unexamined("object "+id.String(), objects.ReasonOf(err))
		return
	}
	s.visitTag(s.objectIndex.of(id), &objects.Object{ID: id, Kind: kind, Data: data}, v)
}

// taggedSince reports whether a tag is newer than a date.
func (s *Source) taggedSince(id objects.ID, begin time.Time) bool {
	_, data, err := s.db.Read(id)
	if err != nil {
		return false
	}
	t, err := objects.ParseTag(data)
	return err == nil && t.Tagger.When.After(begin)
}

// Empty says, after a scan of a range, why it held nothing to examine; "" if it did.
func (s *Source) Empty() string {
	switch {
	case !s.partial() || s.passed > 0:
		return ""
	case len(s.only) > 0 || len(s.tags)+len(s.named) > 0 || s.movedModules > 0:
		return "the commits of the range bring no content"
	case s.Since != "":
		return "no commits since then"
	}
	return "no commits in the range"
}

// handTexts hands over what people wrote into a commit.
func (s *Source) handTexts(c *commit, v source.Visitor) error {
	_, data, err := s.db.Read(c.id)
	if err != nil {
		return err
	}
	d, err := objects.ParseCommit(data)
	if err != nil {
		return err
	}
	v.Count(1, 0)
	s.identity(d.Author.Line, v)
	s.identity(d.Committer.Line, v)
	s.hand(headersID+c.id.String(), d.Extra, v)
	s.hand(messageID+c.id.String(), d.Message, v)
	return nil
}

// manyBlobs is from when on it costs less to go along the packs than to look up
// one blob after the other.
const manyBlobs = 1000

// handBlobs hands over the given blobs but for those that the state remembers.
func (s *Source) handBlobs(ctx context.Context, blobs map[objects.ID]bool, v source.Visitor) error {
	maps.DeleteFunc(blobs, func(id objects.ID, _ bool) bool {
		size, known := s.State.Knows(id)
		if known {
			v.Remembered(1, size)
		}
		return known
	})
	if len(blobs) < manyBlobs {
		return s.lookUpBlobs(ctx, blobs, v)
	}
	return s.walkBlobs(ctx, blobs, v)
}

// lookUpBlobs hands over each blob by itself.
func (s *Source) lookUpBlobs(ctx context.Context, blobs map[objects.ID]bool, v source.Visitor) error {
	ids := make(chan objects.ID)
	var group sync.WaitGroup
	for range max(1, s.Jobs) {
		group.Go(func() {
			for id := range ids {
				o, err := objects.Load(s.db, id)
				if err != nil {
					v.Unexamined("object "+id.String(), objects.ReasonOf(err))
					continue
				}
				v.Blob(&source.Blob{ID: source.ID(id.String()), Size: o.Size, Data: o.Data, Open: o.Open, Before: s.maker(id), Clean: s.cleaner(o)})
			}
		})
	}
	for id := range blobs {
		if ctx.Err() != nil {
			break
		}
		ids <- id
	}
	close(ids)
	group.Wait()
	return ctx.Err()
}

// walkBlobs hands over blobs along the packs, each with what is new in it.
func (s *Source) walkBlobs(ctx context.Context, blobs map[objects.ID]bool, v source.Visitor) error {
	o := objects.WalkOptions{
		Workers: s.Jobs,
		Kinds:   []objects.Kind{objects.Blob},
		Skip:    func(id objects.ID) bool { return !blobs[id] },
	}
	visit := func(o *objects.Object) any {
		s.objectIndex.arrived(o)
		return s.visitBlob(o, v)
	}
	told := map[objects.ID]bool{}
	err := s.db.Walk(ctx, o, visit, func(p objects.Problem) {
		switch {
		case p.ID.IsZero():
			v.Unexamined(p.Where, objects.ReasonOf(p.Err))
		case blobs[p.ID]:
			v.Unexamined("object "+p.ID.String(), objects.ReasonOf(p.Err))
			told[p.ID] = true
		}
	})
	if err != nil {
		return err
	}
	for id := range blobs {
		if !told[id] && !s.objectIndex.has(s.objectIndex.of(id)) {
			v.Unexamined("object "+id.String(), errMissing)
		}
	}
	return nil
}
