package gitpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
)

// index is a pack's index, version 1 or 2 (git's
// Documentation/gitformat-pack.txt): names in order, with their offsets.
type index struct {
	hashLen int
	n       int
	fanout  []byte // 256 × 4 bytes

	names, offsets         []byte // first name and first offset
	nameStride, offsStride int
	crcs                   []byte // version 2: n × 4 bytes
	large                  []byte // version 2: offsets beyond 31 bits, 8 bytes each
	packSum                []byte // checksum of the pack it belongs to

	found map[OID]int // replaces the search while names are being found out
}

var errIndex = errors.New("unusable pack index")

const (
	fanoutLen  = 256 * 4
	idxMagic   = "\xfftOc"
	noOffset   = ^uint64(0)
	largeFlag  = 1 << 31
	largeWidth = 8
)

// parseIndex reads the layout of an index. It holds every table to the size of
// the file; what the tables say is checked where it is used.
func parseIndex(data []byte, hashLen int) (*index, error) {
	body, trailer, ok := cutTail(data, 2*hashLen)
	if !ok {
		return nil, fmt.Errorf("%w: too short", errIndex)
	}
	x := &index{hashLen: hashLen, packSum: trailer[:hashLen]}
	v2 := bytes.HasPrefix(body, []byte(idxMagic))
	if v2 {
		if len(body) < 8 || binary.BigEndian.Uint32(body[4:]) != 2 {
			return nil, fmt.Errorf("%w: unknown version", errIndex)
		}
		body = body[8:]
	}
	var err error
	if x.fanout, x.n, err = parseFanout(body, len(body)/(hashLen+4)); err != nil {
		return nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	body = body[fanoutLen:]
	if v2 {
		return x, x.layoutV2(body)
	}
	return x, x.layoutV1(body)
}

// cutTail splits the last n bytes off.
func cutTail(b []byte, n int) (head, tail []byte, ok bool) {
	if len(b) < n {
		return nil, nil, false
	}
	return b[:len(b)-n], b[len(b)-n:], true
}

// parseFanout reads a fan-out table, whose last count is the number of names,
// at most most.
func parseFanout(b []byte, most int) (table []byte, n int, err error) {
	if len(b) < fanoutLen {
		return nil, 0, errors.New("no room for the fan-out table")
	}
	last := uint32(0)
	for i := 0; i < fanoutLen; i += 4 {
		v := binary.BigEndian.Uint32(b[i:])
		if v < last {
			return nil, 0, errors.New("fan-out table decreases")
		}
		last = v
	}
	if int64(last) > int64(most) {
		return nil, 0, fmt.Errorf("%d names do not fit into it", last)
	}
	return b[:fanoutLen:fanoutLen], int(last), nil
}

func (x *index) layoutV1(body []byte) error {
	stride := 4 + x.hashLen
	if len(body) != x.n*stride {
		return fmt.Errorf("%w: its size does not fit %d objects", errIndex, x.n)
	}
	x.nameStride, x.offsStride, x.offsets = stride, stride, body
	if x.n > 0 {
		x.names = body[4:]
	}
	return nil
}

func (x *index) layoutV2(body []byte) error {
	names, tables := x.n*x.hashLen, x.n*4
	if len(body) < names+2*tables || (len(body)-names-2*tables)%largeWidth != 0 {
		return fmt.Errorf("%w: its size does not fit %d objects", errIndex, x.n)
	}
	x.nameStride, x.names = x.hashLen, body[:names]
	x.crcs = body[names:][:tables]
	x.offsStride, x.offsets = 4, body[names+tables:][:tables]
	x.large = body[names+2*tables:]
	return nil
}

// name returns the bytes of the i-th name.
func (x *index) name(i int) []byte {
	at := i * x.nameStride
	return x.names[at : at+x.hashLen : at+x.hashLen]
}

// offset returns where the i-th object stands in the pack, noOffset if the
// index is wrong about it.
func (x *index) offset(i int) uint64 {
	off := uint64(binary.BigEndian.Uint32(x.offsets[i*x.offsStride:]))
	if x.offsStride != 4 || off&largeFlag == 0 { // version 1 has no large offsets
		return off
	}
	at := int(off&^largeFlag) * largeWidth
	if at+largeWidth > len(x.large) {
		return noOffset
	}
	return binary.BigEndian.Uint64(x.large[at:])
}

// crc returns the CRC-32 of the i-th object's bytes in the pack, which version 1
// does not have.
func (x *index) crc(i int) (sum uint32, ok bool) {
	if x.crcs == nil {
		return 0, false
	}
	return binary.BigEndian.Uint32(x.crcs[i*4:]), true
}

// find returns the position of a name.
func (x *index) find(id OID) (int, bool) {
	if x.found != nil {
		i, ok := x.found[id]
		return i, ok
	}
	return findName(x.fanout, x.names, x.nameStride, id[:x.hashLen])
}

// findName searches sorted names that stand stride bytes apart and that fanout
// divides by their first byte. Names are hashes and spread evenly, so the place
// is first guessed from the bytes that follow, which mostly misses by a few; names
// that are spread otherwise cost a binary search on top.
func findName(fanout, names []byte, stride int, want []byte) (int, bool) {
	first := int(want[0])
	lo, hi := 0, int(binary.BigEndian.Uint32(fanout[first*4:]))
	if first > 0 {
		lo = int(binary.BigEndian.Uint32(fanout[(first-1)*4:]))
	}
	compare := func(i int) int { return bytes.Compare(names[i*stride:][:len(want)], want) }
	const guesses = 4
	width := 8 // how far a guess is off at most, for a start
	share := uint64(binary.BigEndian.Uint32(want[1:]))
	guess := lo + int(share*uint64(hi-lo)>>32)
	for range guesses {
		if guess <= lo || guess >= hi {
			break
		}
		switch c := compare(guess); {
		case c == 0:
			return guess, true
		case c < 0:
			lo, guess = guess+1, guess+width
		default:
			hi, guess = guess, guess-width
		}
		width *= 4
	}
	at := lo + sort.Search(hi-lo, func(i int) bool { return compare(lo+i) >= 0 })
	return at, at < hi && compare(at) == 0
}

// fan returns the positions of the names that begin with a byte.
func (x *index) fan(first int) (lo, hi int) {
	if first > 0 {
		lo = int(binary.BigEndian.Uint32(x.fanout[(first-1)*4:]))
	}
	return lo, int(binary.BigEndian.Uint32(x.fanout[first*4:]))
}

// hasTwins reports whether a name is listed twice.
func (x *index) hasTwins() bool {
	for i := 1; i < x.n; i++ {
		if bytes.Equal(x.name(i-1), x.name(i)) {
			return true
		}
	}
	return false
}
