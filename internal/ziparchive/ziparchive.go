// Package ziparchive reads zip archives that come from anywhere: sound ones by
// their central directory, damaged ones by the headers in front of their files.
//
// It differs from archive/zip in that a broken directory, junk around the
// archive, entries that the directory keeps silent about, and entries cut off in
// the middle cost no more than what is really lost. Nothing is allocated by a
// size that the archive claims.
//
// The format is described in PKWARE's APPNOTE.TXT, version 6.3.10.
package ziparchive

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Archive is an opened archive. It refers to the bytes it was opened with.
type Archive struct {
	// Entries are the files in it, in the order of the directory; then those
	// that the directory does not know. Directories are left out. A name may
	// occur more than once.
	Entries []Entry
	// Damaged says that the directory is missing or does not fit the files, so
	// that entries were found by their headers.
	Damaged bool
}

// ErrFormat says that there is neither a directory nor a file.
var ErrFormat = errors.New("not a zip archive")

// Signatures of the format's records.
const (
	localSignature     = "PK\x03\x04"
	directorySignature = "PK\x01\x02"
	endSignature       = "PK\x05\x06"
	end64Signature     = "PK\x06\x06"
	locator64Signature = "PK\x06\x07"
	dataSignature      = "PK\x07\x08"
)

// Lengths of the records without what varies.
const (
	localLength     = 30
	directoryLength = 46
	endLength       = 22
	locator64Length = 20
	end64Length     = 56
	maxComment      = 1<<16 - 1
)

// Open reads the directory of an archive, or looks for its files.
func Open(data []byte) (*Archive, error) {
	a := &Archive{}
	known, ok := directory(data)
	a.Damaged = !ok
	var taken []span
	for _, e := range known {
		if !e.isDirectory() {
			a.Entries = append(a.Entries, e)
		}
		taken = append(taken, span{e.header, e.end})
	}
	a.Entries = append(a.Entries, unlisted(data, taken)...)
	if len(a.Entries) == 0 && !ok {
		return nil, ErrFormat
	}
	return a, nil
}

// directory reads the central directory. It is not ok if there is none, or if it
// names what is not there.
func directory(data []byte) (entries []Entry, ok bool) {
	end := findEnd(data)
	if end < 0 {
		return nil, false
	}
	count, size, offset := endRecord(data, end)
	if size > uint64(end) {
		return nil, false
	}
	// What stands before the archive shifts its offsets: the directory ends
	// where the end record begins.
	start := uint64(end) - size
	if at, found := end64(data, end); found {
		start = uint64(at) - size
	}
	if start > uint64(len(data)) {
		return nil, false
	}
	shift := int64(start) - int64(offset)
	rest := data[start:]
	ok = true
	for n := uint64(0); n < count && len(rest) >= directoryLength && string(rest[:4]) == directorySignature; n++ {
		e, length := directoryEntry(rest)
		if length > len(rest) {
			return entries, false
		}
		rest = rest[length:]
		if !e.locate(data, shift) {
			ok = false
			continue
		}
		entries = append(entries, e)
	}
	return entries, ok && (uint64(len(entries)) == count || count == 0xffff)
}

// findEnd returns where the end record stands, -1 if nowhere. The last one
// counts whose comment ends within the data.
func findEnd(data []byte) int {
	from := max(0, len(data)-endLength-maxComment)
	for to := len(data); ; {
		i := bytes.LastIndex(data[from:to], []byte(endSignature))
		if i < 0 {
			return -1
		}
		i += from
		if i+endLength <= len(data) {
			return i
		}
		to = i
	}
}

// Ends reports whether an archive ends where data does, of which data may be the last piece: a
// directory of one file at least and its end record, whose comment, if it is looked for, ends
// there, too. Where the directory is within the data it must begin as one.
func Ends(data []byte, comment bool) bool {
	end := len(data) - endLength
	if comment {
		end = findEnd(data)
	}
	if end < 0 || string(data[end:end+4]) != endSignature || end+endLength+int(binary.LittleEndian.Uint16(data[end+20:])) != len(data) {
		return false
	}
	count, size, _ := endRecord(data, end)
	start := end
	if at, ok := end64(data, end); ok {
		start = at
	}
	if count == 0 || size < directoryLength {
		return false
	}
	return size > uint64(start) || string(data[start-int(size):][:4]) == directorySignature
}

func endRecord(data []byte, end int) (count, size, offset uint64) {
	r := data[end:]
	count = uint64(binary.LittleEndian.Uint16(r[10:]))
	size = uint64(binary.LittleEndian.Uint32(r[12:]))
	offset = uint64(binary.LittleEndian.Uint32(r[16:]))
	if at, ok := end64(data, end); ok {
		r = data[at:]
		count = binary.LittleEndian.Uint64(r[32:])
		size = binary.LittleEndian.Uint64(r[40:])
		offset = binary.LittleEndian.Uint64(r[48:])
	}
	return count, size, offset
}

