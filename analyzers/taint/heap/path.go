package heap

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Segments are a path as a fact has it.
type Segments []Segment

// segmentKind says what a step into an object is.
type segmentKind uint8

// The kinds of segments, in the order in which paths are gone over.
const (
	KeysOf   segmentKind = iota + 1 // the keys of a map
	Captured                        // variable Index that a closure captured
	FieldOf                         // field Index of a struct
	ResultOf                        // result Index of a call
	AnyOf                           // any element of an array, slice, map or channel
	KeyOf                           // the element of a map at the constant Key
	YieldOf                         // argument Index of what an iterator, or a function that calls one it is given, hands on
)

// Segment is one step into an object.
type Segment struct {
	Kind  segmentKind
	Index int
	Key   string
}

// Field is the step to a field of a struct.
func Field(i int) Segment { return Segment{Kind: FieldOf, Index: i} }

// Capture is the step to a variable that a closure captured.
func Capture(i int) Segment { return Segment{Kind: Captured, Index: i} }

// Result is the step to a result of a call.
func Result(i int) Segment { return Segment{Kind: ResultOf, Index: i} }

// Yield is the step to what an iterator yields, by the argument.
func Yield(i int) Segment { return Segment{Kind: YieldOf, Index: i} }

// Element is the step to the element of a map at a constant key.
func Element(key string) Segment { return Segment{Kind: KeyOf, Key: key} }

// The steps that need nothing to tell them apart.
var (
	AnyElement = Segment{Kind: AnyOf}
	MapKeys    = Segment{Kind: KeysOf}
)

// Compare orders segments.
func (s Segment) Compare(t Segment) int {
	switch {
	case s.Kind != t.Kind:
		return cmp.Compare(s.Kind, t.Kind)
	case s.Index != t.Index:
		return cmp.Compare(s.Index, t.Index)
	}
	return strings.Compare(s.Key, t.Key)
}

// Path is a sequence of segments. Paths are interned: each is one node of a tree that
// belongs to the analysis of one package, so that two are the same path if they are the
// same pointer, and neither making nor comparing one looks at text. The root of the tree
// is the empty path. A tree is not for use by several goroutines.
type Path struct {
	Parent *Path
	Root   *Path
	Last   Segment
	len    int
	depth  int  // segments that lead into data, which maxPath bounds
	Many   bool // it leads through elements or keys: it is several places in one
	next   map[Segment]*Path
}

// NewPaths begins a tree.
func NewPaths() *Path {
	p := &Path{}
	p.Root = p
	return p
}

// maxPath is how deep a path goes; what lies deeper is merged into its ancestor,
// which costs precision below and keeps recursive types finite.
const maxPath = 8

// At is the path one segment further.
func (p *Path) At(s Segment) *Path {
	if p.depth >= maxPath {
		return p
	}
	if q := p.next[s]; q != nil {
		return q
	}
	q := &Path{Parent: p, Root: p.Root, Last: s, len: p.len + 1, depth: p.depth, Many: p.Many || s.Kind == AnyOf || s.Kind == KeysOf || s.Kind == YieldOf}
	switch s.Kind {
	case FieldOf, AnyOf, KeyOf, YieldOf:
		q.depth++
	}
	if p.next == nil {
		p.next = map[Segment]*Path{}
	}
	p.next[s] = q
	return q
}

// Join is the path that goes on by another one.
func (p *Path) Join(rest *Path) *Path {
	if rest.Parent == nil {
		return p
	}
	return p.Join(rest.Parent).At(rest.Last)
}

// JoinAll is the path that goes on by segments, as a fact has them.
func (p *Path) JoinAll(rest []Segment) *Path {
	for _, s := range rest {
		p = p.At(s)
	}
	return p
}

// IsRoot reports whether the path is empty.
func (p *Path) IsRoot() bool { return p.Parent == nil }

// Below reports whether the path lies strictly below another one.
func (p *Path) Below(base *Path) bool {
	if p.len <= base.len {
		return false
	}
	for p.len > base.len {
		p = p.Parent
	}
	return p == base
}

