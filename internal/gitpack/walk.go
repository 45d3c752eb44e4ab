package gitpack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Object is what a walk shows of an object. It, Data, Segments and Stream are
// valid during the call only.
type Object struct {
	OID  OID
	Type Type
	Size int64
	// Data is the content, nil if it is to be read from Stream.
	Data []byte
	// Stream is set for objects beyond the blob limit. An error that it returns
	// is also reported as a problem.
	Stream io.Reader

	// Base is what Visit returned for the object that this one is stored as a
	// delta of, and Segments the way from there to here. Segments is nil if
	// there is no such object, if it was not visited, or if either is streamed;
	// of an empty object it is empty.
	Base     any
	Segments []Segment

	Number int // see Repo.Number; negative for a loose object
	Worker int // the calling worker, from 0 to Workers-1
}

// Visitor sees the objects of a walk.
type Visitor interface {
	// Visit is called once for every object, concurrently by the workers. What
	// it returns is shown as Base with the objects that are deltas of this one,
	// and forgotten after the last of them. An error ends the walk.
	Visit(*Object) (any, error)
	// Problem is called for everything that could not be read, by one worker at
	// a time.
	Problem(Problem)
}

// WalkOptions tune a walk. The zero value visits all blobs.
type WalkOptions struct {
	// Workers is the number of objects read at a time: GOMAXPROCS if zero.
	Workers int
	// MaxMemory bounds, in bytes, the contents held by all workers together:
	// 1 GiB if zero. The table of objects (30 bytes each) and what the visitor
	// keeps come on top.
	MaxMemory int64
	// BlobLimit is the size up to which an object is shown as Data: 128 MiB if
	// zero, and never more than a quarter of a worker's share of MaxMemory.
	BlobLimit int64
	// Types are the types to visit: blobs if empty.
	Types TypeMask
	// Select, if set, chooses the objects to visit. It is asked once for each
	// packed object, before the walk, and by the workers for loose ones.
	Select func(OID) bool
	// Verify compares every visited object with its name, entries of packs with
	// the CRC-32 in the index, and packs and indexes with their own checksums.
	Verify bool
}

func (o *WalkOptions) setDefaults() {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.MaxMemory <= 0 {
		o.MaxMemory = 1 << 30
	}
	if o.BlobLimit <= 0 {
		o.BlobLimit = 128 << 20
	}
	if o.Types == 0 {
		o.Types = Mask(Blob)
	}
	o.BlobLimit = min(o.BlobLimit, o.share()/4)
}

// baseLimit is the size up to which an object is held for deltas of it, so that
// one and the next fit into memory.
func (o *WalkOptions) baseLimit() int64 { return max(o.BlobLimit, o.share()*2/5) }

// share is what one worker may hold.
func (o *WalkOptions) share() int64 { return o.MaxMemory / int64(o.Workers) }

// Walk shows every object of the repository once: those in packs in the order of
// their delta trees, base before deltas, then loose ones. It returns the first
// error of the visitor or of the context; damage is reported as problems.
func (r *Repo) Walk(ctx context.Context, opts WalkOptions, v Visitor) error {
	opts.setDefaults()
	w := &walk{repo: r, opts: opts, visitor: v}
	for _, p := range r.problems {
		v.Problem(p)
	}
	var err error
	if w.forest, err = newForest(r, opts.Workers, opts.Select); err != nil {
		return err
	}
	w.checkPacks()
	w.listLoose()
	w.jobs.init(w.forest.roots(opts.Types), w.loose, opts.Workers)

	unhook := context.AfterFunc(ctx, func() { w.fail(context.Cause(ctx)) })
	var wg sync.WaitGroup
	for i := range opts.Workers {
		wg.Go(func() { newWorker(w, i).run() })
	}
	wg.Wait()
	unhook()
	w.mu.Lock()
	defer w.mu.Unlock()
	return cmp.Or(w.err, context.Cause(ctx))
}

type walk struct {
	repo    *Repo
	opts    WalkOptions
	visitor Visitor
	forest  *forest
	loose   []OID
	jobs    jobs
	naming  *naming // set if the objects' names are to be found out

	mu      sync.Mutex // held while reporting
	err     error
	stopped atomic.Bool
}

// fail ends the walk.
func (w *walk) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.stopped.Store(true)
	w.jobs.stop()
}

func (w *walk) problem(where string, id OID, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.visitor.Problem(Problem{Where: where, OID: id, Err: err})
}

// listLoose lists loose objects that no pack has.
func (w *walk) listLoose() {
	for _, dir := range w.repo.dirs {
		ids, err := listLoose(dir, w.repo.hashLen)
		if err != nil {
			w.problem(dir, OID{}, err)
		}
		w.loose = append(w.loose, ids...)
	}
	slices.SortFunc(w.loose, OID.Compare)
	w.loose = slices.Compact(w.loose)
	w.loose = slices.DeleteFunc(w.loose, func(id OID) bool {
		packed, err := w.repo.hasPacked(id)
		return packed && err == nil
	})
}

