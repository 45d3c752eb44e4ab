package detect_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// dumpers write bytes as programs do that show them to people. Each holds what such a program
// writes of lines of sixteen.
var dumpers = map[string]func(data []byte) string{
	"xxd": func(data []byte) string { return dumped(data, "%08x:", "", 2, false, "  %s") },
	"xxd with single bytes": func(data []byte) string {
		return dumped(data, "%08x:", "", 1, false, "  %s")
	},
	"xxd with the lower byte first": func(data []byte) string { return dumped(data, "%08x:", "", 4, true, "  %s") },
	"hexdump -C":                    func(data []byte) string { return hex.Dump(data) },
	"hexdump":                       func(data []byte) string { return dumped(data, "%07x", "", 2, true, "") },
	"od -x":                         func(data []byte) string { return dumped(data, "%07o", "", 2, true, "") },
	"od -A x -t x1z":                func(data []byte) string { return dumped(data, "%06x", "", 1, false, "  >%s<") },
	"od": func(data []byte) string {
		return lines(data, func(b *strings.Builder, at int, line []byte) {
			fmt.Fprintf(b, "%07o", at)
			for i := 0; i < len(line); i += 2 {
				word := append(bytes.Clone(line[i:min(i+2, len(line))]), 0)
				fmt.Fprintf(b, " %06o", int(word[0])|int(word[1])<<8)
			}
		})
	},
	"od -c": func(data []byte) string {
		return lines(data, func(b *strings.Builder, at int, line []byte) {
			fmt.Fprintf(b, "%07o", at)
			for _, c := range line {
				switch {
				case c == '\n':
					b.WriteString("  \\n")
				case c < ' ' || c > '~':
					fmt.Fprintf(b, " %03o", c)
				default:
					fmt.Fprintf(b, "   %c", c)
				}
			}
		})
	},
	"tcpdump -X":   func(data []byte) string { return dumped(data, "0x%04x: ", "\t", 2, false, "  %s") },
	"Format-Hex":   func(data []byte) string { return dumped(data, "%08X  ", "", 1, false, "  %s") },
	"in a comment": func(data []byte) string { return dumped(data, "%08x:", "// ", 2, false, "  %s") },
	"xxd -i": func(data []byte) string {
		return "unsigned char x[] = {\n" + lines(data, func(b *strings.Builder, _ int, line []byte) {
			for _, c := range line {
				fmt.Fprintf(b, " 0x%02x,", c)
			}
		}) + "};\n"
	},
	"a registry's export": func(data []byte) string {
		list := strings.TrimSuffix(fmt.Sprintf("% x ", data), " ")
		list = strings.ReplaceAll(list, " ", ",")
		return "\"value\"=hex:" + strings.ReplaceAll(list, "0a,", "0a,\\\r\n  ") + "\r\n"
	},
}

func lines(data []byte, write func(b *strings.Builder, at int, line []byte)) string {
	var b strings.Builder
	for at := 0; at < len(data); at += 16 {
		write(&b, at, data[at:min(at+16, len(data))])
		b.WriteByte('\n')
	}
	return b.String()
}

// dumped writes words of so many bytes, with the characters behind them if shown is a format.
func dumped(data []byte, offset, prefix string, word int, turned bool, shown string) string {
	return lines(data, func(b *strings.Builder, at int, line []byte) {
		b.WriteString(prefix)
		fmt.Fprintf(b, offset, at)
		for i := 0; i < 16; i += word {
			w := bytes.Clone(line[min(i, len(line)):min(i+word, len(line))])
			if turned {
				for j := 0; j < len(w)/2; j++ {
					w[j], w[len(w)-1-j] = w[len(w)-1-j], w[j]
				}
			}
			if len(w) > 0 || shown != "" {
				fmt.Fprintf(b, " %*s", 2*word, hex.EncodeToString(w))
			}
		}
		if shown != "" {
			fmt.Fprintf(b, shown, strings.Map(func(r rune) rune {
				if r < ' ' || r > '~' {
					return '.'
				}
				return r
			}, string(line)))
		}
	})
}

// dumpedText is long enough for several lines, with a value that goes over the end of one.
const dumpedText = "the first words of a file\nand some more:\n123456789012 is its number\n"

