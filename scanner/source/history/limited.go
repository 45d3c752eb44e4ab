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

// limit is a walk back from both ends of a range: from what is excluded and from
// what is wanted, the newest commits first, until all that is left is excluded and
// older than what was selected, or older than wanted.
type limit struct {
	s        *Source
	v        source.Visitor
	since    time.Time // older commits are not wanted
	shallow  map[objects.ID]bool
	queue    newest
	open     int          // in the queue, and not excluded
	excluded map[num]bool // reached from the start
	done     map[num]bool // taken from the queue, or not there
	queued   map[num]bool
	oldest   time.Time // of the commits selected
}

func (s *Source) newLimit(v source.Visitor) *limit {
	return &limit{
		s: s, v: v, shallow: s.shallowEnds(v),
		excluded: map[num]bool{}, done: map[num]bool{}, queued: map[num]bool{},
	}
}

// walk selects the commits. Where it begins was said with reach.
func (l *limit) walk() {
	for l.more() {
		c := heap.Pop(&l.queue).(*commit)
		l.done[c.num] = true
		if !l.excluded[c.num] {
			l.open--
			if len(l.s.only) == 0 || c.when.Before(l.oldest) {
				l.oldest = c.when
			}
			l.s.only[c.num] = true
		}
		for _, p := range c.parents {
			l.reach(p, l.excluded[c.num])
		}
	}
	maps.DeleteFunc(l.s.only, func(n num, _ bool) bool { return l.s.graph.commits[n].when.Before(l.since) })
}

func (l *limit) more() bool {
	if len(l.queue) == 0 || l.queue[0].when.Before(l.since.Add(-skew)) {
		return false
	}
	return l.open > 0 || len(l.s.only) > 0 && !l.queue[0].when.Before(l.oldest.Add(-skew))
}

// reach puts a commit into the queue, or excludes it with what it is known to lead
// to.
func (l *limit) reach(n num, exclude bool) {
	stack := []num{n}
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

func (l *limit) enqueue(n num, exclude bool) {
	if exclude {
		l.excluded[n] = true
	}
	c, err := l.s.load(n)
	if err != nil {
		l.done[n] = true
		l.tell(exclude, "object "+l.s.register.id(n).String(), objects.ReasonOf(err))
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
func (l *limit) tell(excluded bool, path string, why finding.Reason) {
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
