package externalids

import "hash/maphash"

// record is what is kept of a row.
type record struct {
	value    uint64 // keyed hash of the value; 0 if there is none
	customer uint32 // of names
	account  uint32 // keyed hash; 0 if there is none
	flags    flags
	line     uint32 // or the row of a query
	tail     uint16 // the account's last four digits; noTail if there is none
	form     uint16 // of forms; noForm if there were too many
	bits     uint8  // of the value by itself, halves of a bit
	version  int8   // of a UUID, -1 for none
}

const (
	noTail = 1<<16 - 1
	noForm = 1<<16 - 1
)

// blockSize is how many records are held in a piece, so that growing copies none.
const blockSize = 1 << 16

type records struct {
	blocks [][]record
	n      int
}

func (r *records) add(rec record) {
	if r.n%blockSize == 0 {
		r.blocks = append(r.blocks, make([]record, 0, blockSize))
	}
	last := &r.blocks[len(r.blocks)-1]
	*last = append(*last, rec)
	r.n++
}

func (r *records) at(i uint32) *record { return &r.blocks[i/blockSize][i%blockSize] }

// names holds the customers, each once, in one piece of memory.
type names struct {
	seed  maphash.Seed
	text  []byte
	ends  []uint32 // of each name in text
	table []uint32 // one more than a customer's number, by the hash of its key
	keys  []uint64
}

func newNames(seed maphash.Seed) *names { return &names{seed: seed, table: make([]uint32, 1<<10)} }

// of returns the number of a customer, whose name is taken down the first time.
func (n *names) of(key uint64, name string) uint32 {
	if 3*len(n.keys) > 2*len(n.table) {
		n.grow()
	}
	mask := uint64(len(n.table) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		number := n.table[i]
		if number == 0 {
			n.keys = append(n.keys, key)
			n.text = append(n.text, name...)
			n.ends = append(n.ends, uint32(len(n.text)))
			n.table[i] = uint32(len(n.keys))
			return uint32(len(n.keys) - 1)
		}
		if n.keys[number-1] == key {
			return number - 1
		}
	}
}

func (n *names) grow() {
	n.table = make([]uint32, 2*len(n.table))
	mask := uint64(len(n.table) - 1)
	for number, key := range n.keys {
		i := key & mask
		for n.table[i] != 0 {
			i = (i + 1) & mask
		}
		n.table[i] = uint32(number + 1)
	}
}

func (n *names) name(number uint32) string {
	start := uint32(0)
	if number > 0 {
		start = n.ends[number-1]
	}
	return string(n.text[start:n.ends[number]])
}

// values finds the first row with each value.
type values struct {
	rows  *records
	table []uint32 // one more than a row's number
}

func newValues(rows *records) *values {
	size := 1 << 10
	for size*2 < rows.n*3 {
		size *= 2
	}
	v := &values{rows: rows, table: make([]uint32, size)}
	for i := range uint32(rows.n) {
		v.enter(i)
	}
	return v
}

// enter makes the row the leader of its value, or tells the one that is what they share.
func (v *values) enter(i uint32) {
	r := v.rows.at(i)
	if r.value == 0 {
		return
	}
	mask := uint64(len(v.table) - 1)
	for at := r.value & mask; ; at = (at + 1) & mask {
		number := v.table[at]
		if number == 0 {
			v.table[at] = i + 1
			r.flags |= leader
			if r.flags&deleted != 0 {
				r.flags |= inDeletedRow
			}
			return
		}
		if first := v.rows.at(number - 1); first.value == r.value {
			switch {
			case first.customer != r.customer:
				first.flags |= sharedByCustomers
			case first.account != r.account && first.account != 0 && r.account != 0:
				first.flags |= sharedByAccounts
			}
			if r.flags&deleted != 0 {
				first.flags |= inDeletedRow
			}
			return
		}
	}
}

// first returns the leader of a value; nil if no row has it.
func (v *values) first(value uint64) *record {
	mask := uint64(len(v.table) - 1)
	for at := value & mask; ; at = (at + 1) & mask {
		number := v.table[at]
		if number == 0 {
			return nil
		}
		if first := v.rows.at(number - 1); first.value == value {
			return first
		}
	}
}
