package state

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// Known returns a state that is kept elsewhere than in a file: it knows some contents, each
// with its size in bytes, and what it learns is there for [State.Added]. Its Save writes
// nothing, and it keeps no results.
func Known(contents iter.Seq2[objects.ID, int64]) *State {
	s := &State{}
	var records []record
	for id, size := range contents {
		records = append(records, record{id, size})
	}
	slices.SortFunc(records, func(a, b record) int { return bytes.Compare(a.id[:], b.id[:]) })
	records = slices.CompactFunc(records, func(a, b record) bool { return a.id == b.id })
	packed := make([]byte, 0, len(records)*recordLen)
	for _, r := range records {
		packed = append(packed, r.id[:]...)
		packed = binary.BigEndian.AppendUint64(packed, uint64(r.size))
	}
	s.know(packed)
	return s
}

// Added hands out what the state has learned, each content once, with its size in bytes.
func (s *State) Added() iter.Seq2[objects.ID, int64] {
	return func(yield func(objects.ID, int64) bool) {
		s.mu.Lock()
		added := slices.Clone(s.added)
		s.mu.Unlock()
		seen := make(map[objects.ID]bool, len(added))
		for _, r := range added {
			if seen[r.id] {
				continue
			}
			seen[r.id] = true
			if !yield(r.id, r.size) {
				return
			}
		}
	}
}