// checkPacks reports bytes that belong to no object, and wrong checksums if
// those are to be verified.
func (w *walk) checkPacks() {
	for i, p := range w.repo.packs {
		if offs := w.forest.order[i].offs; len(offs) > 0 && offs[0] != packHeaderLen {
			w.problem(p.path, OID{}, fmt.Errorf("%w: the first %d bytes belong to no object", errPack, offs[0]))
		}
		if !w.opts.Verify {
			continue
		}
		if err := p.file.verifySum(p.hashLen); err != nil && !p.cut {
			w.problem(p.path, OID{}, err)
		}
		if p.idxFile == nil {
			continue
		}
		if err := p.idxFile.verifySum(p.hashLen); err != nil {
			w.problem(p.idxFile.path, OID{}, err)
		}
	}
}

// worker resolves delta trees, one at a time.
type worker struct {
	w  *walk
	id int
	resolver
	stack []frame // the way from a root to where the worker is
	segs  []Segment
	obj   Object
}

// frame is an object that others are based on.
type frame struct {
	id         uint32
	next, stop uint32 // children yet to come
	kind       Type
	content
	err     error // why there is no content
	visited bool
	value   any
}

func newWorker(w *walk, id int) *worker {
	k := &worker{w: w, id: id, segs: make([]Segment, 0, 64)}
	k.resolver = resolver{repo: w.repo, limit: w.opts.baseLimit()}
	k.bufs = buffers{budget: w.opts.share(), reclaim: k.reclaim}
	return k
}

func (k *worker) run() {
	defer faultsAsPanics()()
	defer k.drop()
	for {
		j, ok := k.w.jobs.take()
		if !ok {
			return
		}
		for _, id := range j.roots {
			k.tree(k.root(id))
			k.bufs.slim()
		}
		for _, id := range j.loose {
			k.looseObject(id)
		}
		if j.part != nil {
			k.bufs.total += int64(cap(j.part.data))
			k.tree(*j.part)
		}
	}
}

// drop gives up what an ended walk leaves on the stack.
func (k *worker) drop() {
	for i := range k.stack {
		k.release(k.stack[i].content)
	}
	k.stack = nil
}

// tree visits everything based on a frame. The content of a frame is kept while
// children are to come; the last child takes its parent's place on the stack, so
// that a chain without branches takes two buffers, however long it is.
func (k *worker) tree(f frame) {
	k.stack = append(k.stack[:0], f)
	for len(k.stack) > 0 && !k.w.stopped.Load() {
		if k.w.jobs.hungry() {
			k.share()
		}
		top := &k.stack[len(k.stack)-1]
		if top.next = k.w.forest.needed(top.next, top.stop); top.next == top.stop {
			k.release(top.content)
			*top = frame{}
			k.stack = k.stack[:len(k.stack)-1]
			continue
		}
		id := top.next
		top.next = k.w.forest.needed(k.w.forest.next[id], top.stop)
		child := k.derive(top, id)
		if top.next != top.stop {
			k.stack = append(k.stack, child)
			continue
		}
		k.release(top.content)
		*top = child
	}
}

func (k *worker) newFrame(id uint32) frame {
	return frame{id: id, next: k.w.forest.needed(k.w.forest.child[id], none), stop: none}
}

// root loads and visits an object that is not based on another one in the packs.
func (k *worker) root(id uint32) frame {
	f := k.newFrame(id)
	s := k.w.forest.span(id)
	e, err := k.entry(s.place)
	var large io.Reader
	switch {
	case err != nil:
	case k.w.forest.kind(id) == 0:
		err = fmt.Errorf("%w: its delta base cannot be found", errObject)
	case e.kind.isDelta():
		f.content, f.kind, _, err = k.resolve(s.place, nil)
	case e.size > k.w.opts.BlobLimit && f.next == f.stop:
		f.kind, f.size = e.kind, e.size
		large = s.stream(e)
	default:
		f.kind = e.kind
		f.content, err = k.whole(s, e)
	}
	k.arrive(&f, s, err, nil, large, nil)
	return f
}

// derive loads and visits an object that is based on the top of the stack.
func (k *worker) derive(base *frame, id uint32) frame {
	f := k.newFrame(id)
	f.kind = base.kind
	s := k.w.forest.span(id)
	e, err := k.entry(s.place)
	if err == nil {
		err = k.restore(base)
	}
	limit := k.limit
	if f.next == f.stop {
		limit = k.w.opts.BlobLimit
	}
	var script []Segment
	if err == nil {
		f.content, script, err = k.applied(base.content, s, e, limit, k.segs[:0])
	}
	k.arrive(&f, s, err, base, nil, script)
	if script != nil {
		k.segs = script[:0]
	}
	return f
}

func (k *worker) entry(at place) (e entry, err error) {
	defer catchFault(&err)
	return at.p.entryAt(at.off, &k.head)
}

var errBase = errors.New("the object it is a delta of cannot be read")

