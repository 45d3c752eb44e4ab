package inflate

import "math/bits"

// A table entry is 32 bits:
//
//	bit  31     the symbol is a literal
//	bits 16-30  literal byte, base of a length or distance, or start of a subtable
//	bit  15     exceptional: end of block, subtable or no symbol at all
//	bit  14     (exceptional) subtable; bits 8-11 hold its index width
//	bit  13     (exceptional) end of block
//	bits 8-11   bits of the code word
//	bits 0-7    bits of the code word and of the extra bits after it
//
// so that one shift consumes code word and extra bits together.
const (
	flagLiteral     = 1 << 31
	flagExceptional = 1 << 15
	flagSubtable    = 1 << 14
	flagEnd         = 1 << 13
	entryInvalid    = flagExceptional
)

const (
	litBits  = 11
	distBits = 8
	preBits  = 7

	litMask  = 1<<litBits - 1
	distMask = 1<<distBits - 1

	// The most entries that a main table and its subtables can need for codes
	// of at most 15 bits is 2342 for 288 symbols and 11 bits, 402 for 32
	// symbols and 8 bits (zlib's examples/enough.c computes them). Powers of
	// two above that let an index be masked instead of checked.
	litSize  = 4096
	distSize = 512

	maxCodeLen = 15
	maxLit     = 286
	maxDist    = 30
	maxDist64  = 32
	endOfBlock = 256
)

// alphabet is what the symbols of a method stand for.
type alphabet struct {
	lit     [288]uint32
	dist    [32]uint32
	maxDist int // symbols that a table of distances may have

	fixedLit  [litSize]uint32
	fixedDist [distSize]uint32
}

var (
	deflate32 alphabet // RFC 1951
	deflate64 alphabet // see [Reader64]

	preSymbols [19]uint32
)

// init fills the symbol tables of RFC 1951 section 3.2.5 and the fixed codes
// of section 3.2.6. Deflate64 has the same but for the last length, which has sixteen
// extra bits there, and for two distances more.
func init() {
	lit, dist := &deflate32.lit, &deflate32.dist
	for i := range 256 {
		lit[i] = flagLiteral | uint32(i)<<16
	}
	lit[endOfBlock] = flagExceptional | flagEnd
	base := uint32(3)
	for i := range 28 {
		extra := uint32(max(0, i/4-1))
		lit[257+i] = base<<16 | extra
		base += 1 << extra
	}
	lit[285] = 258 << 16
	lit[286], lit[287] = entryInvalid, entryInvalid

	base = 1
	for i := range maxDist64 {
		extra := uint32(max(0, i/2-1))
		dist[i] = base<<16 | extra
		base += 1 << extra
	}
	deflate64 = deflate32
	deflate64.lit[285] = 3<<16 | 16
	deflate32.maxDist, deflate64.maxDist = maxDist, maxDist64
	dist[30], dist[31] = entryInvalid, entryInvalid

	for i := range preSymbols {
		preSymbols[i] = uint32(i) << 16
	}

	var lens [288]uint8
	for i := range lens {
		switch {
		case i < 144:
			lens[i] = 8
		case i < 256:
			lens[i] = 9
		case i < 280:
			lens[i] = 7
		default:
			lens[i] = 8
		}
	}
	for _, a := range []*alphabet{&deflate32, &deflate64} {
		buildTable(a.fixedLit[:], litBits, lens[:], a.lit[:])
	}
	for i := range 32 {
		lens[i] = 5
	}
	for _, a := range []*alphabet{&deflate32, &deflate64} {
		buildTable(a.fixedDist[:], distBits, lens[:32], a.dist[:])
	}
}

// buildTable fills table with the canonical Huffman code that has the given
// code word lengths, indexed by width bits of input, and reports whether the
// code is one that compress/flate accepts: complete, or a single code word of
// one bit, or empty (any use of an empty code is an error of the stream).
func buildTable(table []uint32, width int, lens []uint8, symbols []uint32) bool {
	var count [maxCodeLen + 1]int
	for _, n := range lens {
		count[n]++
	}
	longest := maxCodeLen
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	if !completeOrDegenerate(&count, longest) {
		return false
	}
	if longest == 0 || longest == 1 && count[1] == 1 {
		buildDegenerate(table[:1<<width], lens, symbols)
		return true
	}

	var sorted [288]uint16
	var next [maxCodeLen + 2]int
	for n := 1; n <= maxCodeLen; n++ {
		next[n+1] = next[n] + count[n]
	}
	for sym, n := range lens {
		if n != 0 {
			sorted[next[n]] = uint16(sym)
			next[n]++
		}
	}
	fillTable(table, width, &count, longest, sorted[:], symbols)
	return true
}

func completeOrDegenerate(count *[maxCodeLen + 1]int, longest int) bool {
	code := 0
	for n := 1; n <= longest; n++ {
		code = code<<1 + count[n]
	}
	return longest == 0 || code == 1<<longest || longest == 1 && code == 1
}

// buildDegenerate makes a table in which at most the one code word "0" means
// something.
func buildDegenerate(table []uint32, lens []uint8, symbols []uint32) {
	entry := uint32(entryInvalid)
	for sym, n := range lens {
		if n != 0 {
			entry = symbols[sym] + 0x101
		}
	}
	for i := range table {
		table[i] = entryInvalid
		if i&1 == 0 {
			table[i] = entry
		}
	}
}

// fillTable writes the entries of a complete code. Deflate sends code words
// from their most significant bit on, so a code word is kept bit-reversed and
// incremented from the top. Short code words are written once each while the
// table is 2^length long; the table is then doubled, which repeats them.
func fillTable(table []uint32, width int, count *[maxCodeLen + 1]int, longest int, sorted []uint16, symbols []uint32) {
	code, at := 0, 0
	for n := 1; n <= width; n++ {
		for range count[n] {
			table[code] = symbols[sorted[at]] + uint32(n)*0x101
			at++
			code = nextCode(code, n)
		}
		if n < width {
			copy(table[1<<n:2<<n], table[:1<<n])
		}
	}

	end := 1 << width // end of what is in use of table
	start, prefix, subWidth := 0, -1, 0
	for n := width + 1; n <= longest; n++ {
		for left := count[n]; left > 0; left-- {
			if code&(1<<width-1) != prefix {
				prefix = code & (1<<width - 1)
				start = end
				subWidth = subtableWidth(count, n, left, width)
				end += 1 << subWidth
				table[prefix] = flagExceptional | flagSubtable | uint32(start)<<16 | uint32(subWidth)<<8 | uint32(width)
			}
			entry := symbols[sorted[at]] + uint32(n-width)*0x101
			at++
			for i := code >> width; i < 1<<subWidth; i += 1 << (n - width) {
				table[start+i] = entry
			}
			code = nextCode(code, n)
		}
	}
}

// nextCode increments the bit-reversed code word of n bits; after the last one
// (all ones) it returns 0, with which the next length never starts in a
// complete code.
func nextCode(code, n int) int {
	free := code ^ (1<<n - 1)
	if free == 0 {
		return 0
	}
	bit := 1 << (bits.Len(uint(free)) - 1)
	return code&(bit-1) | bit
}

// subtableWidth returns how many bits the code words that share the next prefix
// need beyond it: the smallest width that the remaining code words of length n
// (left of them) and longer ones fill up.
func subtableWidth(count *[maxCodeLen + 1]int, n, left, width int) int {
	w := n - width
	used := left
	for used < 1<<w && w+width < maxCodeLen {
		w++
		used = used<<1 + count[w+width]
	}
	return w
}
