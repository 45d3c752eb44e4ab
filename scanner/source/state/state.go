// Package state remembers between scans which contents hold nothing of interest,
// so that the next scan need not examine them again. Whatever had a hit, however
// weak, or could not be read whole, is not among them and so examined by every scan,
// which then says the same as the first. What was examined is known by its hash. So a
// state outlives repacking, and one file serves several repositories and their clones.
//
// Beside that it keeps results, for targets that do not change from scan to scan. What
// is in them is the business of who keeps them; no secret, in any case.
package state

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// The file: magic, hash of the rule set, the number of records in eight bytes, records
// in the order of their IDs, results from the one that was of use the longest ago on,
// and the SHA-256 of all that.
const (
	magic     = "deputy-state 2\r\n"
	idLen     = 32 // a SHA-1 ends in zeros
	recordLen = idLen + 8
	headLen   = len(magic) + sha256.Size + 8
)

// maxFile is how large a state may be: a hundred million contents.
const maxFile = 4 << 30

// ErrDamaged says that a state is not whole, or of another version.
var ErrDamaged = errors.New("the state is damaged, or of another version of deputy")

// ErrForeign says that a file is something else. It is never written to.
var ErrForeign = errors.New("not a state that deputy wrote")

// State is what is known from earlier scans, and what this one adds. It may be
// used by several goroutines. A nil State knows nothing and learns nothing.
type State struct {
	file  string
	rules [sha256.Size]byte
	old   []byte // records
	first [257]int

	mu      sync.Mutex
	added   []record
	results []*result
	changed bool // there is something to be saved
}

type record struct {
	id   objects.ID
	size int64
}

// Open reads a state. rules says all that decides what is found in a content; a
// state that was written under others knows nothing, and a file that is not there
// is no error. With [ErrDamaged] comes a state that knows nothing and may be used:
// Save replaces the file.
func Open(file, rules string) (*State, error) {
	s := &State{file: file, rules: sha256.Sum256([]byte(rules)), changed: true}
	data, err := read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	if !ours(data) {
		return nil, fmt.Errorf("%s: %w", file, ErrForeign)
	}
	records, results, same, err := s.parse(data)
	if err != nil {
		return s, fmt.Errorf("%s: %w", file, err)
	}
	if same {
		s.know(records)
		s.results, s.changed = results, false
	}
	return s, nil
}

// ours tells what a state begins with, or what is left of one that was cut.
func ours(data []byte) bool {
	const name = "deputy-state "
	return string(data[:min(len(data), len(name))]) == name[:min(len(data), len(name))]
}

func read(file string) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file", file)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s: %w: %d bytes", file, ErrForeign, info.Size())
	}
	return os.ReadFile(file)
}

// parse returns the records and the results of a file, and whether they are about our
// rules.
func (s *State) parse(data []byte) (records []byte, results []*result, same bool, err error) {
	if len(data) < headLen+sha256.Size || !bytes.HasPrefix(data, []byte(magic)) {
		return nil, nil, false, ErrDamaged
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, nil, false, ErrDamaged
	}
	rest := body[headLen:]
	n := binary.BigEndian.Uint64(body[headLen-8:])
	if n > uint64(len(rest)/recordLen) {
		return nil, nil, false, ErrDamaged
	}
	records, rest = rest[:n*recordLen], rest[n*recordLen:]
	for at := recordLen; at < len(records); at += recordLen {
		if bytes.Compare(records[at-recordLen:][:idLen], records[at:][:idLen]) >= 0 {
			return nil, nil, false, ErrDamaged
		}
	}
	if results, err = parseResults(rest); err != nil {
		return nil, nil, false, err
	}
	return records, results, bytes.Equal(body[len(magic):][:sha256.Size], s.rules[:]), nil
}

// know takes records for what is known. They are found by their first byte.
func (s *State) know(records []byte) {
	s.old = records
	n := len(records) / recordLen
	at := 0
	for first := range 256 {
		for at < n && int(records[at*recordLen]) < first {
			at++
		}
		s.first[first] = at
	}
	s.first[256] = n
}

// Knows says that a content was examined before and holds nothing, and how many
// bytes it has.
func (s *State) Knows(id objects.ID) (size int64, ok bool) {
	if s == nil || len(s.old) == 0 {
		return 0, false
	}
	lo, hi := s.first[id[0]], s.first[int(id[0])+1]
	for lo < hi {
		middle := (lo + hi) / 2
		r := s.old[middle*recordLen:][:recordLen]
		switch c := bytes.Compare(r[:idLen], id[:]); {
		case c == 0:
			return int64(binary.BigEndian.Uint64(r[idLen:])), true
		case c < 0:
			lo = middle + 1
		default:
			hi = middle
		}
	}
	return 0, false
}

// Add remembers a content that holds nothing.
func (s *State) Add(id objects.ID, size int64) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.added, s.changed = append(s.added, record{id, size}), true
}

// Save writes what is known now, all at once or not at all, unless it is what was read.
// It is for the end of a scan that went through.
func (s *State) Save() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.changed || s.file == "" {
		return nil
	}
	if err := writeAll(s.file, s.encode()); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

func (s *State) encode() []byte {
	slices.SortFunc(s.added, func(a, b record) int { return a.id.Compare(b.id) })
	out := make([]byte, 0, headLen+len(s.old)+len(s.added)*recordLen+sha256.Size)
	out = append(out, magic...)
	out = append(out, s.rules[:]...)
	out = append(out, make([]byte, 8)...) // for the number of records
	old := s.old
	for _, r := range s.added {
		for len(old) > 0 && bytes.Compare(old[:idLen], r.id[:]) < 0 {
			out, old = append(out, old[:recordLen]...), old[recordLen:]
		}
		if len(old) > 0 && bytes.Equal(old[:idLen], r.id[:]) || endsWith(out, r.id) {
			continue
		}
		out = append(out, r.id[:]...)
		out = binary.BigEndian.AppendUint64(out, uint64(r.size))
	}
	out = append(out, old...)
	binary.BigEndian.PutUint64(out[headLen-8:], uint64((len(out)-headLen)/recordLen))
	for _, r := range newest(s.results) {
		out = r.append(out)
	}
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}

// endsWith says that the last record written is of that content.
func endsWith(out []byte, id objects.ID) bool {
	at := len(out) - recordLen
	return at >= headLen && bytes.Equal(out[at:][:idLen], id[:])
}

// writeAll replaces a file by one that is complete.
func writeAll(file string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = cmp.Or(err, f.Sync()); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
