package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// scanRange examines what the commits of the range brought: blobs that none of
// their parents has at the same path, and their texts.
func (s *Source) scanRange(ctx context.Context, v source.Visitor) error {
	s.only = map[num]bool{}
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
		s.graph.addCommit(s.register.of(id), id, c)
	})
}

// between selects the commits of s.Range.
func (s *Source) between(ctx context.Context, v source.Visitor) error {
	from, to, isRange := strings.Cut(s.Range, "..")
	if !isRange {
		from, to = "", s.Range
	}
	if strings.HasPrefix(to, ".") {
		return fmt.Errorf("range %q: three dots are not supported, write A..B", s.Range)
	}
	if to == "" {
		to = "HEAD"
	}
	end, err := s.resolve(ctx, to)
	if err != nil {
		return fmt.Errorf("range %q: %w", s.Range, err)
	}
	// The all-zero hash is what git passes to hooks for a ref yet to be made.
	if strings.Trim(from, "0") != "" {
		start, err := s.resolve(ctx, from)
		if err != nil {
			return fmt.Errorf("range %q: %w", s.Range, err)
		}
		l := s.newLimit(v)
		l.reach(s.register.of(start), true)
		l.reach(s.register.of(end), false)
		l.walk()
		return nil
	}
	if isRange && from == "" {
		return fmt.Errorf("range %q: no commit before the dots", s.Range)
	}
	if err := s.readCommits(ctx); err != nil {
		return err
	}
	l := s.newLimit(v)
	l.reach(s.register.of(end), false)
	l.walk()
	return nil
}

// dates are the forms that a date may have.
var dates = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"}

// since selects the commits of s.Since, a revision or else a date, local unless
// it says otherwise.
func (s *Source) since(ctx context.Context, v source.Visitor) error {
	l := s.newLimit(v)
	from, err := s.resolve(ctx, s.Since)
	if err == nil {
		l.reach(s.register.of(from), true)
	} else if l.since, err = parseDate(s.Since, err); err != nil {
		return err
	}
	s.tellMissingRoots(v)
	for _, r := range s.roots {
		id, err := s.peel(r.ID)
		if err != nil {
			continue
		}
		root := s.register.of(id)
		if _, err := s.load(root); err == nil { // it is a commit
			l.reach(root, false)
		}
	}
	l.walk()
	return nil
}

