// Package baseline remembers findings that are known, so that a scan reports
// what is new.
//
// What it knows is a fingerprint and the places where the value stood: paths, not
// lines. So it does not drift when lines move, hides no other secret on the same
// line, and a known value in a new file is new, but not in one that was renamed. What
// stands in a commit's message is known by a digest of its line, so that it stays known
// when commits are rewritten. It holds no secret and no part of
// one: masks show the tail of an identifier, and that is left out, too.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	slashpath "path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Version is that of the file's form.
const Version = 1

// Entry is what is known of one value.
type Entry struct {
	Fingerprint string   `json:"fingerprint"`
	Rule        string   `json:"rule"`
	Places      []string `json:"places"`         // paths, or "commit message" and the like; in order
	Note        string   `json:"note,omitempty"` // why it may stay: for people
}

// Baseline is a set of entries. Its zero value knows nothing.
type Baseline struct {
	Entries []Entry  // by rule, then fingerprint
	key     string   // names the key that the fingerprints were made with
	foreign *foreign // what another scanner knows; nil for one of our own
	text    []byte   // of a foreign one
	file    string   // what its file is called, without folders; "" if it is in none
	met     meeting
}

// meeting is which fingerprints were found since the baseline was read.
type meeting struct {
	mu     sync.Mutex
	asked  bool // findings were held against the baseline at all
	prints map[string]bool
}

// file is the form on disk.
type file struct {
	Version int     `json:"version"`
	Key     string  `json:"key"`
	Entries []Entry `json:"findings"`
}

// New returns a baseline that knows the given findings, whose fingerprints were
// made by f.
func New(f *finding.Fingerprinter, findings []*finding.Finding) *Baseline {
	b := &Baseline{key: f.KeyID()}
	b.Add(findings)
	return b
}

// ErrKey says that a baseline's fingerprints were made with another key than
// the scan's, so that nothing in it would be recognised.
var ErrKey = errors.New("made with another fingerprint key")

// maxFile bounds a baseline, in bytes: a million findings.
const maxFile = 256 << 20

// Read reads a baseline whose fingerprints must have been made with the key of f, or the
// report of another scanner, see [Baseline.Foreign].
func Read(r io.Reader, f *finding.Fingerprinter) (*Baseline, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d MiB", maxFile>>20)
	}
	switch other, err := readForeign(data); {
	case err != nil:
		return nil, err
	case other != nil:
		return &Baseline{foreign: other, text: data}, nil
	}
	in, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("not a baseline: %w", err)
	}
	switch {
	case in.Version != Version:
		return nil, fmt.Errorf("baseline of version %d: this deputy reads version %d", in.Version, Version)
	case in.Key != f.KeyID():
		return nil, ErrKey
	}
	b := &Baseline{Entries: united(in.Entries), key: in.Key}
	b.order()
	return b, nil
}

// In says what the file of the baseline is called. It has the paths of what it knows, which
// may hold values: what it knows is known in that file, too.
func (b *Baseline) In(file string) *Baseline {
	b.file = filepath.Base(file)
	return b
}

func decode(data []byte) (file, error) {
	var in file
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	if err == nil {
		return in, nil
	}
	if merged, ok := decodeLines(data); ok {
		return merged, nil
	}
	return in, err
}

// decodeLines reads a baseline that a merge left in pieces: with the marks of a conflict, or
// with the lines of both sides, of which the commas are wrong. An entry is a line, and what
// either side knows is known.
func decodeLines(data []byte) (file, bool) {
	var in file
	for line := range bytes.Lines(data) {
		line = bytes.TrimSuffix(bytes.TrimSpace(line), []byte{','})
		switch {
		case len(line) == 0, bytes.Equal(line, []byte("]}")), isMark(line):
		case bytes.HasSuffix(line, []byte("[")):
			var head file
			if json.Unmarshal(append(bytes.Clone(line), "]}"...), &head) != nil || in.Version != 0 && (head.Version != in.Version || head.Key != in.Key) {
				return in, false // made with two keys, say
			}
			in.Version, in.Key = head.Version, head.Key
		default:
			var e Entry
			if json.Unmarshal(line, &e) != nil || e.Fingerprint == "" {
				return in, false
			}
			in.Entries = append(in.Entries, e)
		}
	}
	return in, in.Version != 0
}

