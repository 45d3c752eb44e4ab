package taint

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// segmentKind says what a step into an object is.
type segmentKind uint8

// The kinds of segments, in the order in which paths are gone over.
const (
	keysOf   segmentKind = iota + 1 // the keys of a map
	captured                        // variable Index that a closure captured
	fieldOf                         // field Index of a struct
	resultOf                        // result Index of a call
	anyOf                           // any element of an array, slice, map or channel
	keyOf                           // the element of a map at the constant Key
)

// segment is one step into an object.
type segment struct {
	Kind  segmentKind
	Index int
	Key   string
}

func field(i int) segment        { return segment{Kind: fieldOf, Index: i} }
func capture(i int) segment      { return segment{Kind: captured, Index: i} }
func result(i int) segment       { return segment{Kind: resultOf, Index: i} }
func element(key string) segment { return segment{Kind: keyOf, Key: key} }

var (
	anyElement = segment{Kind: anyOf}
	mapKeys    = segment{Kind: keysOf}
)

func (s segment) compare(t segment) int {
	return cmp.Or(cmp.Compare(s.Kind, t.Kind), cmp.Compare(s.Index, t.Index), strings.Compare(s.Key, t.Key))
}

// path is a sequence of segments. Paths are interned: each is one node of a tree that
// belongs to the analysis of one package, so that two are the same path if they are the
// same pointer, and neither making nor comparing one looks at text. The root of the tree
// is the empty path. A tree is not for use by several goroutines.
type path struct {
	parent *path
	root   *path
	last   segment
	len    int
	depth  int  // segments that lead into data, which maxPath bounds
	many   bool // it leads through elements or keys: it is several places in one
	next   map[segment]*path
}

// newPaths begins a tree.
func newPaths() *path {
	p := &path{}
	p.root = p
	return p
}

// maxPath is how deep a path goes; what lies deeper is merged into its ancestor,
// which costs precision below and keeps recursive types finite.
const maxPath = 8

// at is the path one segment further.
func (p *path) at(s segment) *path {
	if p.depth >= maxPath {
		return p
	}
	if q := p.next[s]; q != nil {
		return q
	}
	q := &path{parent: p, root: p.root, last: s, len: p.len + 1, depth: p.depth, many: p.many || s.Kind == anyOf || s.Kind == keysOf}
	switch s.Kind {
	case fieldOf, anyOf, keyOf:
		q.depth++
	}
	if p.next == nil {
		p.next = map[segment]*path{}
	}
	p.next[s] = q
	return q
}

// join is the path that goes on by another one.
func (p *path) join(rest *path) *path {
	if rest.parent == nil {
		return p
	}
	return p.join(rest.parent).at(rest.last)
}

// joinAll is the path that goes on by segments, as a fact has them.
func (p *path) joinAll(rest []segment) *path {
	for _, s := range rest {
		p = p.at(s)
	}
	return p
}

// isRoot reports whether the path is empty.
func (p *path) isRoot() bool { return p.parent == nil }

// below reports whether the path lies strictly below another one.
func (p *path) below(base *path) bool {
	if p.len <= base.len {
		return false
	}
	for p.len > base.len {
		p = p.parent
	}
	return p == base
}

// from is the rest of a path below, or at, another one.
func (p *path) from(base *path) *path {
	if p == base {
		return p.root
	}
	return p.parent.from(base).at(p.last)
}

// first is the segment that a path begins with; the zero segment if it is empty.
func (p *path) first() segment {
	for p.len > 1 {
		p = p.parent
	}
	return p.last
}

// rest is the path without its first segment.
func (p *path) rest() *path {
	head := p
	for head.len > 1 {
		head = head.parent
	}
	return p.from(head)
}

// segments lists a path's segments.
func (p *path) segments() []segment {
	if p == nil {
		return nil
	}
	out := make([]segment, p.len)
	for ; p.parent != nil; p = p.parent {
		out[p.len-1] = p.last
	}
	return out
}

// compare orders paths: an ancestor first, then segment by segment.
func (p *path) compare(q *path) int {
	if p == q {
		return 0
	}
	if p == nil || q == nil {
		return boolInt(p != nil) - boolInt(q != nil)
	}
	shorter := cmp.Compare(p.len, q.len)
	for p.len > q.len {
		p = p.parent
	}
	for q.len > p.len {
		q = q.parent
	}
	return cmp.Or(p.compareSame(q), shorter)
}

// compareSame orders paths of one length.
func (p *path) compareSame(q *path) int {
	if p == q {
		return 0
	}
	return cmp.Or(p.parent.compareSame(q.parent), p.last.compare(q.last))
}

// String spells a path for those who debug: .3 a field, [] any element, {k} the element
// at a key, # the keys, @1 a result, $2 a captured variable. Nothing reads it.
func (p *path) String() string {
	var b strings.Builder
	for _, s := range p.segments() {
		switch s.Kind {
		case fieldOf:
			b.WriteString("." + strconv.Itoa(s.Index))
		case anyOf:
			b.WriteString("[]")
		case keyOf:
			b.WriteString("{" + s.Key + "}")
		case keysOf:
			b.WriteString("#")
		case resultOf:
			b.WriteString("@" + strconv.Itoa(s.Index))
		case captured:
			b.WriteString("$" + strconv.Itoa(s.Index))
		}
	}
	return b.String()
}

// byPath goes over what is kept by path in a fixed order: bounds cut off what comes
// last, and the first trace found is the one that is told.
func byPath[V any](m map[*path]V) iter.Seq2[*path, V] {
	return func(yield func(*path, V) bool) {
		if len(m) == 1 {
			for p, v := range m {
				yield(p, v)
			}
			return
		}
		for _, p := range slices.SortedFunc(maps.Keys(m), (*path).compare) {
			if !yield(p, m[p]) {
				return
			}
		}
	}
}
