package inflate

import "io"

// blocks goes through the blocks of a stream, a step at a time, so that what was decoded can
// be handed out in between.
type blocks struct {
	d         Decoder
	alphabet  *alphabet
	symbols   symbols
	stored    int // bytes left of a stored block
	lit       *[litSize]uint32
	dist      *[distSize]uint32 // of the block at hand; nil between blocks
	lastBlock bool
}

// symbols decodes a symbol of a block, or as many as there is room for, and reports whether
// the block is done.
type symbols func(d *Decoder, lit *[litSize]uint32, dist *[distSize]uint32) (done bool, err error)

// begin has the next step be the first one of the stream at the start of src. What is decoded
// goes to out.
func (b *blocks) begin(src, out []byte, a *alphabet, s symbols) {
	d := &b.d
	d.src, d.in, d.bb, d.nb = src, 0, 0, 0
	d.out, d.pos, d.limit = out, 0, len(out)
	b.alphabet, b.symbols = a, s
	b.stored, b.lit, b.dist, b.lastBlock = 0, nil, nil, false
}

// step goes on in the block at hand until it ends or the room does, or begins the
// next one.
func (b *blocks) step() error {
	switch {
	case b.stored > 0:
		return b.copyStored()
	case b.lit != nil:
		done, err := b.symbols(&b.d, b.lit, b.dist)
		if done {
			b.lit = nil
		}
		return err
	case b.lastBlock:
		return io.EOF
	}
	head, err := b.d.bits(3)
	if err != nil {
		return err
	}
	b.lastBlock = head&1 != 0
	switch head >> 1 {
	case 0:
		b.stored, err = b.d.storedLength()
	case 1:
		b.lit, b.dist = &b.alphabet.fixedLit, &b.alphabet.fixedDist
	case 2:
		if err = b.d.readTables(b.alphabet); err == nil {
			b.lit, b.dist = &b.d.lit, &b.d.dist
		}
	default:
		err = ErrCorrupt
	}
	return err
}

func (b *blocks) copyStored() error {
	d := &b.d
	n := copy(d.out[d.pos:min(d.pos+b.stored, len(d.out))], d.src[d.in:])
	if n == 0 {
		return ErrTruncated
	}
	d.pos += n
	d.in += n
	b.stored -= n
	return nil
}
