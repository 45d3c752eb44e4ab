package collect

import (
	"bufio"
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"slices"

	"github.com/deputy-sec/deputy/scanner/extract/charset"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// Of a change only what it adds counts. A line is added if the content has it more
// often than each of the contents that the change made it from; white space at its
// ends does not count. What stands in a document has no lines that a change would
// keep, so there it is the value that must be new.
//
// It is asked only where something was found, so a change that holds nothing costs
// nothing.

// added keeps of what was found in a content what is new in it.
func (x *examination) added() []hit {
	earlier, err := x.blob.Before()
	if err != nil {
		x.c.failed(x.blob, Failure{Why: finding.ReasonOf(err).In("what it was before, so that all of it counts as new")})
		return x.hits
	}
	isNew := make([]bool, len(x.hits))
	for _, e := range earlier {
		if len(e.Versions) == 0 {
			return x.hits
		}
		fresh, err := x.compare(e)
		if err != nil {
			x.c.failed(x.blob, Failure{Why: finding.ReasonOf(err).In("what it was before, so that all of it counts as new")})
			return x.hits
		}
		for i := range isNew {
			isNew[i] = isNew[i] || fresh[i]
		}
	}
	var kept []hit
	for i, h := range x.hits {
		if isNew[i] {
			kept = append(kept, h)
		}
	}
	return kept
}

// compare tells which hits none of the versions has.
func (x *examination) compare(e source.Earlier) ([]bool, error) {
	var plain, extracted []int
	for i := range x.hits {
		if x.hits[i].in == nil {
			plain = append(plain, i)
		} else {
			extracted = append(extracted, i)
		}
	}
	fresh := make([]bool, len(x.hits))
	for i := range fresh {
		fresh[i] = true
	}
	for _, open := range e.Versions {
		if err := x.compareLines(open, plain, fresh); err != nil {
			return nil, err
		}
		if len(extracted) == 0 {
			continue
		}
		if err := x.compareValues(open, extracted, fresh); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// compareLines takes back the hits that stand in lines of a version.
func (x *examination) compareLines(open func() (io.ReadCloser, error), which []int, fresh []bool) error {
	if len(which) == 0 {
		return nil
	}
	own, err := x.lines(which)
	if err != nil {
		return err
	}
	old := map[uint64]int{}
	err = eachLine(open, func(_, _ int64, line uint64) { old[line]++ })
	for i, of := range own {
		added := slices.ContainsFunc(of, func(l lineOccurrence) bool { return l.nth > old[l.line] })
		fresh[which[i]] = fresh[which[i]] && added
	}
	return err
}

// lineOccurrence is a line of a content, and the how many-th of those like it.
type lineOccurrence struct {
	line uint64
	nth  int
}

// lines returns the lines that hits stand in. A private key stands in several.
func (x *examination) lines(which []int) ([][]lineOccurrence, error) {
	out := make([][]lineOccurrence, len(which))
	count := map[uint64]int{}
	err := eachLine(x.open, func(start, end int64, line uint64) {
		count[line]++
		for i, w := range which {
			h := &x.hits[w]
			if h.Offset < end && h.Offset+int64(h.End-h.Start) > start {
				out[i] = append(out[i], lineOccurrence{line, count[line]})
			}
		}
	})
	return out, err
}

// open reads the content at hand again.
func (x *examination) open() (io.ReadCloser, error) {
	if x.blob.Data != nil || x.blob.Open == nil {
		return io.NopCloser(bytes.NewReader(x.blob.Data)), nil
	}
	return x.blob.Open()
}

var lineSeed = maphash.MakeSeed()

// eachLine calls visit for the lines of a content that hold more than white space,
// with their bounds in the decoded text.
func eachLine(open func() (io.ReadCloser, error), visit func(start, end int64, line uint64)) error {
	content, err := open()
	if err != nil {
		return err
	}
	defer content.Close()
	head := bufio.NewReaderSize(content, 64<<10)
	sniffed, err := head.Peek(charset.Sniff)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	r := bufio.NewReaderSize(charset.Detect(sniffed).Reader(head), 64<<10)
	l := lineReader{visit: visit}
	for {
		piece, err := r.ReadSlice('\n')
		l.take(piece)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			l.end()
			return nil
		case err != nil:
			return err
		default:
			l.end()
		}
	}
}

// lineReader takes lines in pieces, so that one of any length costs no memory.
type lineReader struct {
	visit     func(start, end int64, line uint64)
	hash      maphash.Hash
	begun     bool   // something but white space has come
	blank     []byte // white space that counts if something comes behind it
	start, at int64
}

const maxBlank = 4 << 10 // of white space within a line that counts

func (l *lineReader) take(piece []byte) {
	l.at += int64(len(piece))
	if !l.begun {
		l.hash.SetSeed(lineSeed)
		piece = bytes.TrimLeft(piece, " \t\r\n\f\v")
		l.begun = len(piece) > 0
	}
	text := bytes.TrimRight(piece, " \t\r\n\f\v")
	if len(text) > 0 {
		_, _ = l.hash.Write(l.blank) // a hash takes all
		_, _ = l.hash.Write(text)
		l.blank = l.blank[:0]
	}
	if behind := piece[len(text):]; len(l.blank)+len(behind) <= maxBlank {
		l.blank = append(l.blank, behind...)
	}
}

func (l *lineReader) end() {
	if l.begun {
		l.visit(l.start, l.at, l.hash.Sum64())
	}
	l.begun, l.blank, l.start = false, l.blank[:0], l.at
}

// compareValues takes back the hits whose values a version of the document has as
// often.
func (x *examination) compareValues(open func() (io.ReadCloser, error), which []int, fresh []bool) error {
	content, err := open()
	if err != nil {
		return err
	}
	data, err := io.ReadAll(io.LimitReader(content, maxEarlier+1))
	content.Close()
	if err != nil {
		return err
	}
	if len(data) > maxEarlier {
		return finding.OverBudget.Because("more than %d bytes", maxEarlier)
	}
	old := map[Key]int{}
	for _, h := range x.c.again(data) {
		old[Key{h.Rule, h.Value}]++
	}
	count := map[Key]int{}
	for _, i := range which {
		key := Key{x.hits[i].Rule, x.hits[i].Value}
		count[key]++
		fresh[i] = fresh[i] && count[key] > old[key]
	}
	return nil
}

// maxEarlier bounds the earlier versions of documents that are read.
const maxEarlier = 64 << 20

// again examines a content, and keeps nothing of it but what was found.
func (c *Collection) again(data []byte) []hit {
	quiet := c.quietly()
	x := &examination{c: quiet, blob: &source.Blob{Data: data, Size: int64(len(data))}}
	doc := quiet.claimant(x.blob)
	x.claimed = readsWhole(doc)
	if doc == nil || doc.Text {
		x.guarded(x.plain)
	}
	if doc != nil && !x.guarded(func() (bool, error) { return x.inline(doc), nil }) {
		x.guarded(x.document)
	}
	x.guarded(func() (bool, error) { x.encodedDocuments(); return true, nil })
	return x.hits
}

// quietly returns a collection for something that is looked at aside.
func (c *Collection) quietly() *Collection {
	return New(c.ctx, Options{Detectors: c.detectors, Documents: c.documents, Jobs: 1, Exhaustive: true, Late: c.late})
}
