package history

import (
	"hash/maphash"
	"sync"
)

// names holds every name that occurs in a tree once. It is for several
// goroutines.
type names struct {
	seed   maphash.Seed
	shards [nameShards]nameShard
}

// nameShards keeps goroutines from waiting for each other. The number of a
// name's shard is the low bits of the name's own.
const nameShards = 1 << 4

// nameBits is how many bits the number of a name has. As many names do not fit
// into memory.
const nameBits = 30

type nameShard struct {
	mu   sync.Mutex
	nums map[string]uint32
	list []string
}

func newNames() *names { return &names{seed: maphash.MakeSeed()} }

// of returns the number of a name.
func (n *names) of(name []byte) uint32 {
	shard := uint32(maphash.Bytes(n.seed, name) % nameShards)
	s := &n.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	number, ok := s.nums[string(name)]
	if !ok {
		if s.nums == nil {
			s.nums = map[string]uint32{}
		}
		number = uint32(len(s.list))<<4 | shard
		s.list = append(s.list, string(name))
		s.nums[s.list[len(s.list)-1]] = number
	}
	return number
}

// text returns the name that has a number.
func (n *names) text(number uint32) string {
	s := &n.shards[number%nameShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.list[number/nameShards]
}
