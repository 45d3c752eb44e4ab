package inflate

import (
	"encoding/binary"
	"errors"
)

// The ways in which a stream can be wrong.
var (
	ErrHeader    = errors.New("inflate: not a zlib header")
	ErrCorrupt   = errors.New("inflate: corrupt deflate data")
	ErrTruncated = errors.New("inflate: stream is cut short")
	ErrTooLong   = errors.New("inflate: stream holds more than the stated size")
	ErrTooShort  = errors.New("inflate: stream holds less than the stated size")
	ErrChecksum  = errors.New("inflate: Adler-32 does not match")
)

// Slack is the spare capacity behind dst with which every symbol takes the
// fast path. Without it the last bytes are decoded with care, and slower: for
// the short deltas of a packfile that is all of them.
const Slack = fastWrite

const (
	// One turn of the fast loop writes at most three literals and a match of 258
	// bytes, the latter in words that overshoot by up to 15 bytes.
	fastWrite = 3 + 258 + 16
	// It refills twice, seven bytes at most each, reading eight.
	fastRead = 16
)

// Decoder holds the tables of the block at hand, to be reused for many streams.
// The zero value is ready. It is not safe for concurrent use.
type Decoder struct {
	lit  [litSize]uint32
	dist [distSize]uint32
	pre  [1 << preBits]uint32
	lens [maxLit + maxDist64]uint8

	src []byte
	in  int    // next byte of src to enter the bit buffer; beyond len(src) they are zeros that do not exist
	bb  uint64 // bit buffer; bits above nb are either zero or already those of src[in:]
	nb  uint   // bits of bb that count

	out   []byte // dst with its spare capacity
	pos   int    // bytes written
	limit int    // len(dst)
}

// Zlib inflates the zlib stream at the start of src into dst, which must be as
// long as the stream's content, and returns how many bytes of src the stream
// takes up. It may scribble over the spare capacity of dst (see Slack). The
// Adler-32 checksum is verified if verify is set; its four bytes must be there
// in any case.
func (d *Decoder) Zlib(dst, src []byte, verify bool) (int, error) {
	if err := d.start(dst, src); err != nil {
		return 0, err
	}
	if err := d.blocks(); err != nil {
		return 0, err
	}
	if d.pos < d.limit {
		return 0, ErrTooShort
	}
	end := d.consumed()
	if end+4 > len(src) {
		return 0, ErrTruncated
	}
	if verify && binary.BigEndian.Uint32(src[end:]) != Adler32(dst) {
		return 0, ErrChecksum
	}
	return end + 4, nil
}

// Prefix inflates the beginning of the zlib stream at the start of src: as much
// as fits into dst. It returns how many bytes of dst it filled, fewer than
// len(dst) only where the stream ends before. No checksum is verified.
func (d *Decoder) Prefix(dst, src []byte) (int, error) {
	if err := d.start(dst, src); err != nil {
		return 0, err
	}
	err := d.blocks()
	if errors.Is(err, ErrTooLong) {
		return d.limit, nil
	}
	if err != nil && d.pos >= d.limit {
		return d.limit, nil
	}
	return min(d.pos, d.limit), err
}

func (d *Decoder) start(dst, src []byte) error {
	if len(src) < 2 {
		return ErrTruncated
	}
	head := uint(src[0])<<8 | uint(src[1])
	const method, window, dict = 0x0f00, 0xf000, 0x20
	if head&method != 8<<8 || head&window > 7<<12 || head&dict != 0 || head%31 != 0 {
		return ErrHeader
	}
	d.src, d.in, d.bb, d.nb = src, 2, 0, 0
	d.out, d.pos, d.limit = dst[:cap(dst)], 0, len(dst)
	return nil
}

// consumed returns the bytes of src that the blocks took up, the last one
// perhaps in part; only whole bytes are still in the bit buffer after it.
func (d *Decoder) consumed() int { return d.in - int(d.nb>>3) }

