// Package gogit reads the object database of a SHA-1 repository with go-git.
// Objects are held in memory one at a time per worker. go-git may panic on
// hostile bytes; that costs the object it happened on.
package gogit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/objfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

const (
	idSize         = 20
	maxAlternates  = 32
	cachePerReader = 32 << 20 // bytes of delta bases
)

// Database is an objects directory and its alternates.
type Database struct {
	loose map[objects.ID]string // file of each loose object
	packs []*pack
	// broken is what opening came by; Walk tells it.
	broken []objects.Problem
}

// Open opens the objects directory dir and, through objects/info/alternates,
// those it borrows from. What is damaged is told by Walk.
func Open(dir string) (*Database, error) {
	d := &Database{loose: map[objects.ID]string{}}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open object database: %w", err)
	}
	for _, dir := range withAlternates(dir, d.note) {
		d.addLoose(dir)
		d.addPacks(dir)
	}
	return d, nil
}

func (d *Database) note(where string, err error) {
	d.broken = append(d.broken, objects.Problem{Where: where, Err: err})
}

// withAlternates lists dir and all that it borrows from, each once.
func withAlternates(dir string, note func(string, error)) []string {
	dirs := []string{dir}
	seen := map[string]bool{realPath(dir): true}
	for i := 0; i < len(dirs) && len(dirs) < maxAlternates; i++ {
		text, err := os.ReadFile(filepath.Join(dirs[i], "info", "alternates"))
		if err != nil {
			continue // most have none
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" || line[0] == '#' {
				continue
			}
			if !filepath.IsAbs(line) {
				line = filepath.Join(dirs[i], line)
			}
			if seen[realPath(line)] {
				continue
			}
			seen[realPath(line)] = true
			if _, err := os.Stat(line); err != nil {
				note("objects/info/alternates", fmt.Errorf("alternate object database is missing: %w", err))
				continue
			}
			dirs = append(dirs, line)
		}
	}
	return dirs
}

func realPath(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return filepath.Clean(path)
}

func (d *Database) addLoose(dir string) {
	fans, err := os.ReadDir(dir)
	if err != nil {
		d.note("objects", err)
		return
	}
	for _, fan := range fans {
		if len(fan.Name()) != 2 || !fan.IsDir() {
			continue
		}
		files, err := os.ReadDir(filepath.Join(dir, fan.Name()))
		if err != nil {
			d.note("objects/"+fan.Name(), err)
			continue
		}
		for _, f := range files {
			if id, ok := objects.ParseID(fan.Name() + f.Name()); ok && len(id.Bytes()) == idSize {
				d.loose[id] = filepath.Join(dir, fan.Name(), f.Name())
			}
		}
	}
}

