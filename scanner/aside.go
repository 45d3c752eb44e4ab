package scanner

import "sync"

// aside does what takes long beside the walk over a source: the versions of one
// document lie one behind the other, so that the goroutine which walks over them
// would read them all, and the others stand idle.
type aside struct {
	slots chan struct{} // one for each piece of work that may run
	group sync.WaitGroup

	mu   sync.Mutex
	held int64 // bytes that waiting and running work holds
}

// maxHeld bounds, in bytes, the contents that wait for their turn.
const maxHeld = 32 << 20

// overhead is what work costs that holds nothing.
const overhead = 4 << 10

func newAside(jobs int) *aside { return &aside{slots: make(chan struct{}, max(1, jobs))} }

// reserve makes room for work that holds size bytes, or reports that too much waits
// already: then whoever asks does the work, and is held up by it.
func (a *aside) reserve(size int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.held+size+overhead > maxHeld {
		return false
	}
	a.held += size + overhead
	return true
}

// do has work done for which there is room.
func (a *aside) do(size int64, work func()) {
	a.group.Go(func() {
		a.slots <- struct{}{}
		work()
		<-a.slots
		a.mu.Lock()
		defer a.mu.Unlock()
		a.held -= size + overhead
	})
}

// wait returns when all of it is done.
func (a *aside) wait() { a.group.Wait() }
