package state

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"
)

// result is what somebody kept about a target, as it is in the file.
type result struct {
	target [sha256.Size]byte
	stamp  [sha256.Size]byte
	packed []byte // deflated
}

// What is kept of results, in bytes: of one, before and after it is packed, and of all.
const (
	maxResult = 64 << 20
	maxPacked = 16 << 20
)

var maxResults = 256 << 20 // less in a test

const resultHead = 2*sha256.Size + 8

// Result returns what was kept about a target when it had this stamp.
func (s *State) Result(target, stamp string) ([]byte, bool) {
	if s == nil {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.resultOf(sha256.Sum256([]byte(target)))
	if i < 0 || s.results[i].stamp != sha256.Sum256([]byte(stamp)) {
		return nil, false
	}
	r := s.results[i]
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(r.packed)), maxResult+1))
	if err != nil || len(data) > maxResult {
		return nil, false
	}
	s.results = append(slices.Delete(s.results, i, i+1), r) // it was of use; not worth writing for itself
	return data, true
}

// KeepResult keeps something about a target for as long as it has this stamp, in place
// of what was kept about it before. What is too large is not kept.
func (s *State) KeepResult(target, stamp string, data []byte) {
	if s == nil {
		return
	}
	r := &result{target: sha256.Sum256([]byte(target)), stamp: sha256.Sum256([]byte(stamp))}
	if len(data) <= maxResult {
		r.packed = pack(data)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.resultOf(r.target); i >= 0 {
		s.results, s.changed = slices.Delete(s.results, i, i+1), true
	}
	if r.packed != nil && len(r.packed) <= maxPacked {
		s.results, s.changed = append(s.results, r), true
	}
}

func (s *State) resultOf(target [sha256.Size]byte) int {
	return slices.IndexFunc(s.results, func(r *result) bool { return r.target == target })
}

func pack(data []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	_, _ = w.Write(data) // to memory
	_ = w.Close()
	return out.Bytes()
}

// newest returns as many of the last results as there is room for.
func newest(results []*result) []*result {
	size, from := 0, len(results)
	for from > 0 && size+resultHead+len(results[from-1].packed) <= maxResults {
		from--
		size += resultHead + len(results[from].packed)
	}
	return results[from:]
}

func (r *result) append(out []byte) []byte {
	out = append(out, r.target[:]...)
	out = append(out, r.stamp[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(len(r.packed)))
	return append(out, r.packed...)
}

func parseResults(data []byte) ([]*result, error) {
	var results []*result
	for len(data) > 0 {
		if len(data) < resultHead {
			return nil, ErrDamaged
		}
		r := &result{}
		copy(r.target[:], data)
		copy(r.stamp[:], data[sha256.Size:])
		n := binary.BigEndian.Uint64(data[resultHead-8:])
		if data = data[resultHead:]; n > uint64(len(data)) {
			return nil, ErrDamaged
		}
		r.packed, data = data[:n:n], data[n:]
		results = append(results, r)
	}
	return results, nil
}
