package history

import (
	"cmp"
	"slices"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// trees is where attribution gets trees from.
type trees interface {
	// entries returns those entries of a tree that lead to what is wanted, in the
	// order of their whats, and what there is of a tree that is damaged or missing:
	// the scan has told of that.
	entries(tree ordinal) []entry
}

// entry is a blob or a tree in a tree. What it is is the number of its name, and
// isTree if it is one.
type entry struct {
	what  uint32
	child ordinal
}

func (e entry) isTree() bool { return e.what&isTree != 0 }
func (e entry) name() uint32 { return e.what & toName }

// find returns the entry of a name and sort.
func find(entries []entry, what uint32) (entry, bool) {
	i, ok := slices.BinarySearchFunc(entries, what, func(e entry, what uint32) int { return cmp.Compare(e.what, what) })
	if !ok {
		return entry{}, false
	}
	return entries[i], true
}

// storedTrees reads trees one by one, for when few are needed, and each once.
type storedTrees struct {
	*objectIndex
	names  *names
	wanted map[ordinal]bool
	pruned map[ordinal][]entry
	tooFar bool // trees were nested too deep to be read
}

func (t *storedTrees) entries(tree ordinal) []entry { return t.prune(tree, 0) }

// prune reads a tree and keeps what leads to something wanted.
func (t *storedTrees) prune(tree ordinal, depth int) []entry {
	if known, ok := t.pruned[tree]; ok {
		return known
	}
	if depth > maxDepth {
		t.tooFar = true
		return nil
	}
	t.pruned[tree] = nil // what a tree sees that claims to hold itself
	var kept []entry
	entries, _ := t.readTree(tree, t.names) // the scan has told of what is wrong with it
	for _, e := range entries {
		if t.wanted[e.child] || e.isTree() && len(t.prune(e.child, depth+1)) > 0 {
			kept = append(kept, e)
		}
	}
	slices.SortStableFunc(kept, func(a, b entry) int { return cmp.Compare(a.what, b.what) })
	t.pruned[tree] = kept
	return kept
}

// readTree reads a tree, in its own order. Submodules are noObject. With an error come
// the entries before the damage.
func (r *objectIndex) readTree(tree ordinal, n *names) ([]entry, error) {
	_, data, err := r.db.Read(r.id(tree))
	if err != nil {
		return nil, err
	}
	var entries []entry
	err = objects.EachEntry(data, r.db.IDSize(), func(e objects.Entry) bool {
		read := entry{n.of(e.Name), noObject}
		if e.Mode.IsTree() {
			read.what |= isTree
		}
		if !e.Mode.IsSubmodule() {
			read.child = r.of(e.OID)
		}
		entries = append(entries, read)
		return true
	})
	return entries, err
}

// forest holds all trees the way git does, most of them as an edit of another
// one. An entry that did not change from version to version of a directory is
// parsed once and kept once, in eight bytes: less than half of what its hash,
// which does not compress, takes in the pack.
type forest struct {
	*objectIndex
	names  *names
	shards []shard // one for each goroutine of the walk

	rows   []row // all trees, once the walk is over; bases come before their edits, or not
	rowOf  []uint32
	edits  []uint32 // by row: the first row that is an edit of it; then nextEdit
	next   []uint32
	origin []uint32 // by number of an object: where in origins its own begin
	// origins are the places in trees at which objects stand as new entries.
	origins []origin
}

// shard is the trees that one goroutine read.
type shard struct {
	rows  []row
	words []uint32 // room for the ops of the next rows
	ops   []uint32 // of the tree at hand
}

// row is a tree: ops that make it from the tree base, or from nothing.
type row struct {
	tree, base ordinal
	ops        []uint32
}

// An op is two words. A copy is the position of the first entry in the base, and
// how many there are; a new entry is isNew, isTree if it is one, and its name's
// number, and then its object's, noObject for a submodule.
const (
	isNew  = 1 << 31
	isTree = 1 << 30
	toName = isTree - 1
)

// origin is a new entry.
type origin struct {
	row, pos, what uint32 // what is the first word of the op
}

const noRow = ^uint32(0)

func newForest(r *objectIndex, workers int) *forest {
	return &forest{objectIndex: r, names: newNames(), shards: make([]shard, max(1, workers))}
}

// entryOffsets is what a tree leaves behind for its edits: where its entries begin,
// and where the last one ends.
type entryOffsets struct {
	tree   ordinal
	starts []uint32
}

// add takes a tree in. It returns the offsets to be shown with edits of it, and
// an error if the tree is malformed: it then has the entries before that.
func (f *forest) add(tree ordinal, o *objects.Object) (*entryOffsets, error) {
	g := &f.shards[o.Worker]
	base, _ := o.Base.(*entryOffsets)
	e := edit{f: f, data: o.Data, ops: g.ops[:0], starts: make([]uint32, 0, len(o.Data)/32+2)}
	var err error
	if base != nil && o.Segments != nil {
		err = e.follow(base, o.Segments)
	} else {
		base = &entryOffsets{tree: noObject}
		err = e.parse(len(o.Data))
	}
	e.starts = append(e.starts, uint32(e.at))
	g.ops = e.ops
	g.rows = append(g.rows, row{tree: tree, base: base.tree, ops: g.keep(e.ops)})
	return &entryOffsets{tree, e.starts}, err
}

// keep copies ops to where they stay.
func (g *shard) keep(ops []uint32) []uint32 {
	const chunk = 32 << 10
	if len(ops) > cap(g.words)-len(g.words) {
		g.words = make([]uint32, 0, max(chunk, len(ops)))
	}
	start := len(g.words)
	g.words = append(g.words, ops...)
	return g.words[start:len(g.words):len(g.words)]
}

// edit takes one tree apart.
type edit struct {
	f      *forest
	data   []byte
	at     int // where the next entry begins
	ops    []uint32
	starts []uint32
}

// follow takes over the entries that were copied whole from the base, and parses
// the others. An entry that begins where one of the base does, and consists of
// the same bytes, is the same.
func (e *edit) follow(base *entryOffsets, segments []objects.Segment) error {
	for _, s := range segments {
		end := s.Dst + s.Len
		for e.at < end {
			if s.Src >= 0 && e.copied(base.starts, s.Src+e.at-s.Dst, s.Src+s.Len) {
				continue
			}
			if err := e.one(); err != nil {
				return err
			}
		}
	}
	return nil
}

// copied takes over the entries of the base from the one that begins at src to
// the last that ends before end; false if there are none.
func (e *edit) copied(starts []uint32, src, end int) bool {
	first, ok := slices.BinarySearch(starts, uint32(src))
	if !ok {
		return false
	}
	shift := uint32(e.at - src) // modulo 2^32
	i := first
	for ; i+1 < len(starts) && int(starts[i+1]) <= end; i++ {
		e.starts = append(e.starts, starts[i]+shift)
	}
	if i == first {
		return false
	}
	e.at = int(starts[i] + shift)
	if last := len(e.ops) - 2; last >= 0 && e.ops[last]&isNew == 0 && e.ops[last]+e.ops[last+1] == uint32(first) {
		e.ops[last+1] += uint32(i - first)
	} else {
		e.ops = append(e.ops, uint32(first), uint32(i-first))
	}
	return true
}

// parse parses all entries up to an offset.
func (e *edit) parse(end int) error {
	for e.at < end {
		if err := e.one(); err != nil {
			return err
		}
	}
	return nil
}

// one parses one entry.
func (e *edit) one() error {
	entry, rest, err := objects.NextEntry(e.data[e.at:], e.f.db.IDSize())
	if err != nil {
		return err
	}
	what, child := isNew|e.f.names.of(entry.Name), noObject
	if entry.Mode.IsTree() {
		what |= isTree
	}
	if !entry.Mode.IsSubmodule() {
		child = e.f.of(entry.OID)
	}
	e.ops = append(e.ops, what, uint32(child))
	e.starts = append(e.starts, uint32(e.at))
	e.at = len(e.data) - len(rest)
	return nil
}

// grown brings the trees of all goroutines together. The walk is over.
func (f *forest) grown() {
	for _, g := range f.shards {
		f.rows = append(f.rows, g.rows...)
	}
	f.shards = nil
	f.rowOf = filled(f.size(), noRow)
	for i, r := range f.rows {
		f.rowOf[r.tree] = uint32(i)
	}
	f.linkEdits()
	f.listOrigins()
}

func filled(n int, with uint32) []uint32 {
	s := make([]uint32, n)
	for i := range s {
		s[i] = with
	}
	return s
}

func (f *forest) linkEdits() {
	f.edits, f.next = filled(len(f.rows), noRow), filled(len(f.rows), noRow)
	for i, r := range f.rows {
		if r.base == noObject {
			continue
		}
		if base := f.rowOf[r.base]; base != noRow {
			f.next[i] = f.edits[base]
			f.edits[base] = uint32(i)
		}
	}
}

// listOrigins lists the new entries by object.
func (f *forest) listOrigins() {
	f.origin = make([]uint32, f.size()+1)
	for _, r := range f.rows {
		r.each(func(_, _ uint32, child ordinal) { f.origin[child+1]++ })
	}
	for i := 1; i < len(f.origin); i++ {
		f.origin[i] += f.origin[i-1]
	}
	f.origins = make([]origin, f.origin[len(f.origin)-1])
	at := slices.Clone(f.origin)
	for i, r := range f.rows {
		r.each(func(pos, what uint32, child ordinal) {
			f.origins[at[child]] = origin{uint32(i), pos, what}
			at[child]++
		})
	}
}

// each calls yield for the new entries of a tree.
func (r *row) each(yield func(pos, what uint32, child ordinal)) {
	pos := uint32(0)
	for i := 0; i < len(r.ops); i += 2 {
		what, n := r.ops[i], r.ops[i+1]
		if what&isNew == 0 {
			pos += n
			continue
		}
		if ordinal(n) != noObject {
			yield(pos, what, ordinal(n))
		}
		pos++
	}
}

// originsOf returns where an object stands as a new entry.
func (f *forest) originsOf(n ordinal) []origin {
	if int(n)+1 >= len(f.origin) {
		return nil
	}
	return f.origins[f.origin[n]:f.origin[n+1]]
}

// missing returns the objects that trees name and nobody read, in order.
func (f *forest) missing() []ordinal {
	var out []ordinal
	for n := range ordinal(len(f.origin) - 1) {
		if f.origin[n] != f.origin[n+1] && !f.has(n) {
			out = append(out, n)
		}
	}
	return out
}

// paths is the part of all trees that leads to wanted objects: the entries of
// those, of the trees that hold them, and so on up.
type paths struct {
	f     *forest
	start []uint32 // by row, where its entries begin in list
	list  []entry
}

// entries implements [trees].
func (p *paths) entries(tree ordinal) []entry {
	if int(tree) >= len(p.f.rowOf) || p.f.rowOf[tree] == noRow {
		return nil
	}
	row := p.f.rowOf[tree]
	return p.list[p.start[row]:p.start[row+1]]
}

// trace finds the ways to the wanted objects. It follows each entry from the tree
// in which it is new through the edits that keep it, and so costs what there is
// to be found, however many trees there are. It gives up after limit entries. The
// entries of each tree come in the given order.
func (f *forest) trace(wanted []ordinal, limit int, order func(a, b held) int) (p *paths, whole bool) {
	t := tracing{heads: filled(len(f.rows), noRow)}
	queue := slices.Clone(wanted)
	queued := make([]bool, f.size())
	for _, n := range queue {
		queued[n] = true
	}
	whole = true
	var open []origin
	for len(queue) > 0 && whole {
		child := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		open = append(open[:0], f.originsOf(child)...)
		for len(open) > 0 {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			if whole = t.count < limit; !whole {
				break
			}
			t.hold(at, child)
			if tree := f.rows[at.row].tree; !queued[tree] {
				queued[tree] = true
				queue = append(queue, tree)
			}
			open = f.kept(at, open)
		}
	}
	return t.paths(f, order), whole
}

// tracing is what was found so far: a list for every tree.
type tracing struct {
	heads []uint32 // by row: the first of its entries; then next
	found [][]held // in chunks, since copying a growing list takes it twice
	count int
}

const heldChunk = 1 << 14

type held struct {
	pos  uint32
	next uint32
	entry
}

func byPlace(a, b held) int { return cmp.Compare(a.pos, b.pos) }

func byWhat(a, b held) int { return cmp.Or(cmp.Compare(a.what, b.what), cmp.Compare(a.pos, b.pos)) }

func (t *tracing) hold(at origin, child ordinal) {
	if t.count%heldChunk == 0 {
		t.found = append(t.found, make([]held, 0, heldChunk))
	}
	last := &t.found[len(t.found)-1]
	*last = append(*last, held{at.pos, t.heads[at.row], entry{at.what &^ isNew, child}})
	t.heads[at.row] = uint32(t.count)
	t.count++
}

// paths brings the entries of each tree together.
func (t *tracing) paths(f *forest, order func(a, b held) int) *paths {
	p := &paths{f: f, start: make([]uint32, 0, len(t.heads)+1), list: make([]entry, 0, t.count)}
	var row []held
	for _, head := range t.heads {
		row = row[:0]
		for i := head; i != noRow; i = row[len(row)-1].next {
			row = append(row, t.found[i/heldChunk][i%heldChunk])
		}
		slices.SortFunc(row, order)
		p.start = append(p.start, uint32(len(p.list)))
		for _, h := range row {
			p.list = append(p.list, h.entry)
		}
	}
	p.start = append(p.start, uint32(len(p.list)))
	return p
}

// kept appends to open where the edits of a tree keep one of its entries.
func (f *forest) kept(at origin, open []origin) []origin {
	for r := f.edits[at.row]; r != noRow; r = f.next[r] {
		ops, pos := f.rows[r].ops, uint32(0)
		for i := 0; i < len(ops); i += 2 {
			what, n := ops[i], ops[i+1]
			if what&isNew != 0 {
				pos++
				continue
			}
			if at.pos-what < n { // modulo 2^32: before the copy is far behind it
				open = append(open, origin{r, pos + at.pos - what, at.what})
			}
			pos += n
		}
	}
	return open
}