// isMark reports whether a line is one that git puts around what conflicts.
func isMark(line []byte) bool {
	const width = 7
	return len(line) >= width && bytes.IndexByte([]byte("<=>|"), line[0]) >= 0 && bytes.Count(line[:width], line[:1]) == width
}

// united puts the places of entries for one value together, as a merge may leave two.
func united(entries []Entry) []Entry {
	at := map[string]int{}
	var out []Entry
	for _, e := range entries {
		i, ok := at[e.Fingerprint]
		if !ok {
			at[e.Fingerprint] = len(out)
			out = append(out, e)
			continue
		}
		out[i].Places = append(slices.Clip(out[i].Places), e.Places...)
		out[i].Note = cmp.Or(out[i].Note, e.Note)
	}
	return out
}

// Write writes the baseline: an entry a line, in a fixed order, so that changes
// to it read well in a review.
func (b *Baseline) Write(w io.Writer) error {
	if b.foreign != nil {
		_, err := w.Write(b.text)
		return err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\"version\": %d, \"key\": %q, \"findings\": [", Version, b.key)
	for i, e := range b.Entries {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n")
		out.Write(line)
	}
	out.WriteString("\n]}\n")
	_, err := w.Write(out.Bytes())
	return err
}

// Add makes findings known, at all places where they stand. It returns how many
// values and how many places were not known before.
func (b *Baseline) Add(findings []*finding.Finding) (values, places int) {
	known := b.index()
	for _, f := range findings {
		e := known[f.Fingerprint]
		if e == nil {
			values++
			e = &Entry{Fingerprint: f.Fingerprint, Rule: f.Rule.ID}
			known[f.Fingerprint] = e
		}
		before := len(e.Places)
		for _, s := range f.Sightings {
			e.Places = append(e.Places, placeOf(s))
		}
		slices.Sort(e.Places)
		e.Places = slices.Compact(e.Places)
		places += len(e.Places) - before
	}
	b.Entries = b.Entries[:0:0]
	for _, e := range known {
		b.Entries = append(b.Entries, *e)
	}
	b.order()
	return values, places
}

// Prune forgets the places, and values, that the given findings no longer show.
// It returns how many of each are gone.
func (b *Baseline) Prune(findings []*finding.Finding) (values, places int) {
	found := map[string]map[string]bool{}
	for _, f := range findings {
		if found[f.Fingerprint] == nil {
			found[f.Fingerprint] = map[string]bool{}
		}
		for _, s := range f.Sightings {
			found[f.Fingerprint][placeOf(s)] = true
			s.Anchor = "" // as earlier baselines name it
			found[f.Fingerprint][placeOf(s)] = true
		}
	}
	kept := b.Entries[:0]
	for _, e := range b.Entries {
		before := len(e.Places)
		now := found[e.Fingerprint]
		e.Places = slices.DeleteFunc(e.Places, func(p string) bool { return !now[p] })
		places += before - len(e.Places)
		if len(e.Places) == 0 {
			values++
			continue
		}
		kept = append(kept, e)
	}
	b.Entries = kept
	return values, places
}

// Renames tells from which paths the file of a sighting was renamed.
type Renames func(finding.Sighting) []string

