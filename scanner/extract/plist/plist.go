package plist

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/printable"
)

const magic = "bplist00"

// New returns the extractor of binary property lists.
func New() *extract.Extractor {
	return &extract.Extractor{
		Name:    "binary property list",
		Claims:  func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) },
		Extract: run,
	}
}

// What a list may make us do: objects may be part of each other over and over.
const (
	deepest     = 64
	mostVisits  = 1 << 18
	trailerSize = 32
)

func run(_ context.Context, doc *extract.Document, out *extract.Output) error {
	data, err := doc.Bytes()
	if err != nil {
		return err
	}
	r := &reader{out: out, data: data}
	top, ok := r.trailer()
	if !ok {
		return fmt.Errorf("%w: no table of objects", extract.ErrDamaged)
	}
	out.Begin("")
	if err := r.object(top, nil, ""); err != nil {
		return err
	}
	switch {
	case r.visits > mostVisits:
		return &extract.OverBudget{Limit: "its objects are part of each other over and over"}
	case r.damaged:
		return fmt.Errorf("%w: objects are missing", extract.ErrDamaged)
	}
	return nil
}

type reader struct {
	out     *extract.Output
	data    []byte // up to the table of offsets
	offsets []byte
	width   int // of an offset
	ref     int // of a reference
	visits  int
	damaged bool
}

// trailer reads the end of the file, and returns the number of the outermost object.
func (r *reader) trailer() (top uint64, ok bool) {
	if len(r.data) < len(magic)+trailerSize {
		return 0, false
	}
	t := r.data[len(r.data)-trailerSize:]
	r.width, r.ref = int(t[6]), int(t[7])
	table := binary.BigEndian.Uint64(t[24:])
	if r.width < 1 || r.width > 8 || r.ref < 1 || r.ref > 8 || table > uint64(len(r.data)-trailerSize) {
		return 0, false
	}
	r.data, r.offsets = r.data[:table], r.data[table:len(r.data)-trailerSize]
	return binary.BigEndian.Uint64(t[16:]), true
}

// number returns a number of the size that the slice has.
func number(b []byte) uint64 {
	v := uint64(0)
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// at returns the object with a number from its marker on, nil if there is none.
func (r *reader) at(object uint64) []byte {
	if object < uint64(len(r.offsets)/r.width) {
		if offset := number(r.offsets[int(object)*r.width:][:r.width]); offset < uint64(len(r.data)) {
			return r.data[offset:]
		}
	}
	r.damaged = true
	return nil
}

// object writes an object that stands at a path, under a key or an index.
func (r *reader) object(n uint64, path []string, label string) error {
	r.visits++
	if r.visits > mostVisits || len(path) > deepest {
		r.visits = mostVisits + 1
		return r.out.Err()
	}
	b := r.at(n)
	if b == nil {
		return r.out.Err()
	}
	kind := b[0] >> 4
	switch kind {
	case 0x0, 0x8: // true, false, fill; a reference of an archived object
		return r.out.Err()
	case 0x1, 0x2, 0x3:
		size := 1 << (b[0] & 15)
		if size > 16 || size+1 > len(b) {
			r.damaged = true
			return nil
		}
		return r.line(path, label, scalar(kind, b[1:1+size]))
	}
	length, rest, ok := r.length(b)
	if !ok {
		r.damaged = true
		return nil
	}
	switch kind {
	case 0x4, 0x5, 0x6, 0x7:
		return r.text(kind, r.cut(rest, length, unit(kind)), path, label)
	case 0xa, 0xb, 0xc:
		refs := r.cut(rest, length, r.ref)
		for i := 0; len(refs) >= r.ref; i, refs = i+1, refs[r.ref:] {
			if err := r.object(number(refs[:r.ref]), append(path[:len(path):len(path)], strconv.Itoa(i)), label); err != nil {
				return err
			}
		}
	case 0xd:
		refs := r.cut(rest, length, 2*r.ref)
		values := refs[len(refs)/2/r.ref*r.ref:]
		for i := 0; i+r.ref <= len(refs)/2 && i+r.ref <= len(values); i += r.ref {
			key := r.key(number(refs[i:][:r.ref]))
			if err := r.object(number(values[i:][:r.ref]), append(path[:len(path):len(path)], key), key); err != nil {
				return err
			}
		}
	default:
		r.damaged = true
	}
	return r.out.Err()
}

// length returns how many elements an object has: in its marker, or in a number behind that.
func (r *reader) length(b []byte) (n uint64, rest []byte, ok bool) {
	if n = uint64(b[0] & 15); n < 15 {
		return n, b[1:], true
	}
	if len(b) < 2 || b[1]>>4 != 1 || b[1]&15 > 3 {
		return 0, nil, false
	}
	size := 1 << (b[1] & 15)
	if len(b) < 2+size {
		return 0, nil, false
	}
	return number(b[2 : 2+size]), b[2+size:], true
}

// cut returns so many elements of a size, as many as there are.
func (r *reader) cut(b []byte, n uint64, size int) []byte {
	if n > uint64(len(b)/size) {
		r.damaged = true
		n = uint64(len(b) / size)
	}
	return b[:int(n)*size]
}

// key returns a string, "" if it is none.
func (r *reader) key(n uint64) string {
	b := r.at(n)
	if b == nil || b[0]>>4 != 5 && b[0]>>4 != 6 {
		return ""
	}
	length, rest, ok := r.length(b)
	if !ok {
		return ""
	}
	const longest = 256
	return decoded(b[0]>>4, r.cut(rest, min(length, longest), unit(b[0]>>4)))
}

// unit is the size of a character: two bytes in a string of UTF-16.
func unit(kind byte) int {
	if kind == 6 {
		return 2
	}
	return 1
}

func decoded(kind byte, b []byte) string {
	if kind != 6 {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

func scalar(kind byte, b []byte) string {
	switch {
	case kind == 1:
		return strconv.FormatUint(number(b), 10)
	case len(b) == 4:
		return strconv.FormatFloat(float64(math.Float32frombits(uint32(number(b)))), 'f', -1, 32)
	}
	return strconv.FormatFloat(math.Float64frombits(number(b)), 'f', -1, 64)
}

// text writes a string, or what data holds.
func (r *reader) text(kind byte, b []byte, path []string, label string) error {
	if kind != 4 {
		return r.line(path, label, decoded(kind, b))
	}
	if r.out.Claims(b) {
		return r.out.EmbedBytes("", strings.Join(path, " › "), b)
	}
	for run := range printable.Runs(b) {
		if err := r.line(path, label, string(run)); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) line(path []string, label, value string) error {
	r.out.Place(strings.Join(path, " › "))
	if label != "" {
		value = label + " = " + value
	}
	_, err := r.out.WriteString(strings.ReplaceAll(value, "\x00", " ") + "\n")
	return err
}
