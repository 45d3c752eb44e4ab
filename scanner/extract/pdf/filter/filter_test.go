package filter_test

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/filter"
)

const limit = 1 << 20

func zlibOf(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct {
		filter, data, want string
		params             filter.Params
	}{
		"hexadecimal":        {filter: "ASCIIHexDecode", data: "48 65\n6c6C 6f2>junk", want: "Hello "},
		"base 85":            {filter: "ASCII85Decode", data: "<~87cUR\nD]~>", want: "Hello"},
		"base 85, zeros":     {filter: "A85", data: "z~>", want: "\x00\x00\x00\x00"},
		"run length":         {filter: "RunLengthDecode", data: "\x02abc\xfed\x80rest", want: "abcddd"},
		"run length, cut":    {filter: "RL", data: "\x09abc", want: "abc"},
		"flate":              {filter: "FlateDecode", data: string(zlibOf([]byte("Hello"))), want: "Hello"},
		"flate, line before": {filter: "Fl", data: "\r\n" + string(zlibOf([]byte("Hello"))), want: "Hello"},
		"flate, no header":   {filter: "Fl", data: string(zlibOf([]byte("Hello"))[2:]), want: "Hello"},
		// The example of ISO 32000-2, 7.4.4.2.
		"LZW": {filter: "LZWDecode", data: "\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", want: "-----A---B"},
		"TIFF predictor": {
			filter: "FlateDecode", data: string(zlibOf([]byte{1, 1, 1, 10, 1, 1})), want: "\x01\x02\x03\x0a\x0b\x0c",
			params: filter.Params{Predictor: 2, Columns: 3, Colors: 1, BitsPerComponent: 8},
		},
		"TIFF predictor, bits": {
			filter: "FlateDecode", data: string(zlibOf([]byte{0b1100_0000})), want: "\x80",
			params: filter.Params{Predictor: 2, Columns: 8, Colors: 1, BitsPerComponent: 1},
		},
		"PNG predictors": {
			filter: "FlateDecode", data: string(zlibOf([]byte("\x00abc\x01a\x01\x01\x02\x00\x00\x01\x03\x00\x00\x00\x04\x00\x00\x00"))),
			want:   "abc" + "abc" + "abd" + "0I\x56" + "0I\x56",
			params: filter.Params{Predictor: 15, Columns: 3, Colors: 1, BitsPerComponent: 8},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := filter.Decode(c.filter, []byte(c.data), c.params, limit)
			require.NoError(t, err)
			assert.Equal(t, c.want, string(got))
		})
	}
}

// TIFF's LZW is PDF's with a table that grows late; it is the library's nearest.
func TestLZWOfManyCodes(t *testing.T) {
	text := strings.Repeat("account 123456789012 of many, ", 1000)
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.MSB, 8)
	w.Write([]byte(text))
	w.Close()
	got, err := filter.Decode("LZWDecode", b.Bytes(), filter.Params{LateChange: true}, limit)
	require.NoError(t, err)
	assert.Equal(t, text, string(got))
}

func TestDamagedFlateKeepsItsBeginning(t *testing.T) {
	text := strings.Repeat("a line of text\n", 500)
	data := zlibOf([]byte(text))
	got, err := filter.Decode("FlateDecode", data[:len(data)-10], filter.Params{}, limit)
	require.ErrorIs(t, err, filter.ErrDamaged)
	require.NotEmpty(t, got)
	assert.True(t, strings.HasPrefix(text, string(got)))
}

func TestWhatIsNotDecoded(t *testing.T) {
	for name, want := range map[string]error{"DCTDecode": filter.ErrImage, "JBIG2Decode": filter.ErrImage, "Unheard": filter.ErrUnknown} {
		_, err := filter.Decode(name, nil, filter.Params{}, limit)
		assert.ErrorIs(t, err, want, name)
	}
	for _, name := range []string{"FlateDecode", "RunLengthDecode"} {
		data := zlibOf(make([]byte, 1<<20))
		if name == "RunLengthDecode" {
			data = bytes.Repeat([]byte{129, 0}, 1<<10)
		}
		got, err := filter.Decode(name, data, filter.Params{}, 1000)
		require.ErrorIs(t, err, filter.ErrTooLong)
		assert.Len(t, got, 1000)
	}
}

func FuzzDecode(f *testing.F) {
	names := []string{"FlateDecode", "LZWDecode", "ASCIIHexDecode", "ASCII85Decode", "RunLengthDecode"}
	f.Add(uint8(0), zlibOf([]byte("\x02abc\x03def")), 15, 3, 1, 8)
	f.Add(uint8(1), []byte("\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"), 2, 5, 3, 4)
	f.Add(uint8(3), []byte("<~87cURD]~>"), 1, 1, 1, 1)
	f.Fuzz(func(t *testing.T, which uint8, data []byte, predictor, columns, colors, bits int) {
		p := filter.Params{Predictor: predictor, Columns: columns, Colors: colors, BitsPerComponent: bits}
		got, _ := filter.Decode(names[int(which)%len(names)], data, p, 1<<16)
		if len(got) > 1<<16 {
			t.Fatalf("%d bytes beyond the limit", len(got))
		}
	})
}