func (d *Decoder) blocks() error {
	for {
		head, err := d.bits(3)
		if err != nil {
			return err
		}
		switch head >> 1 {
		case 0:
			err = d.stored()
		case 1:
			err = d.huffman(&deflate32.fixedLit, &deflate32.fixedDist)
		case 2:
			if err = d.readTables(&deflate32); err == nil {
				err = d.huffman(&d.lit, &d.dist)
			}
		default:
			err = ErrCorrupt
		}
		if err != nil || head&1 != 0 {
			return err
		}
	}
}

// refill brings at least 56 bits into the bit buffer, zeros past the end.
func (d *Decoder) refill() {
	if d.in+8 <= len(d.src) {
		d.bb |= binary.LittleEndian.Uint64(d.src[d.in:]) << (d.nb & 63)
		d.in += int((63 - d.nb) >> 3)
		d.nb |= 56
		return
	}
	for d.nb <= 56 {
		if d.in < len(d.src) {
			d.bb |= uint64(d.src[d.in]) << (d.nb & 63)
		}
		d.in++
		d.nb += 8
	}
}

// overrun reports whether bits have been taken that src does not have.
func (d *Decoder) overrun() bool { return d.consumed() > len(d.src) }

func (d *Decoder) drop(n uint) {
	d.bb >>= n & 63
	d.nb -= n
}

// bits takes n bits, at most 16.
func (d *Decoder) bits(n uint) (uint, error) {
	if d.nb < n {
		d.refill()
	}
	v := uint(d.bb) & (1<<n - 1)
	d.drop(n)
	if d.overrun() {
		return 0, ErrTruncated
	}
	return v, nil
}

func (d *Decoder) stored() error {
	n, err := d.storedLength()
	if err != nil {
		return err
	}
	body := d.src[d.in:]
	switch {
	case n > d.limit-d.pos:
		d.pos += copy(d.out[d.pos:d.limit], body)
		return ErrTooLong
	case n > len(body):
		d.pos += copy(d.out[d.pos:], body)
		return ErrTruncated
	}
	d.pos += copy(d.out[d.pos:], body[:n])
	d.in += n
	return nil
}

// storedLength reads the length of a stored block, at whose content d.in then is.
func (d *Decoder) storedLength() (int, error) {
	from := d.consumed()
	if from+4 > len(d.src) {
		return 0, ErrTruncated
	}
	n := int(binary.LittleEndian.Uint16(d.src[from:]))
	if n^0xffff != int(binary.LittleEndian.Uint16(d.src[from+2:])) {
		return 0, ErrCorrupt
	}
	d.in, d.bb, d.nb = from+4, 0, 0
	return n, nil
}

// preOrder is the order of code length code lengths, RFC 1951 section 3.2.7.
var preOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads the code lengths of a dynamic block and builds its tables.
func (d *Decoder) readTables(a *alphabet) error {
	head, err := d.bits(14)
	if err != nil {
		return err
	}
	nlit, ndist, npre := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if nlit > maxLit || ndist > a.maxDist {
		return ErrCorrupt
	}
	var pre [19]uint8
	for _, i := range preOrder[:npre] {
		n, err := d.bits(3)
		if err != nil {
			return err
		}
		pre[i] = uint8(n)
	}
	if !buildTable(d.pre[:], preBits, pre[:], preSymbols[:]) {
		return ErrCorrupt
	}
	if err := d.readLengths(nlit + ndist); err != nil {
		return err
	}
	if !buildTable(d.lit[:], litBits, d.lens[:nlit], a.lit[:]) ||
		!buildTable(d.dist[:], distBits, d.lens[nlit:nlit+ndist], a.dist[:]) {
		return ErrCorrupt
	}
	return nil
}

