package history

import (
	"sync"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// ordinal is an object's number in a objectIndex.
type ordinal uint32

// noObject is no object's number.
const noObject = ^ordinal(0)

// objectIndex numbers objects, so that what is known of millions of them takes a
// few bytes each: packed ones as the database does, others (loose ones, and those
// that are not here) in the order in which they are met. It also knows which of
// them were read.
type objectIndex struct {
	db     *objects.Database
	packed int
	read   []bool // by number; each is written by the one goroutine that read the object

	mu     sync.Mutex
	others map[objects.ID]ordinal
	rest   []unpacked // by number, less packed
}

type unpacked struct {
	id   objects.ID
	read bool
}

func newObjectIndex(db *objects.Database) *objectIndex {
	n := db.Numbers()
	return &objectIndex{db: db, packed: n, read: make([]bool, n), others: map[objects.ID]ordinal{}}
}

// of returns the number of an object.
func (r *objectIndex) of(id objects.ID) ordinal {
	if n, ok := r.db.Number(id); ok {
		return ordinal(n)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.others[id]
	if !ok {
		n = ordinal(r.packed + len(r.rest))
		r.others[id] = n
		r.rest = append(r.rest, unpacked{id: id})
	}
	return n
}

// known returns the number of an object that has one already.
func (r *objectIndex) known(id objects.ID) (ordinal, bool) {
	if n, ok := r.db.Number(id); ok {
		return ordinal(n), true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n, ok := r.others[id]
	return n, ok
}

// arrived returns the number of an object that has been read.
func (r *objectIndex) arrived(o *objects.Object) ordinal {
	if o.Number >= 0 {
		r.read[o.Number] = true
		return ordinal(o.Number)
	}
	return r.arrive(o.ID)
}

// arrive is arrived for an object that is here and was read at another time.
func (r *objectIndex) arrive(id objects.ID) ordinal {
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

// has reports whether an object was read. It may be asked once all have arrived.
func (r *objectIndex) has(n ordinal) bool {
	if int(n) < r.packed {
		return r.read[n]
	}
	return r.rest[int(n)-r.packed].read
}

// id returns the object with a number.
func (r *objectIndex) id(n ordinal) objects.ID {
	if int(n) < r.packed {
		return r.db.Named(int(n))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rest[int(n)-r.packed].id
}

// size returns how many objects have numbers.
func (r *objectIndex) size() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.packed + len(r.rest)
}
