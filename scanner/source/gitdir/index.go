package gitdir

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// The index file is described in git's gitformat-index(5).
const (
	maxIndex         = 1 << 28 // bytes; a million and a half entries take 150 MB
	maxIndexed       = 1_500_000
	statSize         = 40 // ten 32-bit fields in front of the ID
	modeAt           = 24
	flagExtended     = 0x4000
	flagStage        = 0x3000
	flagName         = 0x0fff
	flagIntentToAdd  = 0x2000 // of the extended flags
	flagSkipWorktree = 0x4000
	// maxGrowth is how many times the file's size its paths may take: prefixes
	// make hostile ones grow with the square of the size. Real ones grow less
	// than threefold.
	maxGrowth = 16
	maxPaths  = 1 << 28 // bytes of all paths together
)

var errIndex = errors.New("malformed index")

// Index is what is staged. It was checked when it was read, but its entries are
// taken apart only when somebody asks for them: of a hundred thousand a commit
// changes a few.
type Index struct {
	// Written is when the file was last written; zero if there is none. An entry as new as that may
	// have changed after its stat data was taken.
	Written time.Time
	// Sparse is true if directories stand for what lies in them.
	Sparse bool
	// Trees says which directories are just so in the object database; nil if
	// the index does not say.
	Trees *CachedTree

	table   entryTable
	merged  []IndexEntry // instead of table: of a split index
	once    sync.Once
	entries []IndexEntry
}

// IndexEntry is a path in the index.
type IndexEntry struct {
	Path  string
	ID    objects.ID
	Stat  Stat
	Mode  objects.Mode
	Stage uint8 // 0, or 1 to 3 while a merge has conflicts
	// IntentToAdd is true for a path whose content is not staged yet.
	IntentToAdd bool
	// SkipWorktree is true for a path that a sparse checkout leaves out.
	SkipWorktree bool
}

// Stat is what git noted of a file when it last knew it to equal the index.
type Stat struct {
	Ctime, Mtime Time
	Inode, Size  uint32
}

// Time is a time as the index has it: seconds and nanoseconds.
type Time struct{ Seconds, Nanos uint32 }

// When returns the time.
func (t Time) When() time.Time { return time.Unix(int64(t.Seconds), int64(t.Nanos)) }

// ReadIndex reads the repository's index, or the one that the environment names.
func (d *Dir) ReadIndex() (*Index, error) {
	return readIndex(d.IndexFile(), d.Git, d.Config.IDSize)
}

// ReadIndex reads an index file, and the one beside it that it shares if it is split.
func ReadIndex(file string, idSize int) (*Index, error) {
	return readIndex(file, filepath.Dir(file), idSize)
}

