package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/deputy-sec/deputy/scanner/collect"
)

// Progress shows once a scan has taken a while, and then a few times a second.
const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
)

// showProgress tells on a terminal how far a scan is. The function it returns
// ends that and wipes the line.
func showProgress(w io.Writer, p *collect.Progress) (stop func()) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) || os.Getenv("TERM") == "dumb" {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		select {
		case <-done:
			return
		case <-time.After(progressAfter):
		}
		ticks := time.NewTicker(progressEvery)
		defer ticks.Stop()
		for {
			_, _ = fmt.Fprintf(f, "\r\x1b[Kscanned %d blobs, %d MB", p.Blobs.Load(), p.Bytes.Load()/1e6)
			select {
			case <-done:
				_, _ = fmt.Fprint(f, "\r\x1b[K")
				return
			case <-ticks.C:
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}
