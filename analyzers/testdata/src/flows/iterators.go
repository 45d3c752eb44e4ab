package flows

import (
	"iter"
	"log"
	"maps"
	"slices"
	"sync"
)

// What an iterator yields is what the loop over it gets, and what a function that is given
// one calls it with; the object behind it is not.

type pair struct{ label, word string }

type rack struct {
	pairs []pair
	byKey map[string]*pair
}

func (s *rack) fill(in *Integration) {
	s.pairs = append(s.pairs, pair{in.Name, in.Handshake})
}

func (s *rack) words() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range s.pairs {
			if !yield(p.word) {
				return
			}
		}
	}
}

func (s *rack) both() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, p := range s.pairs {
			if !yield(p.label, p.word) {
				return
			}
		}
	}
}

func (s *rack) labels(yield func(string) bool) {
	for _, p := range s.pairs {
		if !yield(p.label) {
			return
		}
	}
}

func (s *rack) each(f func(string)) {
	for _, p := range s.pairs {
		f(p.word)
	}
}

func (s *rack) eachLabel(f func(string)) {
	for _, p := range s.pairs {
		f(p.label)
	}
}

func quoted(in iter.Seq[string]) iter.Seq[string] {
	return func(yield func(string) bool) {
		for v := range in {
			if !yield("'" + v + "'") {
				return
			}
		}
	}
}

func iterated(in *Integration) {
	s := &rack{}
	s.fill(in)
	for w := range s.words() {
		log.Println(w) // want `External ID logged`
	}
	for l, w := range s.both() {
		log.Println(l)
		log.Println(w) // want `External ID logged`
	}
	for l := range s.labels {
		log.Println(l)
	}
	for l := range quoted(s.labels) {
		log.Println(l)
	}
}

func collected(in *Integration) {
	s := &rack{}
	s.fill(in)
	log.Println(slices.Collect(s.words())) // want `External ID logged`
	log.Println(slices.Collect(s.labels))
	for _, w := range slices.Sorted(s.words()) {
		log.Println(w) // want `External ID logged`
	}
	for l := range maps.Keys(map[string]string{in.Name: in.Handshake}) {
		log.Println(l)
	}
}

func calledBack(in *Integration) {
	s := &rack{}
	s.fill(in)
	s.each(func(w string) { log.Println(w) }) // want `External ID logged`
	s.eachLabel(func(l string) { log.Println(l) })
	s.each(printed) // want `External ID logged`
	s.eachLabel(printed)
}

func printed(s string) { log.Println(s) }

// Lists whose every element is cleared.

func clearEach(all []*Integration) {
	for _, in := range all {
		in.Handshake = ""
	}
}

func clearEachByIndex(all []Integration) {
	for i := range all {
		all[i].Handshake = ""
	}
}

func clearSome(all []*Integration) {
	for i, in := range all {
		if i%2 == 0 {
			in.Handshake = ""
		}
	}
}

func clearUntil(all []*Integration, name string) {
	for _, in := range all {
		if in.Name == name {
			break
		}
		in.Handshake = ""
	}
}

type archive interface {
	pointers() []*Integration
	values() []Integration
}

func clearedLists(s archive) {
	a, b, c, d := s.pointers(), s.values(), s.pointers(), s.pointers()
	clearEach(a)
	for _, in := range a {
		log.Println(*in)
	}
	clearEachByIndex(b)
	log.Println(b)
	clearSome(c)
	for _, in := range c {
		log.Println(*in) // want `External ID logged`
	}
	clearUntil(d, "last")
	for _, in := range d {
		log.Println(*in) // want `External ID logged`
	}
}

func deleted(in *Integration) {
	m := map[string]string{"label": in.Name, "word": in.Handshake}
	log.Println(m) // want `External ID logged`
	delete(m, "word")
	log.Println(m)
}

var known sync.Map

func keptInSyncMap(in *Integration) {
	known.Store(in.Name, &pair{in.Name, in.Handshake})
	v, _ := known.Load("x")
	log.Println(v.(*pair).label)
	log.Println(v.(*pair).word) // want `External ID logged`
}
