package plist_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/plist"
)

// writer makes a list with references and offsets of two bytes.
type writer struct{ objects [][]byte }

func (w *writer) add(b ...byte) int {
	w.objects = append(w.objects, b)
	return len(w.objects) - 1
}

func sized(kind byte, n int) []byte {
	if n < 15 {
		return []byte{kind<<4 | byte(n)}
	}
	return []byte{kind<<4 | 15, 0x11, byte(n >> 8), byte(n)}
}

func (w *writer) text(s string) int { return w.add(append(sized(5, len(s)), s...)...) }

func (w *writer) wide(s string) int {
	units := utf16.Encode([]rune(s))
	b := sized(6, len(units))
	for _, u := range units {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return w.add(b...)
}

func (w *writer) number(v uint64) int {
	return w.add(binary.BigEndian.AppendUint64([]byte{0x13}, v)...)
}

func (w *writer) data(s string) int { return w.add(append(sized(4, len(s)), s...)...) }

// of makes an array, or a dictionary of keys and values.
func (w *writer) of(kind byte, refs ...int) int {
	n := len(refs)
	if kind == 0xd {
		n /= 2
	}
	b := sized(kind, n)
	for _, r := range refs {
		b = binary.BigEndian.AppendUint16(b, uint16(r))
	}
	return w.add(b...)
}

func (w *writer) bytes(top int) []byte {
	b := []byte("bplist00")
	var table []byte
	for _, o := range w.objects {
		table = binary.BigEndian.AppendUint16(table, uint16(len(b)))
		b = append(b, o...)
	}
	at := len(b)
	b = append(append(b, table...), 0, 0, 0, 0, 0, 0, 2, 2)
	b = binary.BigEndian.AppendUint64(b, uint64(len(w.objects)))
	b = binary.BigEndian.AppendUint64(b, uint64(top))
	return binary.BigEndian.AppendUint64(b, uint64(at))
}

func sample() []byte {
	w := &writer{}
	inner := w.of(0xd, w.text("account"), w.text("role"), w.number(123456789012), w.wide("Köln, arn:aws:iam::123456789012"))
	list := w.of(0xa, w.text("first"), inner)
	return w.bytes(w.of(0xd, w.text("customers"), w.text("blob"), w.text("long"), list, w.data("\x00\x01readable in data\x00"), w.text(strings.Repeat("long ", 20))))
}

func TestBinaryPropertyLists(t *testing.T) {
	extracttest.Accept(t, plist.New(), sample(),
		extracttest.Want{Text: "account = 123456789012", Place: "customers › 1 › account"},
		extracttest.Want{Text: "role = Köln, arn:aws:iam::123456789012", Place: "customers › 1 › role"},
		extracttest.Want{Text: "customers = first", Place: "customers › 0"},
		extracttest.Want{Text: "blob = readable in data", Place: "blob"},
		extracttest.Want{Text: "long long", Place: "long"})
}

// An array that holds itself, and arrays of arrays of arrays, each twice.
func TestAListThatHoldsItselfEnds(t *testing.T) {
	w := &writer{}
	_, err := extracttest.Extract(t, w.bytes(w.of(0xa, 0, 0)), plist.New())
	require.ErrorContains(t, err, "over budget")
	w = &writer{}
	last := w.text("x")
	for range 40 {
		last = w.of(0xa, last, last)
	}
	limits := extract.Defaults()
	limits.Text = 1 << 20
	_, err = extracttest.ExtractWithin(t, limits, w.bytes(last), plist.New())
	require.ErrorContains(t, err, "over budget")
}

func TestDamageIsTold(t *testing.T) {
	whole := sample()
	for n := range len(whole) {
		_, err := extracttest.Extract(t, whole[:n], plist.New())
		assert.Error(t, err, "cut at %d", n)
	}
}

func FuzzPlist(f *testing.F) {
	f.Add(sample())
	f.Add((&writer{}).bytes(0))
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, plist.New(), content) })
}
