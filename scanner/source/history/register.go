package history

import (
	"sync"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// num is an object's number in a register.
type num uint32

// noObject is no object's number.
const noObject = ^num(0)

// register numbers objects, so that what is known of millions of them takes a
// few bytes each: packed ones as the database does, others (loose ones, and those
// that are not here) in the order in which they are met. It also knows which of
// them were read.
type register struct {
	db     *objects.Database
	packed int
	read   []bool // by number; each is written by the one goroutine that read the object

	mu     sync.Mutex
	others map[objects.ID]num
	rest   []stranger // by number, less packed
}

type stranger struct {
	id   objects.ID
	read bool
}

func newRegister(db *objects.Database) *register {
	n := db.Numbers()
	return &register{db: db, packed: n, read: make([]bool, n), others: map[objects.ID]num{}}
}

// of returns the number of an object.
func (r *register) of(id objects.ID) num {
	if n, ok := r.db.Number(id); ok {
		return num(n)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.others[id]
	if !ok {
		n = num(r.packed + len(r.rest))
		r.others[id] = n
		r.rest = append(r.rest, stranger{id: id})
	}
	return n
}

// known returns the number of an object that has one already.
func (r *register) known(id objects.ID) (num, bool) {
	if n, ok := r.db.Number(id); ok {
		return num(n), true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.others[id]
	return n, ok
}

// arrived returns the number of an object that has been read.
func (r *register) arrived(o *objects.Object) num {
	if o.Number >= 0 {
		r.read[o.Number] = true
		return num(o.Number)
	}
	return r.arrive(o.ID)
}

// arrive is arrived for an object that is here and was read at another time.
func (r *register) arrive(id objects.ID) num {
	n := r.of(id)
	if int(n) < r.packed {
		r.read[n] = true
		return n
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest[int(n)-r.packed].read = true
	return n
}

// has says whether an object was read. It may be asked once all have arrived.
func (r *register) has(n num) bool {
	if int(n) < r.packed {
		return r.read[n]
	}
	return r.rest[int(n)-r.packed].read
}

// id returns the object with a number.
func (r *register) id(n num) objects.ID {
	if int(n) < r.packed {
		return r.db.Named(int(n))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rest[int(n)-r.packed].id
}

// size returns how many objects have numbers.
func (r *register) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.packed + len(r.rest)
}
