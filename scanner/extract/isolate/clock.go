package isolate

import (
	"context"
	"os"
	"time"

	"github.com/deputy-sec/deputy/scanner/extract"
)

// Processor time bounds a document, since a loaded machine is to read as much of one as a
// quiet one. The clock is there for what waits and does not work.

// exitTime is how a worker ends that has used up its processor time and does not stop.
const exitTime = 88

// patience is how many times the processor time a document may take on the clock.
const patience = 8

// onClock returns how long a document may take on the clock at most.
func onClock(l extract.Limits) time.Duration { return patience * l.Time }

// checkEvery is how often the processor time of a document is looked at.
const checkEvery = 20 * time.Millisecond

// bounded returns a context that ends when the document at hand has used up its time. If it
// goes on all the same, the process ends. stop is to be called at its end.
func bounded(l extract.Limits) (ctx context.Context, stop func()) {
	ctx, cancel := context.WithTimeout(context.Background(), onClock(l))
	last := time.AfterFunc(onClock(l)+2*grace, func() { os.Exit(1) }) // the parent is gone, or it had killed us
	begun, done := processorTime(), make(chan struct{})
	go func() {
		ticks := time.NewTicker(checkEvery)
		defer ticks.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
			}
			switch used := processorTime() - begun; {
			case used > l.Time+grace:
				os.Exit(exitTime)
			case used > l.Time:
				cancel()
			}
		}
	}()
	return ctx, func() {
		close(done)
		last.Stop()
		cancel()
	}
}
