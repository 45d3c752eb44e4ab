// Package isolate extracts documents in worker processes, so that one that
// panics, hangs or eats memory costs that document and not the scan. A worker is
// this very program, started again; it serves one document after the other and
// is replaced when it dies.
package isolate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Pool is a Reader that extracts in worker processes. They are started when
// there is a document for them.
type Pool struct {
	extractors []*extract.Extractor
	limits     extract.Limits
	slots      chan struct{} // one for each process that may run
	mu         sync.Mutex
	idle       []*process
	closed     bool
	first      sync.Once // document
}

// NewPool returns a pool of at most size workers.
func NewPool(extractors []*extract.Extractor, limits extract.Limits, size int) *Pool {
	return &Pool{extractors: extractors, limits: limits, slots: make(chan struct{}, max(1, size))}
}

// Claims implements extract.Reader.
func (p *Pool) Claims(head []byte) *extract.Extractor {
	for _, e := range p.extractors {
		if e.Claims(head) {
			return e
		}
	}
	return nil
}

// ClaimsBehind implements extract.Reader.
func (p *Pool) ClaimsBehind(head, piece []byte, last bool) *extract.Extractor {
	return extract.ClaimantBehind(p.extractors, head, piece, last)
}

// Extract implements extract.Reader.
func (p *Pool) Extract(ctx context.Context, doc *extract.Document, sink extract.Sink) error {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	p.first.Do(func() {
		if p.limits.Pictures > 0 {
			p.limits.PicturesBy = time.Now().Add(p.limits.Pictures).UnixNano()
		}
	})
	w, err := p.take()
	if err != nil {
		return fmt.Errorf("the process that reads documents does not start: %w", err)
	}
	err = w.extract(ctx, doc, p.limits, sink)
	p.put(w)
	return err
}

// Close ends the workers. The pool is of no use after it.
func (p *Pool) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, w := range p.idle {
		w.end()
	}
	p.idle = nil
}

func (p *Pool) take() (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.idle); n > 0 {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return w, nil
	}
	return start()
}

func (p *Pool) put(w *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.dead || p.closed {
		w.end()
		return
	}
	p.idle = append(p.idle, w)
}

// process is a running worker.
type process struct {
	cmd   *exec.Cmd
	pipe  io.Closer
	in    *bufio.Writer
	out   *bufio.Reader
	last  tail   // of what it wrote to standard error
	piece []byte // of a document that is being sent
	buf   []byte
	dead  bool
	gone  bool // and waited for: its number may be somebody else's
}

func start() (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &process{cmd: exec.Command(self), piece: make([]byte, pieceSize)}
	w.cmd.Env = append(os.Environ(), variable+"=1")
	w.cmd.Stderr = &w.last
	ownGroup(w.cmd)
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.pipe, w.in = in, bufio.NewWriterSize(in, 2*pieceSize) // a small document is sent with one call
	w.out = bufio.NewReaderSize(out, pieceSize)
	return w, w.cmd.Start()
}

// end ends the process and whatever it started.
func (w *process) end() {
	w.dead = true
	_ = w.pipe.Close()
	if !w.gone {
		killGroup(w.cmd)
		_ = w.cmd.Wait() // it was killed: how it ended tells nothing
	}
}

// extract has one document read. After an error of the conversation the process
// is dead.
func (w *process) extract(ctx context.Context, doc *extract.Document, limits extract.Limits, sink extract.Sink) error {
	var expired atomic.Bool
	clock := time.AfterFunc(onClock(limits)+grace, func() {
		expired.Store(true)
		killGroup(w.cmd)
	})
	defer clock.Stop()
	stop := context.AfterFunc(ctx, func() { killGroup(w.cmd) })
	defer stop()

	var answered atomic.Bool
	sent := make(chan error, 1)
	go func() { sent <- w.send(doc, limits, &answered) }()
	done, err := w.receive(sink)
	answered.Store(true)
	if err != nil {
		w.dead = true
		killGroup(w.cmd)
	}
	if sendErr := <-sent; sendErr != nil && err == nil {
		w.dead = true
	}
	switch {
	case err == nil && done.Other:
		return extract.ErrOtherFormat
	case err == nil && done.Reason != (finding.Reason{}):
		return done.Reason
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case expired.Load():
		return extract.OverTime(limits.Time)
	}
	return w.post(limits, err)
}

// outOfMemory is what a process says that the system gives no more: for its data, or
// for the stack of another thread, with cgo and without.
var outOfMemory = []string{"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread"}

// post says why a worker died.
func (w *process) post(limits extract.Limits, err error) error {
	waitErr := w.cmd.Wait()
	w.gone = true
	var exit *exec.ExitError
	if errors.As(waitErr, &exit) && exit.ExitCode() == exitTime {
		return extract.OverTime(limits.Time)
	}
	if errors.As(waitErr, &exit) && exit.ExitCode() == exitMemory || w.last.says(outOfMemory...) {
		return extract.OverMemory(limits.Memory)
	}
	if w.last.says("stack overflow", "stack exceeds") {
		return &extract.OverBudget{Limit: "nested too deeply"}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return finding.Failed.Because("the process that reads documents crashed")
	}
	return finding.Failed.Because("the process that reads documents failed: %v", err)
}

// send sends a document, until it ends or its reader has had enough.
func (w *process) send(doc *extract.Document, limits extract.Limits, answered *atomic.Bool) error {
	if err := w.sendPieces(doc, limits, answered); err != nil {
		return err
	}
	return w.in.Flush()
}

func (w *process) sendPieces(doc *extract.Document, limits extract.Limits, answered *atomic.Bool) error {
	head, err := json.Marshal(request{doc.Name, doc.Size(), limits})
	if err != nil {
		return err
	}
	if err := writeFrame(w.in, kindBegin, head); err != nil {
		return err
	}
	content := doc.Reader()
	for !answered.Load() {
		n, err := io.ReadFull(content, w.piece)
		if n > 0 {
			if err := writeFrame(w.in, kindData, w.piece[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return writeFrame(w.in, kindEnd, nil)
		case err != nil:
			return writeFrame(w.in, kindCut, nil)
		}
	}
	return writeFrame(w.in, kindEnd, nil)
}

// receive hands what the worker says to sink until the document is done.
func (w *process) receive(sink extract.Sink) (outcome, error) {
	for {
		var k kind
		var err error
		if k, w.buf, err = readFrame(w.out, w.buf); err != nil {
			return outcome{}, err
		}
		switch k {
		case kindText:
			_, err = sink.Write(w.buf)
		case kindPlace:
			sink.Place(string(w.buf))
		case kindOrigin:
			var o extract.Origin
			err = json.Unmarshal(w.buf, &o)
			sink.Begin(o)
		case kindUnexamined:
			var r row
			err = json.Unmarshal(w.buf, &r)
			sink.Unexamined(r.At, r.Place, r.Reason)
		case kindDone:
			var done outcome
			err = json.Unmarshal(w.buf, &done)
			return done, err
		default:
			err = errFrame
		}
		if err != nil {
			return outcome{}, err
		}
	}
}

// tail keeps the beginning of what a dying process says: enough to tell why it
// died, never shown.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - len(t.text); room > 0 {
		t.text = append(t.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

func (t *tail) says(phrases ...string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range phrases {
		if bytes.Contains(t.text, []byte(p)) {
			return true
		}
	}
	return false
}
