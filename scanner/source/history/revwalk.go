package history

import (
	"container/heap"
	"maps"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// skew is how far the dates of commits may be wrong: git, too, goes by them, so as
// not to read all of history for the few commits of a push.
const skew = 24 * time.Hour

// revwalk is a walk back from both ends of a range: from what is excluded and from
// what is wanted, the newest commits first, until all that is left is excluded and
// older than what was selected, or older than wanted.
type revwalk struct {
	s        *Source
	v        source.Visitor
	since    time.Time // older commits are not wanted
	shallow  map[objects.ID]bool
	queue    newest
	open     int              // in the queue, and not excluded
	excluded map[ordinal]bool // reached from the start
	done     map[ordinal]bool // taken from the queue, or not there
	queued   map[ordinal]bool
	oldest   time.Time // of the commits selected
}

func (s *Source) newRevwalk(v source.Visitor) *revwalk {
	return &revwalk{
		s: s, v: v, shallow: s.shallowEnds(v),
		excluded: map[ordinal]bool{}, done: map[ordinal]bool{}, queued: map[ordinal]bool{},
	}
}

// walk selects the commits. Where it begins was said with reach.
func (l *revwalk) walk() {
	for l.more() {
		c := heap.Pop(&l.queue).(*commit)
		l.done[c.ordinal] = true
		if !l.excluded[c.ordinal] {
			l.open--
			if len(l.s.only) == 0 || c.when.Before(l.oldest) {
				l.oldest = c.when
			}
			l.s.only[c.ordinal] = true
		}
		for _, p := range c.parents {
			l.reach(p, l.excluded[c.ordinal])
		}
	}
	maps.DeleteFunc(l.s.only, func(n ordinal, _ bool) bool { return l.s.graph.commits[n].when.Before(l.since) })
}

func (l *revwalk) more() bool {
	if len(l.queue) == 0 || l.queue[0].when.Before(l.since.Add(-skew)) {
		return false
	}
	return l.open > 0 || len(l.s.only) > 0 && !l.queue[0].when.Before(l.oldest.Add(-skew))
}

// reach puts a commit into the queue, or excludes it with what it is known to lead
// to.
func (l *revwalk) reach(n ordinal, exclude bool) {
	stack := []ordinal{n}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch known := l.queued[n] || l.done[n]; {
		case !known:
			l.enqueue(n, exclude)
		case exclude && !l.excluded[n]:
			l.excluded[n] = true
			if !l.done[n] {
				l.open--
				continue // its turn comes
			}
			delete(l.s.only, n)
			if c := l.s.graph.commits[n]; c != nil {
				stack = append(stack, c.parents...)
			}
		}
	}
}

func (l *revwalk) enqueue(n ordinal, exclude bool) {
	if exclude {
		l.excluded[n] = true
	}
	c, err := l.s.load(n)
	if err != nil {
		l.done[n] = true
		l.tell(exclude, "object "+l.s.objectIndex.id(n).String(), objects.ReasonOf(err))
		return
	}
	if l.shallow[c.id] {
		c.parents = nil
		l.tell(exclude, ".git/shallow", finding.Shallow.Because("shallow clone: the history before commit %s is not here", objects.Short(c.id)))
	}
	l.queued[n] = true
	if !exclude {
		l.open++
	}
	heap.Push(&l.queue, c)
}

// tell tells of what the range lacks: what lies behind its start was not asked for.
func (l *revwalk) tell(excluded bool, path string, why finding.Reason) {
	if !excluded {
		l.v.Unexamined(path, why)
	}
}

// newest is a heap of commits.
type newest []*commit

func (h newest) Len() int           { return len(h) }
func (h newest) Less(i, j int) bool { return h[i].when.After(h[j].when) }
func (h newest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *newest) Push(c any)        { *h = append(*h, c.(*commit)) }
func (h *newest) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}
