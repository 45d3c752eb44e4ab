package gitpack

import (
	"math/bits"

	"github.com/deputy-sec/deputy/internal/inflate"
)

// buffers hands out memory for objects and takes it back, so that neither the
// collector nor the zeroing of fresh memory is paid per object. What it holds,
// handed out or not, stays within budget as long as reclaim finds something to
// give up.
type buffers struct {
	budget  int64       // 0 for no limit
	total   int64       // capacity of all buffers, in use and free
	free    [][][]byte  // by class
	spare   int64       // capacity of the free ones
	reclaim func() bool // puts back the buffer that can be missed best
}

const minBuffer = 4 << 10

// classOf returns the smallest of the capacities 4, 5, 6, 7, 8, 10, 12, 14, 16, …
// KiB that n fits into, and its number.
func classOf(n int) (class, capacity int) {
	if n <= minBuffer {
		return 0, minBuffer
	}
	octave := bits.Len(uint(n-1)) - bits.Len(minBuffer)
	step := minBuffer >> 2 << octave
	quarter := (n - minBuffer<<octave + step - 1) / step
	return octave*4 + quarter, minBuffer<<octave + quarter*step
}

// get returns a buffer of n bytes with room for the inflater behind it.
func (b *buffers) get(n int64) []byte {
	class, capacity := classOf(int(n) + inflate.Slack)
	for {
		// A somewhat larger buffer does as well.
		for c := class; c < min(class+4, len(b.free)); c++ {
			if last := len(b.free[c]) - 1; last >= 0 {
				buf := b.free[c][last]
				b.free[c] = b.free[c][:last]
				b.spare -= int64(cap(buf))
				return buf[:n]
			}
		}
		if b.budget == 0 || b.total+int64(capacity) <= b.budget {
			break
		}
		if b.spare > 0 {
			b.trim()
			continue
		}
		if b.reclaim == nil || !b.reclaim() {
			break
		}
	}
	b.total += int64(capacity)
	return make([]byte, n, capacity)
}

// put takes a buffer back.
func (b *buffers) put(buf []byte) {
	if cap(buf) < minBuffer {
		return
	}
	class, capacity := classOf(cap(buf))
	if capacity != cap(buf) { // not one of ours
		return
	}
	for len(b.free) <= class {
		b.free = append(b.free, nil)
	}
	b.free[class] = append(b.free[class], buf[:0])
	b.spare += int64(cap(buf))
}

// maxSpare is what is kept free for the next tree: enough for files as people
// write them, while a tree of large ones would leave its whole height behind.
const maxSpare = 16 << 20

// slim trims what is more than the next objects are likely to need.
func (b *buffers) slim() {
	if b.spare > maxSpare {
		b.trim()
	}
}

// trim leaves all free buffers to the collector.
func (b *buffers) trim() {
	for c := range b.free {
		clear(b.free[c])
		b.free[c] = b.free[c][:0]
	}
	b.total -= b.spare
	b.spare = 0
}