// parseDate reads a date. unresolved is why it is no revision.
func parseDate(text string, unresolved error) (time.Time, error) {
	for _, form := range dates {
		if t, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("since %q: neither a date such as 2006-01-02 nor a commit: %w", text, unresolved)
}

func (s *Source) inRange(c *commit) bool { return s.only == nil || s.only[c.num] }

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
func (s *Source) headReach() map[num]bool {
	set := map[num]bool{}
	head, ok := s.dir.Head()
	if !ok {
		return set
	}
	id, err := s.peel(head)
	if err != nil {
		return set
	}
	open, oldest := len(s.only), s.oldest()
	for stack := []num{s.register.of(id)}; len(stack) > 0 && (s.only == nil || open > 0); {
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

func (s *Source) load(n num) (*commit, error) {
	if c := s.graph.commits[n]; c != nil {
		return c, nil
	}
	id := s.register.id(n)
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
// brought.
func (s *Source) examineRange(ctx context.Context, v source.Visitor) error {
	trees, err := s.lister(ctx)
	if err != nil {
		return err
	}
	brought := newBrought(s, v, trees)
	for _, c := range s.graph.sorted() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !s.only[c.num] {
			continue
		}
		if err := s.handTexts(c, v); err != nil {
			v.Unexamined("object "+c.id.String(), objects.ReasonOf(err))
			continue
		}
		brought.commit(c)
	}
	return s.handBlobs(ctx, brought.blobs, v)
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
				v.Blob(&source.Blob{ID: source.ID(id.String()), Size: o.Size, Data: o.Data, Open: o.Open, Clean: s.cleaner(o)})
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
		s.register.arrived(o)
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
		if !told[id] && !s.register.has(s.register.of(id)) {
			v.Unexamined("object "+id.String(), errMissing)
		}
	}
	return nil
}

// resolve finds the commit that a revision names: HEAD, a ref by any name git
// takes, a hash or the beginning of one, each followed by ^, ^n or ~n.
func (s *Source) resolve(ctx context.Context, rev string) (objects.ID, error) {
	at := strings.IndexAny(rev, "^~")
	if at < 0 {
		at = len(rev)
	}
	id, ok := s.resolveName(rev[:at])
	if !ok {
		var err error
		if id, err = s.abbreviated(ctx, rev[:at]); err != nil {
			return id, err
		}
	}
	id, err := s.peel(id)
	if err != nil {
		return id, err
	}
	for steps := rev[at:]; steps != ""; {
		op := steps[0]
		end := 1
		for end < len(steps) && steps[end] >= '0' && steps[end] <= '9' {
			end++
		}
		n := 1
		if end > 1 {
			if n, err = strconv.Atoi(steps[1:end]); err != nil {
				return id, fmt.Errorf("%q is no revision", rev)
			}
		}
		if op != '^' && op != '~' {
			return id, fmt.Errorf("%q is no revision", rev)
		}
		if id, err = s.ancestor(id, op, n); err != nil {
			return id, fmt.Errorf("%q: %w", rev, err)
		}
		steps = steps[end:]
	}
	return id, nil
}

func (s *Source) resolveName(name string) (objects.ID, bool) {
	if id, ok := objects.ParseID(name); ok {
		return id, len(id.Bytes()) == s.db.IDSize()
	}
	if name == "@" || name == "" {
		name = "HEAD"
	}
	// The order of gitrevisions(7).
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		if id, ok := s.dir.Resolve(fmt.Sprintf(pattern, name)); ok {
			return id, true
		}
	}
	return objects.ID{}, false
}

// minAbbreviation is how short git lets hashes be.
const minAbbreviation = 4

// abbreviated finds the one commit or tag whose hash begins so.
func (s *Source) abbreviated(ctx context.Context, prefix string) (objects.ID, error) {
	none := fmt.Errorf("%q names no commit here", prefix)
	prefix = strings.ToLower(prefix)
	if len(prefix) < minAbbreviation || strings.Trim(prefix, "0123456789abcdef") != "" {
		return objects.ID{}, none
	}
	ids, err := s.db.WithPrefix(ctx, prefix)
	if err != nil {
		return objects.ID{}, err
	}
	ids = slices.DeleteFunc(ids, func(id objects.ID) bool {
		kind, _, err := s.db.Read(id)
		return err != nil || kind != objects.Commit && kind != objects.Tag
	})
	switch len(ids) {
	case 0:
		return objects.ID{}, none
	case 1:
		return ids[0], nil
	}
	return objects.ID{}, fmt.Errorf("%q is the beginning of %d commits", prefix, len(ids))
}

// peel follows tags to a commit.
func (s *Source) peel(id objects.ID) (objects.ID, error) {
	for range 64 {
		kind, data, err := s.db.Read(id)
		if err != nil {
			return id, err
		}
		if kind != objects.Tag {
			return id, nil
		}
		t, err := objects.ParseTag(data)
		if err != nil {
			return id, err
		}
		id = t.Target
	}
	return id, errors.New("tags in a circle")
}

// ancestor goes to the n-th parent (^) or n first parents up (~).
func (s *Source) ancestor(id objects.ID, op byte, n int) (objects.ID, error) {
	up, nth := n, 1
	if op == '^' {
		up, nth = min(n, 1), n // ^0 is the commit itself
	}
	for range up {
		c, err := s.load(s.register.of(id))
		if err != nil {
			return id, err
		}
		if len(c.parents) < nth {
			return id, errors.New("it has no such parent")
		}
		id = s.register.id(c.parents[nth-1])
	}
	return id, nil
}