func (d *Database) addPacks(dir string) {
	files, err := filepath.Glob(filepath.Join(escapeGlob(dir), "pack", "*.pack"))
	if err != nil {
		d.note("objects/pack", err)
		return
	}
	for _, f := range files {
		p, err := openPack(f)
		if err != nil {
			d.note("pack/"+filepath.Base(f), err)
			continue
		}
		d.packs = append(d.packs, p)
	}
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Walk implements [objects.Database].
func (d *Database) Walk(ctx context.Context, workers int, visit func(*objects.Object), tell func(objects.Problem)) error {
	for _, b := range d.broken {
		tell(b)
	}
	work := make(chan func())
	var group sync.WaitGroup
	for range max(1, workers) {
		group.Go(func() {
			for f := range work {
				f()
			}
		})
	}
	d.dispatch(ctx, max(1, workers), work, visit, tell)
	close(work)
	group.Wait()
	return ctx.Err()
}

// dispatch cuts the walk into pieces of work.
func (d *Database) dispatch(ctx context.Context, workers int, work chan<- func(), visit func(*objects.Object), tell func(objects.Problem)) {
	seen := make(map[objects.ID]bool, len(d.loose))
	for id := range d.loose {
		seen[id] = true
		work <- func() {
			if ctx.Err() == nil {
				hand(id, d.readLoose, visit, tell)
			}
		}
	}
	for _, p := range d.packs {
		fresh := slices.DeleteFunc(slices.Clone(p.order), func(id objects.ID) bool {
			if seen[id] {
				return true
			}
			seen[id] = true
			return false
		})
		for piece := range slices.Chunk(fresh, len(fresh)/(4*workers)+1) {
			work <- func() {
				r, err := p.reader()
				if err != nil {
					tell(objects.Problem{Where: "pack/" + filepath.Base(p.path), Err: err})
					return
				}
				defer r.close()
				for _, id := range piece {
					if ctx.Err() != nil {
						return
					}
					hand(id, r.read, visit, tell)
				}
			}
		}
	}
}

func hand(id objects.ID, read func(objects.ID) (objects.Kind, []byte, error), visit func(*objects.Object), tell func(objects.Problem)) {
	kind, data, err := read(id)
	if err != nil {
		tell(objects.Problem{Where: "object " + id.String(), ID: id, Err: err})
		return
	}
	visit(&objects.Object{ID: id, Kind: kind, Size: int64(len(data)), Data: data})
}

// Read implements [objects.Database].
func (d *Database) Read(id objects.ID) (objects.Kind, []byte, error) {
	if _, ok := d.loose[id]; ok {
		return d.readLoose(id)
	}
	for _, p := range d.packs {
		if p.has(id) {
			return p.readShared(id)
		}
	}
	return 0, nil, fmt.Errorf("object %s: %w", id, objects.ErrMissing)
}

// Size implements [objects.Database].
func (d *Database) Size(id objects.ID) (int64, error) {
	if _, ok := d.loose[id]; ok {
		_, data, err := d.readLoose(id)
		return int64(len(data)), err
	}
	for _, p := range d.packs {
		if p.has(id) {
			return p.size(id)
		}
	}
	return 0, fmt.Errorf("object %s: %w", id, objects.ErrMissing)
}

// Has implements [objects.Database].
func (d *Database) Has(id objects.ID) bool {
	if _, ok := d.loose[id]; ok {
		return true
	}
	return slices.ContainsFunc(d.packs, func(p *pack) bool { return p.has(id) })
}

// Open implements [objects.Database].
func (d *Database) Open(id objects.ID) (io.ReadCloser, error) {
	_, data, err := d.Read(id)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(strings.NewReader(string(data))), nil
}

// IDSize implements [objects.Database].
func (d *Database) IDSize() int { return idSize }

// Close implements [objects.Database].
func (d *Database) Close() error {
	var errs []error
	for _, p := range d.packs {
		if p.shared != nil {
			errs = append(errs, p.shared.close())
		}
	}
	return errors.Join(errs...)
}

func (d *Database) readLoose(id objects.ID) (kind objects.Kind, data []byte, err error) {
	defer caught(&err)
	f, err := os.Open(d.loose[id])
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	r, err := objfile.NewReader(f)
	if err != nil {
		return 0, nil, fmt.Errorf("loose object: %w", err)
	}
	defer r.Close()
	t, size, err := r.Header()
	if err != nil {
		return 0, nil, fmt.Errorf("loose object: %w", err)
	}
	data, err = io.ReadAll(r)
	if err == nil && int64(len(data)) != size {
		err = errors.New("loose object: its size is wrong")
	}
	return kindOf(t), data, err
}

// pack is a pack with its index.
type pack struct {
	path  string
	index *idxfile.MemoryIndex
	order []objects.ID // by offset, so that bases are met before long

	mu     sync.Mutex
	shared *reader // for access out of order
}

func openPack(path string) (p *pack, err error) {
	defer caught(&err)
	f, err := os.Open(strings.TrimSuffix(path, ".pack") + ".idx")
	if err != nil {
		return nil, fmt.Errorf("pack without index: %w", err)
	}
	defer f.Close()
	p = &pack{path: path, index: idxfile.NewMemoryIndex()}
	if err := idxfile.NewDecoder(f).Decode(p.index); err != nil {
		return nil, fmt.Errorf("read pack index: %w", err)
	}
	entries, err := p.index.EntriesByOffset()
	if err != nil {
		return nil, fmt.Errorf("read pack index: %w", err)
	}
	for {
		e, err := entries.Next()
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read pack index: %w", err)
		}
		p.order = append(p.order, objects.NewID(e.Hash[:]))
	}
}

func (p *pack) has(id objects.ID) bool {
	ok, err := p.index.Contains(plumbing.Hash(id.Bytes()))
	return ok && err == nil
}

func (p *pack) size(id objects.ID) (size int64, err error) {
	defer caught(&err)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.share(); err != nil {
		return 0, err
	}
	offset, err := p.index.FindOffset(plumbing.Hash(id.Bytes()))
	if err != nil {
		return 0, err
	}
	return p.shared.pack.GetSizeByOffset(offset)
}

func (p *pack) readShared(id objects.ID) (objects.Kind, []byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.share(); err != nil {
		return 0, nil, err
	}
	return p.shared.read(id)
}

func (p *pack) share() (err error) {
	if p.shared == nil {
		p.shared, err = p.reader()
	}
	return err
}

// reader reads one pack, by one goroutine at a time.
type reader struct{ pack *packfile.Packfile }

func (p *pack) reader() (*reader, error) {
	fs := osfs.New(filepath.Dir(p.path), osfs.WithBoundOS())
	f, err := fs.Open(filepath.Base(p.path))
	if err != nil {
		return nil, err
	}
	return &reader{packfile.NewPackfileWithCache(p.index, nil, f, cache.NewObjectLRU(cachePerReader), 0)}, nil
}

func (r *reader) close() error { return r.pack.Close() }

func (r *reader) read(id objects.ID) (kind objects.Kind, data []byte, err error) {
	defer caught(&err)
	o, err := r.pack.Get(plumbing.Hash(id.Bytes()))
	if err != nil {
		return 0, nil, fmt.Errorf("packed object: %w", err)
	}
	content, err := o.Reader()
	if err != nil {
		return 0, nil, fmt.Errorf("packed object: %w", err)
	}
	defer content.Close()
	data, err = io.ReadAll(content)
	return kindOf(o.Type()), data, err
}

func kindOf(t plumbing.ObjectType) objects.Kind {
	switch t {
	case plumbing.CommitObject:
		return objects.Commit
	case plumbing.TreeObject:
		return objects.Tree
	case plumbing.TagObject:
		return objects.Tag
	}
	return objects.Blob
}

// caught turns a panic of go-git into an error about the object at hand.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("damaged: %v", p)
	}
}
