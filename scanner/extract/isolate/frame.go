package isolate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A conversation is frames: one byte that says what it is, four bytes of length,
// and that many bytes. Parent and worker are the same binary, so there are no
// versions.
type kind byte

const (
	// From the parent.
	kindBegin kind = 'D' // a document begins: JSON of a request
	kindData  kind = 'C' // a piece of it
	kindEnd   kind = 'E' // its end
	kindCut   kind = 'X' // its end, because it could not be read further
	// From the worker.
	kindText       kind = 'T' // a piece of text
	kindOrigin     kind = 'B' // a text begins: JSON of its origin
	kindPlace      kind = 'P' // where what follows stands
	kindUnexamined kind = 'U' // JSON of a row
	kindDone       kind = 'R' // the document is done: JSON of an outcome
)

const (
	pieceSize = 64 << 10
	maxFrame  = 1 << 20
)

var errFrame = errors.New("broken frame")

// writeFrame writes one frame; what is longer than a frame is its writer's to
// cut.
func writeFrame(w io.Writer, k kind, payload []byte) error {
	var head [5]byte
	head[0] = byte(k)
	binary.BigEndian.PutUint32(head[1:], uint32(len(payload)))
	if _, err := w.Write(head[:]); err != nil {
		return err
	}
	_, err := w.Write(payload)
	return err
}

// readFrame reads one frame into buf, which it grows if needed.
func readFrame(r io.Reader, buf []byte) (kind, []byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, buf, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, buf, fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	if cap(buf) < int(n) {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err := io.ReadFull(r, buf)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return kind(head[0]), buf, err
}