// readLengths reads n run-length coded code lengths into d.lens.
func (d *Decoder) readLengths(n int) error {
	for i := 0; i < n; {
		if d.nb < 7+7 {
			d.refill()
		}
		entry := d.pre[d.bb&(1<<preBits-1)]
		if entry&flagExceptional != 0 {
			return d.noSymbol()
		}
		d.drop(uint(entry & 0xff))
		sym := uint8(entry >> 16)
		if sym < 16 {
			d.lens[i] = sym
			i++
			continue
		}
		var value uint8
		var repeat int
		switch sym {
		case 16:
			if i == 0 {
				return d.noSymbol()
			}
			value, repeat = d.lens[i-1], 3+int(d.bb&3)
			d.drop(2)
		case 17:
			repeat = 3 + int(d.bb&7)
			d.drop(3)
		default:
			repeat = 11 + int(d.bb&127)
			d.drop(7)
		}
		if d.overrun() {
			return ErrTruncated
		}
		if repeat > n-i {
			return ErrCorrupt
		}
		for range repeat {
			d.lens[i] = value
			i++
		}
	}
	if d.overrun() {
		return ErrTruncated
	}
	return nil
}

// huffman decodes one block, in the fast loop as long as neither input nor
// output is near its end.
func (d *Decoder) huffman(lit *[litSize]uint32, dist *[distSize]uint32) error {
	for {
		done, err := d.fast(lit, dist)
		if done || err != nil {
			return err
		}
		if d.pos > d.limit {
			return ErrTooLong
		}
		if done, err = d.careful(lit, dist); done || err != nil {
			return err
		}
	}
}

// fast decodes symbols until the block ends (done) or a bound comes near. It
// may write up to fastWrite bytes past limit, never past the capacity.
func (d *Decoder) fast(lit *[litSize]uint32, dist *[distSize]uint32) (done bool, err error) {
	src, out := d.src, d.out
	in, pos, bb, nb := d.in, d.pos, d.bb, d.nb
	lastIn, lastPos := len(src)-fastRead, min(len(out)-fastWrite, d.limit)

	// Of nb only the low six bits count here: whole entries are subtracted from
	// it, whose low byte is what has been consumed.
	for in <= lastIn && pos <= lastPos {
		bb |= binary.LittleEndian.Uint64(src[in:]) << (nb & 63)
		in += int(7 - nb>>3&7)
		nb |= 56

		// 56 bits hold three literals of the main table (33 bits) and any length
		// code with its extra bits (20).
		e := lit[bb&litMask]
		if int32(e) < 0 {
			bb >>= e & 63
			nb -= uint(e)
			out[pos] = byte(e >> 16)
			pos++
			e = lit[bb&litMask]
			if int32(e) < 0 {
				bb >>= e & 63
				nb -= uint(e)
				out[pos] = byte(e >> 16)
				pos++
				e = lit[bb&litMask]
				if int32(e) < 0 {
					bb >>= e & 63
					nb -= uint(e)
					out[pos] = byte(e >> 16)
					pos++
					e = lit[bb&litMask]
					if int32(e) < 0 {
						continue
					}
				}
			}
		}
		if e&flagExceptional != 0 {
			if e&flagSubtable != 0 {
				bb >>= litBits
				nb -= litBits
				e = lit[(e>>16+uint32(bb)&(1<<(e>>8&15)-1))&(litSize-1)]
			}
			if int32(e) < 0 {
				bb >>= e & 63
				nb -= uint(e)
				out[pos] = byte(e >> 16)
				pos++
				continue
			}
			if e&flagExceptional != 0 {
				bb >>= e & 63
				nb -= uint(e)
				done = e&flagEnd != 0
				if !done {
					err = ErrCorrupt
				}
				break
			}
		}
		length := int(e>>16) + int(bb&(1<<(e&63)-1)>>(e>>8&63))
		bb >>= e & 63
		nb -= uint(e)

		bb |= binary.LittleEndian.Uint64(src[in:]) << (nb & 63)
		in += int(7 - nb>>3&7)
		nb |= 56
		e = dist[bb&distMask]
		if e&flagExceptional != 0 {
			if e&flagSubtable == 0 {
				err = ErrCorrupt
				break
			}
			bb >>= distBits
			nb -= distBits
			e = dist[(e>>16+uint32(bb)&(1<<(e>>8&15)-1))&(distSize-1)]
			if e&flagExceptional != 0 {
				err = ErrCorrupt
				break
			}
		}
		back := int(e>>16) + int(bb&(1<<(e&63)-1)>>(e>>8&63))
		bb >>= e & 63
		nb -= uint(e)
		if back > pos {
			err = ErrCorrupt
			break
		}

		end := pos + length
		if back >= 8 {
			// Most matches are short: two words are moved before anything is
			// asked, each after the one before it has been written.
			from := out[pos-back:]
			to := out[pos:]
			binary.LittleEndian.PutUint64(to, binary.LittleEndian.Uint64(from))
			binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
			for n := 16; n < length; n += 8 {
				binary.LittleEndian.PutUint64(to[n:], binary.LittleEndian.Uint64(from[n:]))
			}
		} else {
			repeatBytes(out[pos-back:end:end], back)
		}
		pos = end
	}
	d.in, d.pos, d.bb, d.nb = in, pos, bb, nb&63
	if err == nil && pos > d.limit {
		err = ErrTooLong
	}
	return done && err == nil, err
}

