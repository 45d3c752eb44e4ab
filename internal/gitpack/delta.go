package gitpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// Segment is one step of the edit script that turns a delta's base into the
// object: Len bytes at Dst are those at Src of the base, or were inserted if
// Src is negative. An object's segments are in order, without gap or overlap,
// none is empty, and neighbours that continue each other are one segment.
type Segment struct {
	Dst, Len, Src int
}

// Inserted reports whether the bytes are the delta's own.
func (s Segment) Inserted() bool { return s.Src < 0 }

var errDelta = errors.New("malformed delta")

// deltaOp is one instruction: size bytes from offset of the base, or, with
// insert set, size bytes that follow the instruction.
type deltaOp struct {
	offset int64
	size   int
	insert bool
}

// nextOp decodes the instruction at the start of d and returns how many bytes it
// takes, 0 if it is malformed or cut short. The format is described in git's
// Documentation/gitformat-pack.txt, "Deltified representation".
//
// Which of a copy's seven bytes are there is as good as random, so branches on
// that are mispredicted: they are all moved into place instead, masked where
// absent.
func nextOp(d []byte) (op deltaOp, n int) {
	code := uint64(d[0])
	if code&0x80 == 0 {
		return deltaOp{size: int(code), insert: true}, int((code + 0x7f) >> 7)
	}
	var v uint64
	if len(d) >= 8 {
		v = binary.LittleEndian.Uint64(d) >> 8
	} else {
		if len(d) <= bits.OnesCount64(code&0x7f) {
			return op, 0
		}
		for i, b := range d[1:] {
			v |= uint64(b) << (8 * i)
		}
	}
	at := uint64(0) // bits of v that have been used
	field := func(bit uint) uint64 {
		there := code >> bit & 1
		b := v >> (at & 63) & (0xff * there)
		at += there * 8
		return b
	}
	op.offset = int64(field(0) | field(1)<<8 | field(2)<<16 | field(3)<<24)
	op.size = int(field(4) | field(5)<<8 | field(6)<<16)
	if op.size == 0 {
		op.size = 1 << 16
	}
	return op, 1 + int(at>>3)
}

// deltaSize decodes one of the two sizes a delta begins with.
func deltaSize(d []byte) (size int64, rest []byte, ok bool) {
	for shift := 0; shift < 63; shift += 7 {
		if len(d) == 0 {
			return 0, nil, false
		}
		b := d[0]
		d = d[1:]
		size |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			return size, d, size >= 0
		}
	}
	return 0, nil, false
}

// deltaHeader decodes both sizes and holds the first to the base's.
func deltaHeader(delta []byte, baseSize int64) (size int64, ops []byte, err error) {
	stated, rest, ok := deltaSize(delta)
	if !ok {
		return 0, nil, fmt.Errorf("%w: size of the base", errDelta)
	}
	if stated != baseSize {
		return 0, nil, fmt.Errorf("%w: made for a base of %d bytes, which has %d", errDelta, stated, baseSize)
	}
	if size, ops, ok = deltaSize(rest); !ok {
		return 0, nil, fmt.Errorf("%w: size of the result", errDelta)
	}
	return size, ops, nil
}

// checkDelta verifies every instruction of a delta against the size of its base
// and the stated size of its result, which it returns with the instructions.
// Only thereafter is memory allocated for the result: a few bytes of delta can
// state, or even produce, any size.
func checkDelta(delta []byte, baseSize int64) (size int64, ops []byte, err error) {
	size, ops, err = deltaHeader(delta, baseSize)
	if err != nil {
		return 0, nil, err
	}
	left := size
	for d := ops; len(d) > 0; {
		op, n := nextOp(d)
		if n == 0 {
			return 0, nil, fmt.Errorf("%w: instruction %#x", errDelta, d[0])
		}
		rest := d[n:]
		if op.insert {
			if op.size > len(rest) {
				return 0, nil, fmt.Errorf("%w: inserts more than there is", errDelta)
			}
			rest = rest[op.size:]
		} else if op.offset+int64(op.size) > baseSize {
			return 0, nil, fmt.Errorf("%w: copies from beyond its base", errDelta)
		}
		if left -= int64(op.size); left < 0 {
			break
		}
		d = rest
	}
	if left != 0 {
		return 0, nil, fmt.Errorf("%w: states %d bytes and makes %d", errDelta, size, size-left)
	}
	return size, ops, nil
}

// applyDelta carries out instructions that checkDelta has verified. It appends
// the edit script to segs.
func applyDelta(dst, base, ops []byte, segs []Segment) []Segment {
	at := 0
	last := Segment{Src: -2} // continued by nothing
	for len(ops) > 0 {
		op, n := nextOp(ops)
		rest := ops[n:]
		src := int(op.offset)
		if op.insert {
			copy(dst[at:], rest[:op.size])
			rest = rest[op.size:]
			src = -1
		} else {
			copy(dst[at:at+op.size], base[op.offset:])
		}
		ops = rest
		if src < 0 && last.Src == -1 || src >= 0 && last.Src+last.Len == src && last.Src >= 0 {
			last.Len += op.size
		} else {
			if last.Len > 0 {
				segs = append(segs, last)
			}
			last = Segment{Dst: at, Len: op.size, Src: src}
		}
		at += op.size
	}
	if last.Len > 0 {
		segs = append(segs, last)
	}
	return segs
}

// deltaReader carries out a delta piece by piece, for results too large to hold
// in memory.
type deltaReader struct {
	ops  *bufio.Reader
	base io.ReaderAt
	size int64 // of the base
	left int64 // of the result
	op   deltaOp
	err  error
}

// newDeltaReader reads the delta's header and returns a reader of its result,
// which is size bytes long.
func newDeltaReader(delta io.Reader, base io.ReaderAt, baseSize int64) (r *deltaReader, size int64, err error) {
	ops := bufio.NewReaderSize(delta, 64<<10)
	head, err := ops.Peek(2 * 9)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	size, rest, err := deltaHeader(head, baseSize)
	if err != nil {
		return nil, 0, err
	}
	if _, err := ops.Discard(len(head) - len(rest)); err != nil {
		return nil, 0, err
	}
	return &deltaReader{ops: ops, base: base, size: baseSize, left: size}, size, nil
}

func (r *deltaReader) Read(p []byte) (int, error) {
	if r.err == nil && r.op.size == 0 {
		r.err = r.advance()
	}
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	p = p[:min(len(p), r.op.size)]
	var n int
	if r.op.insert {
		n, r.err = r.ops.Read(p)
	} else {
		n, r.err = r.base.ReadAt(p, r.op.offset)
		r.op.offset += int64(n)
	}
	if errors.Is(r.err, io.EOF) {
		r.err = nil
		if n == 0 {
			r.err = io.ErrUnexpectedEOF
		}
	}
	r.op.size -= n
	r.left -= int64(n)
	return n, r.err
}

// advance decodes the next instruction; io.EOF is the proper end.
func (r *deltaReader) advance() error {
	head, err := r.ops.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) == 0 {
		if r.left != 0 {
			return fmt.Errorf("%w: ends %d bytes early", errDelta, r.left)
		}
		return io.EOF
	}
	op, n := nextOp(head)
	switch {
	case n == 0:
		return fmt.Errorf("%w: instruction %#x", errDelta, head[0])
	case !op.insert && op.offset+int64(op.size) > r.size:
		return fmt.Errorf("%w: copies from beyond its base", errDelta)
	case int64(op.size) > r.left:
		return fmt.Errorf("%w: makes more than it states", errDelta)
	}
	r.op = op
	_, err = r.ops.Discard(n)
	return err
}
