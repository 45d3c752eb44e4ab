package store

import (
	"context"
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// Content is a content that was examined and holds nothing.
type Content struct {
	ID   objects.ID
	Size int64 // bytes
}

// A repository's contents are kept in pieces of this many, which take a megabyte: small
// enough for a short transaction.
const pieceLen = 1 << 15

// sampled reports whether a content is one of those by which pieces are found. One in
// sixty-four costs little, and a fork or a vendored tree of some hundred files has some.
// The byte is one that pieces are not ordered by, so that each has its share.
func sampled(id objects.ID) bool { return id[19]&0x3f == 0 }

func sampleOf(id objects.ID) int64 { return int64(binary.BigEndian.Uint64(id[:8])) }

// What is loaded for one scan: pieces of others that have at least this many samples in
// common with it, the closest first, and no more of them than this.
const (
	leastCommon = 2
	maxRelated  = 64
)

// idBytes is how much of an ID is stored: that of a SHA-1 ends in zeros, which a varint in
// front tells.
func appendContent(out []byte, c Content) []byte {
	id := c.ID[:]
	if [12]byte(id[20:]) == ([12]byte{}) {
		id = id[:20]
	}
	out = append(out, byte(len(id)))
	out = append(out, id...)
	return binary.AppendUvarint(out, uint64(c.Size))
}

var errPiece = errors.New("a piece of examined contents is damaged")

func parseContents(data []byte) ([]Content, error) {
	var out []Content
	for len(data) > 0 {
		n := int(data[0])
		if n != 20 && n != 32 || len(data) < 1+n {
			return nil, errPiece
		}
		var c Content
		copy(c.ID[:], data[1:1+n])
		size, k := binary.Uvarint(data[1+n:])
		if k <= 0 {
			return nil, errPiece
		}
		c.Size, data = int64(size), data[1+n+k:]
		out = append(out, c)
	}
	return out, nil
}

// AddContents records contents that a repository brought and that hold nothing under a
// rule set. It is no part of a result: what a content holds goes by itself, whatever
// becomes of the scan.
func (s *Store) AddContents(ctx context.Context, ruleSet string, repository int64, contents []Content) error {
	contents = slices.Clone(contents)
	slices.SortFunc(contents, func(a, b Content) int { return a.ID.Compare(b.ID) })
	for some := range slices.Chunk(contents, pieceLen) {
		var records []byte
		for _, c := range some {
			records = appendContent(records, c)
		}
		if err := s.Write(ctx, func(t *Tx) error { return t.addPiece(ctx, ruleSet, repository, records, some) }); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) addPiece(ctx context.Context, ruleSet string, repository int64, records []byte, contents []Content) error {
	var piece int64
	if err := t.row(ctx, `INSERT INTO content (rule_set, repository_id, records) VALUES (?, ?, ?) RETURNING id`, ruleSet, repository, records).Scan(&piece); err != nil {
		return err
	}
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		_, err := t.exec(ctx, `INSERT INTO content_sample (rule_set, sample, content_id) VALUES `+rowsOf(3, len(args)/3)+` ON CONFLICT DO NOTHING`, args...)
		args = args[:0]
		return err
	}
	for _, c := range contents {
		if !sampled(c.ID) {
			continue
		}
		if args = append(args, ruleSet, sampleOf(c.ID), piece); len(args) >= 900 {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// rowsOf returns placeholders for VALUES of several rows.
func rowsOf(columns, rows int) string {
	var b []byte
	for i := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '(')
		b = append(b, list(columns)...)
		b = append(b, ')')
	}
	return string(b)
}

// Contents returns the contents that are known to hold nothing under a rule set, as far as
// they may concern a repository: those that it brought itself, and those of others with
// which it has some of has in common, objects that it holds. A fork finds what it was
// forked from.
func (s *Store) Contents(ctx context.Context, ruleSet string, repository int64, has iter.Seq[objects.ID]) ([]Content, error) {
	pieces, err := collect(ctx, s, func(scan func(...any) error, n *int64) error { return scan(n) },
		`SELECT id FROM content WHERE rule_set = ? AND repository_id = ? ORDER BY id`, ruleSet, repository)
	if err != nil {
		return nil, err
	}
	related, err := s.related(ctx, ruleSet, has)
	if err != nil {
		return nil, err
	}
	for _, n := range related {
		if !slices.Contains(pieces, n) {
			pieces = append(pieces, n)
		}
	}
	var all []Content
	for _, n := range pieces {
		var data []byte
		if err := s.row(ctx, `SELECT records FROM content WHERE id = ?`, n).Scan(&data); err != nil {
			if none(err) == ErrNone { //nolint:errorlint // it was deleted meanwhile
				continue
			}
			return nil, err
		}
		some, err := parseContents(data)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// related returns the pieces with the most samples in common with some objects.
func (s *Store) related(ctx context.Context, ruleSet string, has iter.Seq[objects.ID]) ([]int64, error) {
	common := map[int64]int{}
	args := []any{ruleSet}
	flush := func() error {
		if len(args) == 1 {
			return nil
		}
		found, err := collect(ctx, s, func(scan func(...any) error, n *int64) error { return scan(n) },
			`SELECT content_id FROM content_sample WHERE rule_set = ? AND sample IN (`+list(len(args)-1)+`)`, args...)
		for _, n := range found {
			common[n]++
		}
		args = args[:1]
		return err
	}
	for id := range has {
		if !sampled(id) {
			continue
		}
		if args = append(args, sampleOf(id)); len(args) > 500 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := flush(); err != nil {
		return nil, err
	}
	pieces := slices.SortedFunc(maps.Keys(common), func(a, b int64) int {
		if common[a] != common[b] {
			return common[b] - common[a]
		}
		return int(a - b)
	})
	pieces = slices.DeleteFunc(pieces, func(n int64) bool { return common[n] < leastCommon })
	return pieces[:min(len(pieces), maxRelated)], nil
}