// end64 returns where the end record of ZIP64 stands, if there is one.
func end64(data []byte, end int) (at int, ok bool) {
	locator := end - locator64Length
	if locator < 0 || string(data[locator:locator+4]) != locator64Signature {
		return 0, false
	}
	at = bytes.LastIndex(data[max(0, locator-1<<16):locator], []byte(end64Signature))
	if at < 0 {
		return 0, false
	}
	at += max(0, locator-1<<16)
	return at, at+end64Length <= locator
}

// directoryEntry reads one entry and returns its length.
func directoryEntry(r []byte) (Entry, int) {
	nameLength := int(binary.LittleEndian.Uint16(r[28:]))
	extraLength := int(binary.LittleEndian.Uint16(r[30:]))
	length := directoryLength + nameLength + extraLength + int(binary.LittleEndian.Uint16(r[32:]))
	if directoryLength+nameLength+extraLength > len(r) {
		return Entry{}, len(r) + 1
	}
	e := Entry{
		Name:       string(r[directoryLength : directoryLength+nameLength]),
		Encrypted:  r[8]&1 != 0,
		Method:     binary.LittleEndian.Uint16(r[10:]),
		crc:        binary.LittleEndian.Uint32(r[16:]),
		compressed: uint64(binary.LittleEndian.Uint32(r[20:])),
		size:       uint64(binary.LittleEndian.Uint32(r[24:])),
		offset:     uint64(binary.LittleEndian.Uint32(r[42:])),
		checked:    true,
	}
	extra := r[directoryLength+nameLength : directoryLength+nameLength+extraLength]
	e.Cipher = cipher(binary.LittleEndian.Uint16(r[8:]), e.Method, extra)
	e.widen(extra)
	return e, length
}

// widen takes the values that do not fit their fields from ZIP64's extra field.
func (e *Entry) widen(extra []byte) {
	field := extraField(extra, 1)
	for _, v := range []*uint64{&e.size, &e.compressed, &e.offset} {
		if *v == 0xffffffff && len(field) >= 8 {
			*v, field = binary.LittleEndian.Uint64(field), field[8:]
		}
	}
}

// span is a range of bytes.
type span struct{ start, end int }

// unlisted returns the files between those that the directory names.
func unlisted(data []byte, taken []span) []Entry {
	slices.SortFunc(taken, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var out []Entry
	at := 0
	for at < len(data) {
		i := bytes.Index(data[at:], []byte(localSignature))
		if i < 0 {
			return out
		}
		at += i
		for len(taken) > 0 && taken[0].end <= at {
			taken = taken[1:]
		}
		if len(taken) > 0 && taken[0].start <= at {
			at = taken[0].end
			continue
		}
		e, ok := localEntry(data, at)
		if !ok {
			at += len(localSignature)
			continue
		}
		if !e.isDirectory() {
			out = append(out, e)
		}
		at = max(e.end, at+len(localSignature))
	}
	return out
}

// localEntry reads the header in front of a file.
func localEntry(data []byte, at int) (Entry, bool) {
	r := data[at:]
	if len(r) < localLength {
		return Entry{}, false
	}
	nameLength := int(binary.LittleEndian.Uint16(r[26:]))
	extraLength := int(binary.LittleEndian.Uint16(r[28:]))
	start := localLength + nameLength + extraLength
	if start > len(r) || nameLength == 0 {
		return Entry{}, false
	}
	flags := binary.LittleEndian.Uint16(r[6:])
	e := Entry{
		Name:       string(r[localLength : localLength+nameLength]),
		Encrypted:  flags&1 != 0,
		Method:     binary.LittleEndian.Uint16(r[8:]),
		crc:        binary.LittleEndian.Uint32(r[14:]),
		compressed: uint64(binary.LittleEndian.Uint32(r[18:])),
		size:       uint64(binary.LittleEndian.Uint32(r[22:])),
		checked:    flags&8 == 0,
		header:     at,
	}
	if methods[e.Method] == "" {
		return Entry{}, false
	}
	extra := r[localLength+nameLength : start]
	e.Cipher = cipher(flags, e.Method, extra)
	e.widen(extra)
	body := r[start:]
	length := len(body)
	if e.checked && e.compressed <= uint64(len(body)) {
		length = int(e.compressed)
	} else if i := nextRecord(body); i >= 0 {
		length = i // sizes stand behind the data, or are wrong
	}
	e.body = body[:length]
	e.end = at + start + length
	return e, true
}

// nextRecord returns where the next record of any kind begins. Compressed data
// holds a signature by chance once in a gigabyte.
func nextRecord(body []byte) int {
	first := -1
	for _, s := range []string{localSignature, directorySignature, dataSignature} {
		limit := len(body)
		if first >= 0 {
			limit = first
		}
		if i := bytes.Index(body[:limit], []byte(s)); i >= 0 {
			first = i
		}
	}
	return first
}
