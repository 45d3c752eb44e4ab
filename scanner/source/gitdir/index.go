package gitdir

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// The index file is described in git's gitformat-index(5).
const (
	maxIndex        = 4 << 30
	statSize        = 40 // ten 32-bit fields in front of the ID
	flagExtended    = 0x4000
	flagStage       = 0x3000
	flagIntentToAdd = 0x2000 // of the extended flags
	// maxGrowth is how many times the file's size its paths may take: prefixes
	// make hostile ones grow with the square of the size. Real ones grow less
	// than threefold.
	maxGrowth = 16
)

var errIndex = errors.New("malformed index")

// Index is what is staged.
type Index struct {
	Entries []IndexEntry // by path, then stage
	// Written is when the file was last written. An entry as new as that may
	// have changed after its stat data was taken.
	Written time.Time
	// Sparse is true if directories stand for what lies in them.
	Sparse bool
}

// IndexEntry is a path in the index.
type IndexEntry struct {
	Path  string
	ID    objects.ID
	Mode  objects.Mode
	Stage int // 0, or 1 to 3 while a merge has conflicts
	// IntentToAdd is true for a path whose content is not staged yet.
	IntentToAdd bool
	Stat        Stat
}

// Stat is what git noted of a file when it last knew it to equal the index.
type Stat struct {
	Ctime, Mtime time.Time
	Inode, Size  uint32
}

// ReadIndex reads an index file. A missing one is an empty index.
func ReadIndex(file string, idSize int) (*Index, error) {
	data, err := readText(file, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return &Index{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	x, err := parseIndex(data, idSize)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	if info, err := os.Stat(file); err == nil {
		x.Written = info.ModTime()
	}
	return x, nil
}

// parseIndex reads versions 2 to 4. The checksum at the end is not verified:
// newer gits may leave it out, and every field is checked where it is read.
func parseIndex(data []byte, idSize int) (*Index, error) {
	if len(data) < 12+idSize || string(data[:4]) != "DIRC" {
		return nil, errIndex
	}
	version := binary.BigEndian.Uint32(data[4:])
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("index version %d is not known", version)
	}
	count := binary.BigEndian.Uint32(data[8:])
	p := indexParser{data: data[12 : len(data)-idSize], version: version, idSize: idSize, budget: maxGrowth * len(data)}
	x := &Index{}
	for range count {
		e, err := p.entry()
		if err != nil {
			return nil, err
		}
		x.Sparse = x.Sparse || e.Mode.IsTree()
		x.Entries = append(x.Entries, e)
	}
	if err := p.extensions(); err != nil {
		return nil, err
	}
	return x, nil
}

type indexParser struct {
	data    []byte // what is still to be read
	version uint32
	idSize  int
	last    string // path of the entry before, of which version 4 keeps a prefix
	budget  int    // bytes of paths still allowed
	unnamed bool   // an entry has no path, as only a split index has them
}

func (p *indexParser) entry() (IndexEntry, error) {
	var e IndexEntry
	fixed := statSize + p.idSize + 2
	if len(p.data) < fixed {
		return e, errIndex
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(p.data[4*i:]) }
	e.Stat = Stat{
		Ctime: time.Unix(int64(word(0)), int64(word(1))),
		Mtime: time.Unix(int64(word(2)), int64(word(3))),
		Inode: word(5), Size: word(9),
	}
	e.Mode = objects.Mode(word(6))
	copy(e.ID[:], p.data[statSize:statSize+p.idSize])
	flags := binary.BigEndian.Uint16(p.data[statSize+p.idSize:])
	e.Stage = int(flags&flagStage) >> 12
	if flags&flagExtended != 0 {
		if len(p.data) < fixed+2 {
			return e, errIndex
		}
		e.IntentToAdd = binary.BigEndian.Uint16(p.data[fixed:])&flagIntentToAdd != 0
		fixed += 2
	}
	var err error
	e.Path, err = p.path(fixed)
	return e, err
}

// path reads the path that follows fixed bytes of an entry, and moves on.
func (p *indexParser) path(fixed int) (string, error) {
	rest := p.data[fixed:]
	prefix := ""
	if p.version == 4 {
		drop, n := varint(rest)
		if n == 0 || drop > uint64(len(p.last)) {
			return "", errIndex
		}
		prefix, rest = p.last[:len(p.last)-int(drop)], rest[n:]
	}
	end := bytes.IndexByte(rest, 0)
	if end < 0 {
		return "", errIndex
	}
	path := prefix + string(rest[:end])
	p.budget -= len(path)
	if p.budget < 0 {
		return "", errIndex
	}
	p.unnamed = p.unnamed || path == ""
	if p.version == 4 {
		p.data = rest[end+1:]
	} else {
		size := (fixed + end + 8) &^ 7 // one to eight NULs up to a multiple of eight
		if size > len(p.data) {
			return "", errIndex
		}
		p.data = p.data[size:]
	}
	p.last = path
	return path, nil
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

// extensions looks only for what changes the meaning of the entries: an index
// that is split over two files lacks entries here.
func (p *indexParser) extensions() error {
	for len(p.data) >= 8 {
		name := string(p.data[:4])
		size := binary.BigEndian.Uint32(p.data[4:])
		if uint64(size) > uint64(len(p.data)-8) {
			return errIndex
		}
		if name == "link" && size > 0 {
			return errors.New("a split index cannot be read")
		}
		p.data = p.data[8+size:]
	}
	if p.unnamed {
		return errIndex
	}
	return nil
}