func TestHexDumpsAreDecodedWhereTheyShowIt(t *testing.T) {
	set := detect.NewSet(newWitness())
	for name, dump := range dumpers {
		text := "before\n\n" + dump([]byte(dumpedText)) + "\nafter\n"
		var found *detect.Hit
		for _, h := range scan(set, []byte(text), detect.Text{}) {
			if h.Value == "123456789012" && len(h.Inside) > 0 {
				found = &h
			}
		}
		require.NotNil(t, found, "%s:\n%s", name, text)
		assert.Equal(t, []string{"hex dump"}, found.Inside, name)
		if name == "a registry's export" {
			continue // its lines are others
		}
		first := strings.Index(dumpedText, "123456789012") / 16
		header := strings.Count(dump(nil), "\n") / 2
		assert.Equal(t, 3+header+first, found.Line, "%s:\n%s", name, text)
		assert.Greater(t, found.Column, 1, name)
	}
}

// A dump of something compressed, of UTF-16, and of bytes that are no text.
func TestWhatADumpShowsIsLookedAtLikeAFile(t *testing.T) {
	set := detect.NewSet(newWitness())
	var wide []byte
	for _, c := range dumpedText {
		wide = append(wide, byte(c), 0)
	}
	for name, c := range map[string]struct {
		data   []byte
		inside []string
	}{
		"gzip":   {compressed([]byte(dumpedText)), []string{"hex dump", "gzip"}},
		"UTF-16": {wide, []string{"hex dump"}},
		"binary": {append(bytes.Repeat([]byte{0, 1, 2, 0xff}, 100), dumpedText...), []string{"hex dump"}},
	} {
		for _, dumper := range []string{"xxd", "hexdump -C", "hexdump"} {
			var inside []string
			for _, h := range scan(set, []byte(dumpers[dumper](c.data)), detect.Text{}) {
				if h.Value == "123456789012" && len(h.Inside) > 0 {
					inside = h.Inside
				}
			}
			assert.Equal(t, c.inside, inside, "%s by %s", name, dumper)
		}
	}
}

func TestWhatIsNoDumpIsNotDecoded(t *testing.T) {
	set := detect.NewSet(newWitness())
	for name, text := range map[string]string{
		"a number":            "x = 1000000000: 3132 3334 3536 3738 3930 3132\n",
		"offsets that jump":   "00000000: 3132 3334 3536\n00000100: 3738 3930 3132 3132\n",
		"words":               "00000000: the quick brown fox\n",
		"an empty list":       "int x[] = {};\n",
		"a list of numbers":   "int x[] = { 123, 456, 789, 123, 456, 789, 123, 456, 789 };\n",
		"zeros at the end":    strings.Repeat("0", 100),
		"an offset alone":     "00000000: ",
		"a table":             "\n0000000 1 2 3\n0000001 1 2 3\n",
		"an entry with a key": "\"key\"=hex:31,32\n",
	} {
		for _, h := range scan(set, []byte(text), detect.Text{}) {
			assert.Empty(t, h.Inside, name)
		}
	}
}

// A change anywhere in a file with dumps leads to what the whole file leads to.
func TestDumpsInDeltas(t *testing.T) {
	set := detect.NewSet(newWitness())
	r := rand.New(rand.NewPCG(5, 6))
	for name, dump := range dumpers {
		base := "some text\n" + dump([]byte(strings.Repeat(dumpedText, 3))) + "more text\n" + dump([]byte(dumpedText))
		trace := set.ScanTraced([]byte(base), detect.Text{}, func(detect.Hit) {})
		for range 60 {
			at := r.IntN(len(base))
			cut := min(r.IntN(6), len(base)-at)
			insert := []string{"", "0", "\n", "00000000: 3132", "4", " "}[r.IntN(6)]
			text := base[:at] + insert + base[at+cut:]
			segments := []detect.Segment{}
			if at > 0 {
				segments = append(segments, detect.Segment{Src: 0, Dst: 0, Len: at})
			}
			if insert != "" {
				segments = append(segments, detect.Segment{Src: -1, Dst: at, Len: len(insert)})
			}
			if rest := len(base) - at - cut; rest > 0 {
				segments = append(segments, detect.Segment{Src: at + cut, Dst: at + len(insert), Len: rest})
			}
			var want, got []detect.Hit
			set.ScanTraced([]byte(text), detect.Text{}, func(h detect.Hit) { want = append(want, h) })
			set.ScanDelta([]byte(text), detect.Text{}, trace, segments, func(h detect.Hit) { got = append(got, h) })
			same(t, want, got)
			if t.Failed() {
				t.Fatalf("%s: %q for %d bytes at %d of\n%s", name, insert, cut, at, base)
			}
		}
	}
}

// Whatever stands around a dump, its hits lie in the text, and a stream finds the same ones.
func FuzzDump(f *testing.F) {
	for _, dump := range dumpers {
		f.Add([]byte("text\n" + dump([]byte(dumpedText))))
	}
	fuzzDecoding(f)
}