// repeatBytes fills b by repeating its first period bytes.
func repeatBytes(b []byte, period int) {
	if period == 1 {
		fill := b[0]
		for i := range b {
			b[i] = fill
		}
		return
	}
	for n := period; n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// careful decodes symbols near the end of input or output, until the block ends
// (done) or there is room for the fast loop again.
func (d *Decoder) careful(lit *[litSize]uint32, dist *[distSize]uint32) (done bool, err error) {
	for {
		done, err := d.symbol(lit, dist)
		if done || err != nil || d.in <= len(d.src)-fastRead && !d.full() {
			return done, err
		}
	}
}

// full reports whether there is no room left for a turn of the fast loop.
func (d *Decoder) full() bool { return d.pos > len(d.out)-fastWrite }

// symbol decodes one symbol: a literal, a match or the end of the block (done).
func (d *Decoder) symbol(lit *[litSize]uint32, dist *[distSize]uint32) (done bool, err error) {
	d.refill()
	e := lit[d.bb&litMask]
	if e&flagExceptional != 0 && e&flagSubtable != 0 {
		d.drop(litBits)
		e = lit[(e>>16+uint32(d.bb)&(1<<(e>>8&15)-1))&(litSize-1)]
	}
	if e&flagExceptional != 0 && e&flagEnd == 0 {
		return false, d.noSymbol()
	}
	length := int(e>>16) + int(d.bb&(1<<(e&63)-1)>>(e>>8&63))
	d.drop(uint(e & 63))
	if d.overrun() {
		return false, ErrTruncated
	}
	if e&flagEnd != 0 && e&flagExceptional != 0 {
		return true, nil
	}
	if int32(e) < 0 {
		if d.pos >= d.limit {
			return false, ErrTooLong
		}
		d.out[d.pos] = byte(e >> 16)
		d.pos++
		return false, nil
	}
	back, err := d.distance(dist)
	if err != nil {
		return false, err
	}
	room := d.limit - d.pos
	end := d.pos + min(length, room)
	if end > d.pos {
		repeatBytes(d.out[d.pos-back:end:end], back)
	}
	d.pos = end
	if length > room {
		return false, ErrTooLong
	}
	return false, nil
}

// distance decodes how far back a match lies.
func (d *Decoder) distance(dist *[distSize]uint32) (int, error) {
	d.refill()
	e := dist[d.bb&distMask]
	if e&flagExceptional != 0 && e&flagSubtable != 0 {
		d.drop(distBits)
		e = dist[(e>>16+uint32(d.bb)&(1<<(e>>8&15)-1))&(distSize-1)]
	}
	if e&flagExceptional != 0 {
		return 0, d.noSymbol()
	}
	back := int(e>>16) + int(d.bb&(1<<(e&63)-1)>>(e>>8&63))
	d.drop(uint(e & 63))
	if d.overrun() {
		return 0, ErrTruncated
	}
	if back > d.pos {
		return 0, ErrCorrupt
	}
	return back, nil
}

// noSymbol tells a code word that does not exist from one that src cuts off.
func (d *Decoder) noSymbol() error {
	d.drop(1)
	if d.overrun() {
		return ErrTruncated
	}
	return ErrCorrupt
}