// New takes from findings what is known: sightings at known places, and findings
// of which no sighting is left. A place is known, too, if its file was renamed from one
// that is; renames may be nil. It returns what is new, and how many findings were known
// altogether.
func (b *Baseline) New(findings []*finding.Finding, renames Renames) (fresh []*finding.Finding, known int) {
	if b.foreign != nil {
		return b.foreign.newTo(findings)
	}
	index := b.index()
	b.met.note(findings)
	for _, f := range findings {
		e := index[f.Fingerprint]
		if e == nil {
			fresh = append(fresh, f)
			continue
		}
		f.Sightings = slices.DeleteFunc(slices.Clone(f.Sightings), b.isOwn)
		f.Sightings = e.unknown(f.Sightings, renames)
		if len(f.Sightings) == 0 {
			known++
			continue
		}
		f.Evidence = append(slices.Clone(f.Evidence), "known elsewhere, new at this place")
		fresh = append(fresh, f)
	}
	return fresh, known
}

func (m *meeting) note(findings []*finding.Finding) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = true
	if m.prints == nil {
		m.prints = map[string]bool{}
	}
	for _, f := range findings {
		m.prints[f.Fingerprint] = true
	}
}

// Stale returns how many entries no finding was for, of all that were held against the
// baseline since it was read.
func (b *Baseline) Stale() int {
	b.met.mu.Lock()
	defer b.met.mu.Unlock()
	n := 0
	for i := range b.Entries {
		if b.met.asked && !b.met.prints[b.Entries[i].Fingerprint] {
			n++
		}
	}
	return n
}

// isOwn reports whether a place is the file of the baseline itself.
func (b *Baseline) isOwn(s finding.Sighting) bool {
	return b.file != "" && slashpath.Base(s.OwnPath()) == b.file
}

func (b *Baseline) index() map[string]*Entry {
	out := make(map[string]*Entry, len(b.Entries))
	for i := range b.Entries {
		out[b.Entries[i].Fingerprint] = &b.Entries[i]
	}
	return out
}

func (b *Baseline) order() {
	for i := range b.Entries {
		slices.Sort(b.Entries[i].Places)
		b.Entries[i].Places = slices.Compact(b.Entries[i].Places)
	}
	slices.SortFunc(b.Entries, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
}

// unknown returns the sightings at places that are not known, by whatever name a file had
// on the way.
func (e *Entry) unknown(all []finding.Sighting, renames Renames) []finding.Sighting {
	moved := map[string]bool{} // paths that known files have now
	rest := slices.DeleteFunc(slices.Clone(all), e.knows)
	for again := renames != nil; again; {
		before := len(rest)
		rest = slices.DeleteFunc(rest, func(s finding.Sighting) bool {
			if s.OwnPath() == "" {
				return false
			}
			for _, from := range renames(s) {
				if _, ok := slices.BinarySearch(e.Places, writable(from)); ok || moved[from] {
					moved[s.OwnPath()] = true
					return true
				}
			}
			return false
		})
		again = len(rest) > 0 && len(rest) < before
	}
	return rest
}

// knows reports whether a place is known, also by the name that places in commits had in
// earlier baselines.
func (e *Entry) knows(s finding.Sighting) bool {
	_, ok := slices.BinarySearch(e.Places, placeOf(s))
	if !ok && s.Anchor != "" {
		s.Anchor = ""
		_, ok = slices.BinarySearch(e.Places, placeOf(s))
	}
	return ok
}

// placeOf names a place by what lasts: a path, or for what is in no file what it is and
// the digest of its line, or else which commit it belongs to.
func placeOf(s finding.Sighting) string {
	path := s.OwnPath()
	switch {
	case path != "":
		return writable(path)
	case s.Anchor != "":
		return s.Anchor
	case s.Commit != nil:
		return s.Place + " of " + s.Commit.Hash
	}
	return s.Place
}

// writable returns a path as JSON can hold it: git's paths are bytes in any encoding. A byte
// that is no UTF-8 becomes NUL, which no path has, and its two digits, so that two paths
// never become one.
func writable(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	var out strings.Builder
	for i := 0; i < len(path); {
		r, size := utf8.DecodeRuneInString(path[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&out, "\x00%02x", path[i])
		} else {
			out.WriteString(path[i : i+size])
		}
		i += size
	}
	return out.String()
}
