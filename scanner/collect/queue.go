package collect

import "sync"

// queue does what takes long beside the walk over a source: the versions of one
// document lie one behind the other, so that the goroutine which walks over them
// would read them all, and the others stand idle.
type queue struct {
	slots chan struct{} // one for each piece of work that may run
	group sync.WaitGroup

	mu   sync.Mutex
	held int64 // bytes that waiting and running work holds
}

// maxHeld bounds, in bytes, the contents that wait for their turn.
const maxHeld = 32 << 20

// overhead is what work costs that holds nothing.
const overhead = 4 << 10

func newQueue(jobs int) *queue { return &queue{slots: make(chan struct{}, max(1, jobs))} }

// reserve makes room for work that holds size bytes, or reports that too much waits
// already: then whoever asks does the work, and is held up by it.
func (q *queue) reserve(size int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.held+size+overhead > maxHeld {
		return false
	}
	q.held += size + overhead
	return true
}

// Go has work done for which there is room.
func (q *queue) Go(size int64, work func()) {
	q.group.Go(func() {
		q.slots <- struct{}{}
		work()
		<-q.slots
		q.mu.Lock()
		defer q.mu.Unlock()
		q.held -= size + overhead
	})
}

// wait returns when all of it is done.
func (q *queue) wait() { q.group.Wait() }