// restore makes sure that the content of a base is there: it may have been given
// up when memory was short.
func (k *worker) restore(f *frame) error {
	if f.err != nil {
		return errBase
	}
	if f.held() {
		return nil
	}
	c, _, _, err := k.resolve(k.w.forest.place(f.id), nil)
	if err != nil {
		c, _, _, err = k.find(k.w.forest.oid(f.id), nil)
	}
	f.content = c
	return err
}

// reclaim gives up the content that will be wanted last, except for that of the
// base at hand.
func (k *worker) reclaim() bool {
	for i := range max(0, len(k.stack)-1) {
		if f := &k.stack[i]; f.data != nil {
			k.bufs.put(f.data)
			f.data = nil
			return true
		}
	}
	return false
}

// arrive shows an object to the visitor. If loading it failed it looks for
// another copy first.
func (k *worker) arrive(f *frame, s span, err error, base *frame, large io.Reader, script []Segment) {
	if k.w.naming != nil {
		k.w.naming.arrive(k, f, s.place, err, large)
		return
	}
	id := k.w.forest.oid(f.id)
	if err != nil {
		k.w.problem(s.String(), id, err)
		script, base, large = nil, nil, nil
		if f.content, f.kind, f.err = k.otherCopy(id, s.place); f.err != nil {
			return
		}
	} else if err := k.doubts(s, f.data == nil); err != nil {
		k.w.problem(s.String(), id, err)
	}
	if k.w.forest.flags[f.id]&isWanted == 0 || !k.w.opts.Types.Has(f.kind) {
		return
	}
	k.obj = Object{OID: id, Type: f.kind, Size: f.size, Data: f.data, Number: k.w.forest.objectNumber(f.id), Worker: k.id}
	if base != nil && base.visited && script != nil {
		k.obj.Base, k.obj.Segments = base.value, script
	}
	if large == nil && f.size > k.w.opts.BlobLimit {
		large, k.obj.Data, k.obj.Base, k.obj.Segments = f.reader(), nil, nil, nil
	}
	f.visited = k.visit(s.String, large) && large == nil
	f.value, k.obj.Base = k.obj.Base, nil
}

// otherCopy looks for an intact copy of an object elsewhere than at a place.
func (k *worker) otherCopy(id OID, not place) (c content, kind Type, err error) {
	err = k.anyCopy(id, func(at place) (err error) {
		if at == not {
			return errMissing
		}
		c, kind, _, err = k.resolve(at, nil)
		return err
	}, func() (err error) {
		c, kind, err = k.loose(id)
		return err
	})
	return c, kind, err
}

// doubts returns what is wrong with an entry that could be read for all that. A
// streamed one has not been summed up yet.
func (k *worker) doubts(s span, streamed bool) error {
	err := k.doubt
	k.doubt = nil
	if streamed && k.w.opts.Verify && s.summed {
		err = s.verify()
	}
	return err
}

// verify compares an entry with the CRC-32 in the index.
func (s span) verify() (err error) {
	defer catchFault(&err)
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, s.p.section(s.off, s.end)); err != nil {
		return err
	}
	if h.Sum32() != s.crc {
		return errCRC
	}
	return nil
}

// looseObject loads and visits a loose object.
func (k *worker) looseObject(id OID) {
	if k.w.stopped.Load() || k.w.opts.Select != nil && !k.w.opts.Select(id) {
		return
	}
	o, err := k.openLoose(id)
	if err != nil {
		k.w.problem(loosePath(k.repo.dirs[0], id), id, err)
		return
	}
	defer func() { _ = o.close() }()
	if !k.w.opts.Types.Has(o.kind) {
		return
	}
	k.obj = Object{OID: id, Type: o.kind, Size: o.size, Number: -1, Worker: k.id}
	if o.size > k.w.opts.BlobLimit {
		k.visit(func() string { return o.path }, o.stream())
		return
	}
	c, err := k.looseContent(o)
	if err != nil {
		k.w.problem(o.path, id, err)
		return
	}
	k.obj.Data = c.data
	k.visit(func() string { return o.path }, nil)
	k.release(c)
}

// visit calls the visitor with k.obj, whose Base is then what it returned, and
// reports whether the object was seen whole.
func (k *worker) visit(where func() string, large io.Reader) bool {
	o := &k.obj
	var exact *exactReader
	var sum hash.Hash
	if k.w.opts.Verify {
		sum = objectHash(k.repo.hashLen, o.Type, o.Size)
		sum.Write(o.Data)
	}
	if large != nil {
		exact = &exactReader{r: large, left: o.Size}
		o.Stream = exact
		if sum != nil {
			o.Stream = io.TeeReader(exact, sum)
		}
	}
	value, err := k.w.visitor.Visit(o)
	if err != nil {
		k.w.fail(err)
		return false
	}
	var damage error
	if exact != nil {
		if sum != nil && exact.err == nil {
			_, _ = io.Copy(io.Discard, o.Stream)
		}
		damage = exact.damage()
	}
	if damage == nil && sum != nil && oidFrom(sum.Sum(nil)) != o.OID {
		damage = fmt.Errorf("%w: content does not match the name", errObject)
	}
	if damage != nil {
		k.w.problem(where(), o.OID, damage)
	}
	o.Base = value
	return damage == nil
}
