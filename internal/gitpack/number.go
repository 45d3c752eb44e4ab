package gitpack

import "runtime/debug"

// Packed objects have numbers, so that what is known of millions of them fits
// into slices rather than maps of names: those in a multi-pack-index come first,
// in its order, then those of every pack in the order of its index. An object in
// several packs has the number of the copy that is found first, always the same.

// Numbers returns how many numbers there are; all are below it.
func (r *Repo) Numbers() int {
	n := 0
	for _, m := range r.midxs {
		n += m.n
	}
	return n + r.Objects()
}

// Number returns the number of an object; false if no pack has it.
func (r *Repo) Number(id OID) (n int, ok bool) {
	if n, ok, err := r.number(id); err == nil {
		return n, ok
	}
	return 0, false
}

func (r *Repo) number(id OID) (n int, ok bool, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // as faultsAsPanics, without its allocation
	defer catchFault(&err)
	start := 0
	for _, m := range r.midxs {
		if i, ok := findName(m.fanout, m.names, m.hashLen, id[:m.hashLen]); ok {
			return start + i, true, nil
		}
		start += m.n
	}
	for _, p := range r.packs {
		if i, ok := p.idx.find(id); ok {
			return start + i, true, nil
		}
		start += p.idx.n
	}
	return 0, false, nil
}

// Named returns the name of the object with a number below Numbers.
func (r *Repo) Named(n int) (id OID) {
	var err error
	defer faultsAsPanics()()
	defer catchFault(&err) // the name is then zero, which no object has
	for _, m := range r.midxs {
		if n < m.n {
			return oidFrom(m.names[n*m.hashLen:][:m.hashLen])
		}
		n -= m.n
	}
	for _, p := range r.packs {
		if n < p.idx.n {
			return oidFrom(p.idx.name(n))
		}
		n -= p.idx.n
	}
	return OID{}
}
