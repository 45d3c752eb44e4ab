package sarif

import (
	"compress/gzip"
	"io"
)

// meter measures how large what is written becomes when it is compressed. It takes the
// fastest compression, so that whoever compresses well gets less than it counts.
type meter struct {
	squeeze *gzip.Writer
	count   counter
	pending int // bytes that went in since the compressor was last emptied
}

// counter counts bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func newMeter() *meter {
	m := &meter{}
	m.squeeze, _ = gzip.NewWriterLevel(&m.count, gzip.BestSpeed) // the level is a valid one
	return m
}

var _ io.Writer = (*meter)(nil)

func (m *meter) Write(p []byte) (int, error) {
	m.pending += len(p)
	return m.squeeze.Write(p)
}

// flushEvery is how much goes in before the compressor is emptied: often enough for the
// count to be good, and rarely enough to cost nothing in size.
const flushEvery = 1 << 18

// compressed returns the size so far, but for what the compressor still holds.
func (m *meter) compressed() int64 {
	if m.pending >= flushEvery {
		_ = m.squeeze.Flush() // a counter takes everything
		m.pending = 0
	}
	return int64(m.count)
}
