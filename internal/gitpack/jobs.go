package gitpack

import (
	"sync"
	"sync/atomic"
)

// jobs hands out work: delta trees in the order of the pack, then loose objects.
// When these run out, a worker that still has much before it shares its tree
// with those that wait, so that one large tree keeps all of them busy.
type jobs struct {
	roots   []uint32
	loose   []OID
	workers int

	mu      sync.Mutex
	changed sync.Cond
	parts   []frame
	waiting int
	ended   bool
	lacking atomic.Int32 // workers that wait and for whom no part is there yet
}

// job is a few roots, a few loose objects, or a part of another worker's tree.
type job struct {
	roots []uint32
	loose []OID
	part  *frame
}

func (j *jobs) init(roots []uint32, loose []OID, workers int) {
	j.roots, j.loose, j.workers = roots, loose, workers
	j.changed.L = &j.mu
}

// rootsAtOnce keeps workers from meeting at the lock, and neighbours in the pack
// with one worker.
const rootsAtOnce = 8

// take returns the next job; there is none left if ok is false.
func (j *jobs) take() (next job, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for !j.ended {
		if last := len(j.parts) - 1; last >= 0 {
			part := j.parts[last]
			j.parts = j.parts[:last]
			return job{part: &part}, true
		}
		if n := min(rootsAtOnce, len(j.roots)); n > 0 {
			next.roots, j.roots = j.roots[:n], j.roots[n:]
			return next, true
		}
		if n := min(rootsAtOnce, len(j.loose)); n > 0 {
			next.loose, j.loose = j.loose[:n], j.loose[n:]
			return next, true
		}
		if j.waiting+1 == j.workers {
			j.end()
			break
		}
		j.waiting++
		j.lacking.Add(1)
		j.changed.Wait()
		j.waiting--
	}
	return job{}, false
}

// end lets all workers go home.
func (j *jobs) end() {
	j.ended = true
	j.changed.Broadcast()
}

func (j *jobs) stop() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.end()
}

// hungry reports whether someone waits for a part of a tree.
func (j *jobs) hungry() bool { return j.lacking.Load() > 0 }

// give hands a part to a worker that waits.
func (j *jobs) give(f frame) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lacking.Add(-1)
	j.parts = append(j.parts, f)
	j.changed.Signal()
}

// share gives away the later half of the children that the frame nearest to the
// root still has, with a copy of its content.
func (k *worker) share() {
	for i := range k.stack {
		f := &k.stack[i]
		if f.data == nil {
			continue
		}
		middle, n := k.w.forest.middle(f.next, f.stop)
		if n == 0 || n == 1 && i == len(k.stack)-1 {
			continue
		}
		part := *f
		part.data = append(make([]byte, 0, cap(f.data)), f.data...)
		part.next, f.stop = middle, middle
		k.w.jobs.give(part)
		return
	}
}

// middle returns where the second half of the needed children between id and
// stop begins, and how many they are.
func (f *forest) middle(id, stop uint32) (middle uint32, n int) {
	middle = f.needed(id, stop)
	for at := middle; at != stop; at = f.needed(f.next[at], stop) {
		if n%2 == 1 {
			middle = f.needed(f.next[middle], stop)
		}
		n++
	}
	return middle, n
}