// readIndex reads an index file, and the one in a git directory that it shares if it is
// split. A missing one is an empty index.
func readIndex(file, git string, idSize int) (*Index, error) {
	data, err := readText(file, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return &Index{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	x, link, err := parseSplitIndex(data, idSize)
	if err == nil && link != nil {
		err = x.join(link, git, idSize)
	}
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	if info, err := os.Stat(file); err == nil {
		x.Written = info.ModTime()
	}
	return x, nil
}

// parseIndex reads an index that is not split.
func parseIndex(data []byte, idSize int) (*Index, error) {
	x, link, err := parseSplitIndex(data, idSize)
	if err == nil && link != nil {
		err = errors.New("a part of a split index")
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

// parseSplitIndex reads versions 2 to 4. The checksum at the end is not verified:
// newer gits may leave it out, and every field is checked where it is read. link
// says what the entries are changes to, if the index is split.
func parseSplitIndex(data []byte, idSize int) (x *Index, link *splitLink, err error) {
	if len(data) < 12+idSize || string(data[:4]) != "DIRC" {
		return nil, nil, errIndex
	}
	version := binary.BigEndian.Uint32(data[4:])
	if version < 2 || version > 4 {
		return nil, nil, fmt.Errorf("index version %d is not known", version)
	}
	x = &Index{table: entryTable{data: data[12 : len(data)-idSize], version: version, idSize: idSize, count: int(binary.BigEndian.Uint32(data[8:]))}}
	if x.table.count > maxIndexed {
		return nil, nil, finding.OverBudget.Because("%d paths in the index: more than %d are not compared", x.table.count, maxIndexed)
	}
	c := tableCursor{entryTable: x.table}
	budget, unnamed := min(maxGrowth*len(data), maxPaths), false
	for range x.table.count {
		if !c.next() {
			return nil, nil, errIndex
		}
		budget -= len(c.path)
		unnamed = unnamed || len(c.path) == 0
		x.Sparse = x.Sparse || c.mode().IsTree()
	}
	if budget < 0 {
		return nil, nil, errIndex
	}
	link, err = x.extensions(c.data)
	if err == nil && unnamed && link == nil {
		err = errIndex // only what a split index replaces has no path
	}
	return x, link, err
}

// extensions reads what follows the entries. One whose name begins in upper case
// may be left out.
func (x *Index) extensions(data []byte) (link *splitLink, err error) {
	for len(data) >= 8 {
		name := string(data[:4])
		size := binary.BigEndian.Uint32(data[4:])
		if uint64(size) > uint64(len(data)-8) {
			return nil, errIndex
		}
		body := data[8 : 8+size]
		data = data[8+size:]
		switch {
		case name == "TREE":
			x.Trees = parseCachedTree(body, x.table.idSize)
		case name == "link" && size > 0:
			if link, err = parseLink(body, x.table.idSize); err != nil {
				return nil, err
			}
		case name == "link", name == "sdir":
		case name[0] < 'A' || name[0] > 'Z':
			return nil, fmt.Errorf("index extension %q is not known", name)
		}
	}
	return link, nil
}

// Len is the number of entries.
func (x *Index) Len() int {
	if x.merged != nil {
		return len(x.merged)
	}
	return x.table.count
}

// Entries returns all entries, by path, then stage.
func (x *Index) Entries() []IndexEntry {
	x.once.Do(func() {
		if x.entries = x.merged; x.merged != nil {
			return
		}
		x.entries = make([]IndexEntry, 0, x.table.count)
		for c := x.Cursor(); c.Next(); {
			x.entries = append(x.entries, c.Entry())
		}
	})
	return x.entries
}

// Cursor goes through the entries of an index without making anything of them.
type Cursor struct {
	left   []IndexEntry // of a split index
	whole  *IndexEntry
	table  tableCursor
	toRead int
}

// Cursor returns one that stands in front of the first entry.
func (x *Index) Cursor() *Cursor {
	if x.merged != nil {
		return &Cursor{left: x.merged}
	}
	return &Cursor{table: tableCursor{entryTable: x.table}, toRead: x.table.count}
}

// Next goes to the next entry; false if there is none.
func (c *Cursor) Next() bool {
	if len(c.left) > 0 {
		c.whole, c.left = &c.left[0], c.left[1:]
		return true
	}
	c.whole = nil
	if c.toRead == 0 {
		return false
	}
	c.toRead--
	return c.table.next()
}

// Skip passes n entries.
func (c *Cursor) Skip(n int) {
	for range n {
		if !c.Next() {
			return
		}
	}
}

// Path returns the entry's path, which is good until Next.
func (c *Cursor) Path() []byte {
	if c.whole != nil {
		return []byte(c.whole.Path)
	}
	return c.table.path
}

// Is reports whether the entry stages this content with this mode.
func (c *Cursor) Is(id objects.ID, mode objects.Mode) bool {
	if c.whole != nil {
		return c.whole.ID == id && c.whole.Mode == mode
	}
	return c.table.mode() == mode && bytes.Equal(c.table.id(), id[:c.table.idSize])
}

// Holds reports whether the entry's content is one of a set.
func (c *Cursor) Holds(ids map[objects.ID]bool) bool {
	if c.whole != nil {
		return ids[c.whole.ID]
	}
	var id objects.ID
	copy(id[:], c.table.id())
	return ids[id]
}

// Mode returns the entry's mode.
func (c *Cursor) Mode() objects.Mode {
	if c.whole != nil {
		return c.whole.Mode
	}
	return c.table.mode()
}

// Entry takes the entry apart.
func (c *Cursor) Entry() IndexEntry {
	if c.whole != nil {
		return *c.whole
	}
	return c.table.entry()
}

// entryTable is the entries as they lie in the file.
type entryTable struct {
	data    []byte
	version uint32
	idSize  int
	count   int
}

// tableCursor goes through the entries of a table.
type tableCursor struct {
	entryTable        // data is what follows the entry
	fixed      []byte // of the entry: all in front of its path
	path       []byte // of the entry; version 4 makes it from the one before
}

// next goes to the next entry; false if the table is malformed.
func (c *tableCursor) next() bool {
	size := statSize + c.idSize + 2
	if len(c.data) < size {
		return false
	}
	flags := binary.BigEndian.Uint16(c.data[size-2:])
	if flags&flagExtended != 0 {
		size += 2
	}
	if len(c.data) <= size {
		return false
	}
	c.fixed = c.data[:size]
	rest := c.data[size:]
	if c.version == 4 {
		return c.prefixed(rest)
	}
	end := int(flags & flagName)
	if end == flagName || end >= len(rest) || rest[end] != 0 || bytes.IndexByte(rest[:end], 0) >= 0 {
		if end = bytes.IndexByte(rest, 0); end < 0 {
			return false
		}
	}
	c.path = rest[:end:end]
	whole := (size + end + 8) &^ 7 // one to eight NULs up to a multiple of eight
	if whole > len(c.data) {
		return false
	}
	c.data = c.data[whole:]
	return true
}

// prefixed reads a path that begins as the one before does.
func (c *tableCursor) prefixed(rest []byte) bool {
	drop, n := varint(rest)
	if n == 0 || drop > uint64(len(c.path)) {
		return false
	}
	rest = rest[n:]
	end := bytes.IndexByte(rest, 0)
	if end < 0 {
		return false
	}
	c.path = append(c.path[:len(c.path)-int(drop)], rest[:end]...)
	c.data = rest[end+1:]
	return true
}

func (c *tableCursor) id() []byte { return c.fixed[statSize : statSize+c.idSize] }

func (c *tableCursor) mode() objects.Mode {
	return objects.Mode(binary.BigEndian.Uint32(c.fixed[modeAt:]))
}

func (c *tableCursor) entry() IndexEntry {
	word := func(i int) uint32 { return binary.BigEndian.Uint32(c.fixed[4*i:]) }
	e := IndexEntry{
		Path: string(c.path), Mode: c.mode(),
		Stat: Stat{
			Ctime: Time{word(0), word(1)}, Mtime: Time{word(2), word(3)},
			Inode: word(5), Size: word(9),
		},
	}
	copy(e.ID[:], c.id())
	at := statSize + c.idSize
	flags := binary.BigEndian.Uint16(c.fixed[at:])
	e.Stage = uint8((flags & flagStage) >> 12)
	if flags&flagExtended != 0 {
		extended := binary.BigEndian.Uint16(c.fixed[at+2:])
		e.IntentToAdd = extended&flagIntentToAdd != 0
		e.SkipWorktree = extended&flagSkipWorktree != 0
	}
	return e
}

// varint reads git's offset encoding; n is 0 if there is none.
func varint(data []byte) (value uint64, n int) {
	for i, b := range data[:min(len(data), 9)] {
		if i > 0 {
			value++
		}
		value = value<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}

// CachedTree is what the index says of a directory: that what it holds of it is
// a tree of the object database, or that something in it has changed.
type CachedTree struct {
	Name    string     // "" for the root
	Entries int        // of the index that lie in it; negative if it has changed
	ID      objects.ID // of the tree, if it has not
	Below   []*CachedTree
}

// maxCached bounds directories that nest.
const maxCached = 4096

// parseCachedTree returns nil for what is malformed: it is there for speed only.
func parseCachedTree(data []byte, idSize int) *CachedTree {
	p := cachedParser{data: data, idSize: idSize}
	root, ok := p.tree(0)
	if !ok || root.Name != "" {
		return nil
	}
	return root
}

type cachedParser struct {
	data   []byte
	idSize int
}

func (p *cachedParser) tree(depth int) (*CachedTree, bool) {
	name, rest, ok := bytes.Cut(p.data, []byte{0})
	if !ok || depth > maxCached {
		return nil, false
	}
	t := &CachedTree{Name: string(name)}
	var below int
	if t.Entries, rest, ok = number(rest, ' '); !ok {
		return nil, false
	}
	if below, rest, ok = number(rest, '\n'); !ok || below < 0 {
		return nil, false
	}
	if t.Entries >= 0 {
		if len(rest) < p.idSize {
			return nil, false
		}
		copy(t.ID[:], rest[:p.idSize])
		rest = rest[p.idSize:]
	}
	p.data = rest
	for range below {
		sub, ok := p.tree(depth + 1)
		if !ok {
			return nil, false
		}
		t.Below = append(t.Below, sub)
	}
	return t, true
}

// number reads a decimal number, which may be negative, up to a byte.
func number(data []byte, end byte) (n int, rest []byte, ok bool) {
	negative := len(data) > 0 && data[0] == '-'
	if negative {
		data = data[1:]
	}
	for i, c := range data[:min(len(data), 11)] {
		switch {
		case c == end && i > 0:
			if negative {
				n = -n
			}
			return n, data[i+1:], true
		case c < '0' || c > '9':
			return 0, nil, false
		}
		n = n*10 + int(c-'0')
	}
	return 0, nil, false
}

// Sub returns what is said of a directory in this one; nil if nothing is.
func (t *CachedTree) Sub(name []byte) *CachedTree {
	if t == nil {
		return nil
	}
	i, ok := slices.BinarySearchFunc(t.Below, name, func(b *CachedTree, name []byte) int {
		return cmp.Or(cmp.Compare(len(b.Name), len(name)), cmp.Compare(b.Name, string(name))) // the order of git
	})
	if !ok {
		return nil
	}
	return t.Below[i]
}

// splitLink says how a split index changes the one that it shares.
type splitLink struct {
	shared            []byte // name of the file, as a hash
	deleted, replaced []bool // entries of the shared one; shorter lists go on with false
}

func parseLink(data []byte, idSize int) (*splitLink, error) {
	if len(data) < idSize {
		return nil, errIndex
	}
	l := &splitLink{shared: data[:idSize]}
	data = data[idSize:]
	if len(data) == 0 {
		return l, nil
	}
	var err error
	if l.deleted, data, err = parseBitmap(data); err == nil {
		l.replaced, _, err = parseBitmap(data)
	}
	return l, err
}

// join puts the entries of a split index together with those that it shares.
// Replacements come first, in the order of what they replace, and have no path.
func (x *Index) join(link *splitLink, dir string, idSize int) error {
	if bytes.Count(link.shared, []byte{0}) == len(link.shared) {
		return nil // it is whole, and will be split the next time
	}
	name := "sharedindex." + hex.EncodeToString(link.shared)
	data, err := readText(filepath.Join(dir, name), maxIndex)
	if err != nil {
		return fmt.Errorf("split index: %w", err)
	}
	base, err := parseIndex(data, idSize)
	if err != nil {
		return fmt.Errorf("split index: %s: %w", name, err)
	}
	if n := x.Len() + base.Len(); n > maxIndexed {
		return finding.OverBudget.Because("%d paths in the index: more than %d are not compared", n, maxIndexed)
	}
	own := x.Entries()
	shared := base.Entries()
	if len(link.deleted) > len(shared) || len(link.replaced) > len(shared) {
		return fmt.Errorf("split index: %w", errIndex)
	}
	at := func(bits []bool, i int) bool { return i < len(bits) && bits[i] }
	var kept []IndexEntry
	for i, e := range shared {
		if at(link.replaced, i) {
			if len(own) == 0 || own[0].Path != "" {
				return fmt.Errorf("split index: %w", errIndex)
			}
			path := e.Path
			e, own = own[0], own[1:]
			e.Path = path
		}
		if !at(link.deleted, i) {
			kept = append(kept, e)
		}
	}
	if x.merged, err = mergeEntries(kept, own); err != nil {
		return fmt.Errorf("split index: %w", err)
	}
	x.entries = x.merged
	for _, e := range x.merged {
		x.Sparse = x.Sparse || e.Mode.IsTree()
	}
	return nil
}

// mergeEntries puts two lists in order of path, then stage, into one.
func mergeEntries(a, b []IndexEntry) ([]IndexEntry, error) {
	out := make([]IndexEntry, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		if len(b) > 0 && b[0].Path == "" {
			return nil, errIndex
		}
		if len(b) == 0 || len(a) > 0 && (a[0].Path < b[0].Path || a[0].Path == b[0].Path && a[0].Stage < b[0].Stage) {
			out, a = append(out, a[0]), a[1:]
			continue
		}
		if len(a) > 0 && a[0].Path == b[0].Path && a[0].Stage == b[0].Stage {
			a = a[1:] // an added entry goes before a shared one
		}
		out, b = append(out, b[0]), b[1:]
	}
	return out, nil
}

// parseBitmap reads a bitmap in the compressed form of EWAH: words of 64 bits, of
// which some say how many equal words follow and how many literal ones. See
// gitformat-index(5) and gitformat-bitmap(5).
func parseBitmap(data []byte) (bits []bool, rest []byte, err error) {
	if len(data) < 8 {
		return nil, nil, errIndex
	}
	size := int(binary.BigEndian.Uint32(data))
	words := int(binary.BigEndian.Uint32(data[4:]))
	data = data[8:]
	if words > len(data)/8 || size > maxBits || len(data) < 8*words+4 {
		return nil, nil, errIndex
	}
	word := func(i int) uint64 { return binary.BigEndian.Uint64(data[8*i:]) }
	bits = make([]bool, 0, min(size, 1<<20))
	add := func(w uint64) {
		for b := 0; b < 64 && len(bits) < size; b++ {
			bits = append(bits, w>>b&1 != 0)
		}
	}
	for i := 0; i < words; {
		mark := word(i)
		i++
		var equal uint64
		if mark&1 != 0 {
			equal = ^uint64(0)
		}
		for n := mark >> 1 & 0xffffffff; n > 0 && len(bits) < size; n-- {
			add(equal)
		}
		for n := mark >> 33; n > 0; n-- {
			if i == words {
				return nil, nil, errIndex
			}
			add(word(i))
			i++
		}
	}
	return bits, data[8*words+4:], nil // four bytes tell where the last mark is
}

// maxBits bounds a bitmap: there is no index of sixteen million files.
const maxBits = 16 << 20
