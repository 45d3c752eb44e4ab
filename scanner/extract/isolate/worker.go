package isolate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// variable marks a process as a worker.
const variable = "DEPUTY_DOCUMENT_WORKER"

// exitMemory is how a worker ends that needs more memory than it may have.
const exitMemory = 87

// grace is how much longer than its limit a document may take before its worker
// is killed: most notice themselves that their time is over, and a worker that
// lives is there for the next document.
const grace = 2 * time.Second

// request is what the parent says of a document.
type request struct {
	Name   string
	Size   int64 // of the content, in bytes; -1 if it is not known
	Limits extract.Limits
}

// outcome is how a document ended.
type outcome struct {
	Reason finding.Reason // why it was not read, or not to its end; zero if it was
	Other  bool           // it is extract.ErrOtherFormat
}

// row is a part that was not read.
type row struct {
	At     extract.Origin
	Place  string
	Reason finding.Reason
}

// IsWorker reports whether this process was started to read documents, so that
// main calls Work and nothing else.
func IsWorker() bool { return os.Getenv(variable) != "" }

// Work reads documents from standard input and writes what they hold to
// standard output until the input ends.
func Work(extractors []*extract.Extractor) {
	debug.SetTraceback("none") // a dump of a crash could hold what was read
	debug.SetGCPercent(400)    // little of it lives for long; the limit of its memory holds all the same
	w := &worker{
		in:         bufio.NewReaderSize(os.Stdin, pieceSize),
		out:        bufio.NewWriterSize(os.Stdout, pieceSize),
		extractors: extractors,
	}
	for w.next() == nil {
	}
}

type worker struct {
	in         *bufio.Reader
	out        *bufio.Writer
	extractors []*extract.Extractor
	buf        []byte
	held       []byte // room for a document
	watched    bool
}

// next reads one document.
func (w *worker) next() error {
	var (
		k   kind
		err error
		req request
	)
	if k, w.buf, err = readFrame(w.in, w.buf); err != nil {
		return err
	}
	if k != kindBegin {
		return errFrame
	}
	if err := json.Unmarshal(w.buf, &req); err != nil {
		return err
	}
	w.limit(req.Limits)
	ctx, stop := bounded(req.Limits)
	defer stop()

	content := &content{w: w}
	doc := w.document(req, content)
	sink := &sender{out: w.out}
	settled := context.AfterFunc(ctx, sink.flush) // we may be killed soon
	defer settled()
	err = extract.InProcess(w.extractors, req.Limits).Extract(ctx, doc, sink)
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		err = extract.OverTime(req.Limits.Time)
	}
	done := outcome{Other: errors.Is(err, extract.ErrOtherFormat)}
	if err != nil {
		done.Reason = finding.ReasonOf(err)
	}
	sink.json(kindDone, done)
	sink.flush()
	if sink.err != nil {
		return sink.err
	}
	return content.drain()
}

// What is held of documents, in bytes: a larger one is read as a stream, and the
// room for one that is larger than usual is not kept.
const (
	mostHeld = 32 << 20
	mostKept = 4 << 20
)

// document returns the document that is sent: in memory, if it fits.
func (w *worker) document(req request, c *content) *extract.Document {
	if req.Size < 0 || req.Size > mostHeld {
		return extract.FromReader(req.Name, c)
	}
	room := w.held
	if int64(cap(room)) < req.Size {
		room = make([]byte, req.Size)
	}
	if cap(room) <= mostKept {
		w.held = room
	}
	n, err := io.ReadFull(c, room[:req.Size])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return extract.FromReader(req.Name, io.MultiReader(bytes.NewReader(room[:n]), c))
	}
	return extract.FromBytes(req.Name, room[:n:n])
}

// limit bounds the memory of the process, once: softly, so that the collector
// works harder near it; by the system where that can be had; and by a watch.
func (w *worker) limit(l extract.Limits) {
	if w.watched {
		return
	}
	w.watched = true
	debug.SetMemoryLimit(min(l.Memory/4*3, ordinary))
	limitMemory(l.Memory + l.Memory/4)
	go watch(uint64(l.Memory))
}

// ordinary is what nearly all documents are read in, in bytes: beyond it the collector rather
// takes time than lets garbage lie.
const ordinary = 256 << 20

// watch ends the process when it holds too much.
func watch(limit uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for range time.Tick(50 * time.Millisecond) {
		metrics.Read(sample)
		if sample[0].Value.Uint64()-sample[1].Value.Uint64() > limit {
			os.Exit(exitMemory)
		}
	}
}

// content is the document that the parent sends.
type content struct {
	w    *worker
	rest []byte
	done error
}

func (c *content) Read(p []byte) (int, error) {
	for len(c.rest) == 0 {
		if c.done != nil {
			return 0, c.done
		}
		var k kind
		k, c.w.buf, c.done = readFrame(c.w.in, c.w.buf)
		switch {
		case c.done != nil:
		case k == kindData:
			c.rest = c.w.buf
		case k == kindEnd:
			c.done = io.EOF
		case k == kindCut:
			c.done = extract.ErrCut
		default:
			c.done = errFrame
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// drain reads what is left of the document, so that the next one begins.
func (c *content) drain() error {
	c.rest = nil
	for c.done == nil {
		var k kind
		k, c.w.buf, c.done = readFrame(c.w.in, c.w.buf)
		if c.done == nil && k != kindData {
			c.done = io.EOF
		}
	}
	if errors.Is(c.done, io.EOF) || errors.Is(c.done, extract.ErrCut) {
		return nil
	}
	return c.done
}

// sender is a sink at the other end of a pipe.
type sender struct {
	mu   sync.Mutex
	out  *bufio.Writer
	text []byte // written, and not sent yet: extractors write cell by cell
	err  error
}

func (s *sender) Begin(o extract.Origin) { s.json(kindOrigin, o) }

func (s *sender) Place(place string) {
	_ = s.frame(kindPlace, []byte(place[:min(len(place), pieceSize)])) // kept in s.err
}

func (s *sender) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for piece := text; len(piece) > 0; {
		n := min(len(piece), pieceSize-len(s.text))
		s.text = append(s.text, piece[:n]...)
		if len(s.text) == pieceSize {
			s.sendText()
		}
		piece = piece[n:]
	}
	if s.err != nil {
		return 0, s.err
	}
	return len(text), nil
}

// sendText sends what was written. The lock is held.
func (s *sender) sendText() {
	if s.err == nil && len(s.text) > 0 {
		s.err = writeFrame(s.out, kindText, s.text)
	}
	s.text = s.text[:0]
}

func (s *sender) Unexamined(at extract.Origin, place string, why finding.Reason) {
	s.json(kindUnexamined, row{at, place, why})
}

func (s *sender) json(k kind, v any) {
	payload, err := json.Marshal(v)
	if err != nil {
		panic(err) // these are structs of strings and numbers
	}
	_ = s.frame(k, payload) // kept in s.err
}

func (s *sender) frame(k kind, payload []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sendText()
	if s.err == nil {
		s.err = writeFrame(s.out, k, payload)
	}
	return s.err
}

func (s *sender) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sendText()
	if s.err == nil {
		s.err = s.out.Flush()
	}
}
