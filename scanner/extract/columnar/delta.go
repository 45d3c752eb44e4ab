package columnar

import (
	"encoding/binary"
	"strconv"
)

// delta reads integers as differences.
func (f *file) delta(c *column, body []byte) error {
	var stop error
	deltas(body, func(v int64) bool {
		if c.kind == kindInt32 {
			v = int64(int32(v))
		}
		stop = f.value(c, strconv.FormatInt(v, 10))
		return stop == nil
	})
	return stop
}

// deltaLength reads strings: the lengths of all, and then all.
func (f *file) deltaLength(c *column, body []byte) error {
	var lengths []int64
	rest := deltas(body, func(n int64) bool { lengths = append(lengths, n); return true })
	for _, n := range lengths {
		if n < 0 || n > int64(len(rest)) {
			return f.value(c, text(rest))
		}
		if err := f.value(c, text(rest[:n])); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

// deltaBytes reads strings each of which begins like the one before: for how
// long, the lengths of what differs, and that.
func (f *file) deltaBytes(c *column, body []byte) error {
	var prefixes, lengths []int64
	rest := deltas(body, func(n int64) bool { prefixes = append(prefixes, n); return true })
	rest = deltas(rest, func(n int64) bool { lengths = append(lengths, n); return true })
	var value []byte
	for i, n := range lengths {
		if i >= len(prefixes) || n < 0 || n > int64(len(rest)) || prefixes[i] < 0 || prefixes[i] > int64(len(value)) {
			return f.value(c, text(rest))
		}
		value = append(value[:prefixes[i]], rest[:n]...)
		rest = rest[n:]
		if err := f.value(c, text(value)); err != nil {
			return err
		}
	}
	return nil
}

// mostValues bounds the values of a page.
const mostValues = 4 << 20

// deltas calls yield with the integers in DELTA_BINARY_PACKED, until it returns
// false, and returns what follows them: blocks of a least difference and of
// miniblocks, whose values are as many bits wide as is said for each.
func deltas(data []byte, yield func(int64) bool) (rest []byte) {
	r := &thriftReader{data: data}
	block, _ := r.uvarint()
	miniblocks, _ := r.uvarint()
	count, _ := r.uvarint()
	count = min(count, mostValues) // equal differences take no space
	v, err := r.zigzag()
	if err != nil || count == 0 || miniblocks == 0 || miniblocks > 1<<10 || block > 1<<20 || block%miniblocks != 0 {
		return r.data
	}
	perMiniblock := block / miniblocks
	if perMiniblock == 0 || perMiniblock%8 != 0 || !yield(v) {
		return r.data
	}
	for count--; count > 0; {
		least, err := r.zigzag()
		if err != nil {
			return nil
		}
		widths, err := r.take(miniblocks)
		if err != nil {
			return nil
		}
		for _, width := range widths {
			if count == 0 {
				break
			}
			if width > 64 {
				return nil
			}
			packed, err := r.take(perMiniblock / 8 * uint64(width))
			if err != nil {
				return nil
			}
			for i := uint64(0); i < perMiniblock && count > 0; i, count = i+1, count-1 {
				v += least + int64(bits(packed, i*uint64(width), uint64(width)))
				if !yield(v) {
					return r.data
				}
			}
		}
	}
	return r.data
}

// bits returns a number of a width at an offset, counted from the lowest bit.
func bits(packed []byte, offset, width uint64) uint64 {
	if width == 0 {
		return 0
	}
	var window [9]byte
	copy(window[:], packed[offset/8:])
	shift := offset % 8
	v := binary.LittleEndian.Uint64(window[:]) >> shift
	if shift > 0 {
		v |= uint64(window[8]) << (64 - shift)
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}