// Reaches reports whether the place at the path may be, or may hold, the one at another
// path: any element of a map may be the one at a key.
func (p *Path) Reaches(q *Path) bool {
	for q.len > p.len {
		q = q.Parent
	}
	return p.overlaps(q)
}

// Beyond is the rest of a path strictly below what may be another one; nil if it does not
// lie there.
func (p *Path) Beyond(base *Path) *Path {
	up := p
	for up.len > base.len {
		up = up.Parent
	}
	if up == p || !up.overlaps(base) {
		return nil
	}
	return p.From(up)
}

// overlaps compares paths segment by segment.
func (p *Path) overlaps(q *Path) bool {
	for ; p != q; p, q = p.Parent, q.Parent {
		if p.len != q.len || !p.Last.overlaps(q.Last) {
			return false
		}
	}
	return true
}

func (s Segment) overlaps(t Segment) bool {
	return s == t || s.isElement() && t.isElement() && (s.Kind == AnyOf || t.Kind == AnyOf)
}

func (s Segment) isElement() bool { return s.Kind == AnyOf || s.Kind == KeyOf }

// From is the rest of a path below, or at, another one.
func (p *Path) From(base *Path) *Path {
	if p == base {
		return p.Root
	}
	return p.Parent.From(base).At(p.Last)
}

// First is the segment that a path begins with; the zero segment if it is empty.
func (p *Path) First() Segment {
	for p.len > 1 {
		p = p.Parent
	}
	return p.Last
}

// Rest is the path without its first segment.
func (p *Path) Rest() *Path {
	head := p
	for head.len > 1 {
		head = head.Parent
	}
	return p.From(head)
}

// Segments lists a path's segments.
func (p *Path) Segments() []Segment {
	if p == nil {
		return nil
	}
	out := make([]Segment, p.len)
	for ; p.Parent != nil; p = p.Parent {
		out[p.len-1] = p.Last
	}
	return out
}

// Compare orders paths: an ancestor first, then segment by segment.
func (p *Path) Compare(q *Path) int {
	if p == q {
		return 0
	}
	if p == nil || q == nil {
		return compareBools(p != nil, q != nil)
	}
	shorter := cmp.Compare(p.len, q.len)
	for p.len > q.len {
		p = p.Parent
	}
	for q.len > p.len {
		q = q.Parent
	}
	if c := p.compareSame(q); c != 0 {
		return c
	}
	return shorter
}

// compareSame orders paths of one length.
func (p *Path) compareSame(q *Path) int {
	if p == q {
		return 0
	}
	if c := p.Parent.compareSame(q.Parent); c != 0 {
		return c
	}
	return p.Last.Compare(q.Last)
}

// String spells a path for those who debug: .3 a field, [] any element, {k} the element
// at a key, # the keys, @1 a result, ^0 what is
// yielded, $2 a captured variable. Nothing reads it.
func (p *Path) String() string {
	var b strings.Builder
	for _, s := range p.Segments() {
		switch s.Kind {
		case FieldOf:
			b.WriteString("." + strconv.Itoa(s.Index))
		case AnyOf:
			b.WriteString("[]")
		case KeyOf:
			b.WriteString("{" + s.Key + "}")
		case KeysOf:
			b.WriteString("#")
		case ResultOf:
			b.WriteString("@" + strconv.Itoa(s.Index))
		case YieldOf:
			b.WriteString("^" + strconv.Itoa(s.Index))
		case Captured:
			b.WriteString("$" + strconv.Itoa(s.Index))
		}
	}
	return b.String()
}

// ByPath goes over what is kept by path in a fixed order: bounds cut off what comes
// last, and the first trace found is the one that is reported.
func ByPath[V any](m map[*Path]V) iter.Seq2[*Path, V] {
	return func(yield func(*Path, V) bool) {
		if len(m) == 1 {
			for p, v := range m {
				yield(p, v)
			}
			return
		}
		for _, p := range slices.SortedFunc(maps.Keys(m), (*Path).Compare) {
			if !yield(p, m[p]) {
				return
			}
		}
	}
}
