package history

import (
	"encoding/binary"
	"sync"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

const shards = 64

// idSet is a set of objects for several goroutines. It keeps eight bytes of
// each ID: a repository has millions, and the sets only answer whether anything
// at all is missing. The price is that of two IDs alike in these bytes one can
// hide the absence of the other.
type idSet struct{ shards [shards]idShard }

type idShard struct {
	mu    sync.Mutex
	slots []uint64 // open addressing; 0 is empty
	used  int
}

func keyOf(id objects.ID) uint64 {
	return binary.BigEndian.Uint64(id[:8]) | 1 // never 0
}

func (s *idSet) add(id objects.ID) {
	key := keyOf(id)
	sh := &s.shards[key>>58]
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if 2*sh.used >= len(sh.slots) {
		sh.grow()
	}
	if slot := sh.find(key); sh.slots[slot] == 0 {
		sh.slots[slot] = key
		sh.used++
	}
}

// has may be called once nothing is added any more.
func (s *idSet) has(id objects.ID) bool {
	key := keyOf(id)
	sh := &s.shards[key>>58]
	return sh.used > 0 && sh.slots[sh.find(key)] == key
}

// find returns the slot that holds key, or the empty one where it belongs.
func (sh *idShard) find(key uint64) int {
	mask := len(sh.slots) - 1
	slot := int(key>>20) & mask
	for sh.slots[slot] != 0 && sh.slots[slot] != key {
		slot = (slot + 1) & mask
	}
	return slot
}

func (sh *idShard) grow() {
	old := sh.slots
	sh.slots = make([]uint64, max(64, 2*len(old)))
	for _, key := range old {
		if key != 0 {
			sh.slots[sh.find(key)] = key
		}
	}
}

// within says that every member of s is one of other. Neither may change
// meanwhile.
func (s *idSet) within(other *idSet) bool {
	for i := range s.shards {
		sh, o := &s.shards[i], &other.shards[i]
		if sh.used > 0 && o.used == 0 {
			return false
		}
		for _, key := range sh.slots {
			if key != 0 && o.slots[o.find(key)] != key {
				return false
			}
		}
	}
	return true
}
