package detect_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// edit makes a new text from base as a delta does: copies in any order, also
// overlapping ones, and insertions between them.
func edit(r *rand.Rand, base []byte) ([]byte, []detect.Segment) {
	var (
		text     []byte
		segments []detect.Segment
	)
	copied := func(from, n int) {
		segments = append(segments, detect.Segment{Dst: len(text), Src: from, Len: n})
		text = append(text, base[from:from+n]...)
	}
	inserted := func(piece []byte) {
		segments = append(segments, detect.Segment{Dst: len(text), Src: -1, Len: len(piece)})
		text = append(text, piece...)
	}
	at := 0
	for range 1 + r.IntN(4) {
		if at < len(base) {
			n := 1 + r.IntN(len(base)-at)
			if r.IntN(8) == 0 {
				from := r.IntN(len(base))
				copied(from, 1+r.IntN(min(len(base)-from, 2000)))
			}
			if r.IntN(4) == 0 { // in crumbs, so that seams are within reach of each other
				for end := min(at+n, at+400); at < end; {
					crumb := 1 + r.IntN(min(end-at, 20))
					copied(at, crumb)
					at += crumb
				}
				continue
			}
			copied(at, n)
			at += n
			at = min(len(base), at+r.IntN(30)) // a deletion
		}
		if r.IntN(3) > 0 {
			inserted(randomText(r, 1+r.IntN(60)))
		}
	}
	if at < len(base) {
		copied(at, len(base)-at)
	}
	return text, segments
}

// unplaced removes what ScanTraced and ScanDelta leave for later.
func unplaced(hits []detect.Hit) []detect.Hit {
	for i := range hits {
		hits[i].Position = detect.Position{}
	}
	return hits
}

// same compares hit by hit, which is much faster than comparing the slices.
func same(t *testing.T, want, got []detect.Hit, msg ...any) {
	t.Helper()
	require.Len(t, got, len(want), msg...)
	for i := range want {
		w, g := want[i], got[i]
		if w.Rule != g.Rule || w.Value != g.Value || w.Offset != g.Offset || w.Evidence[0] != g.Evidence[0] || w.Allowed != g.Allowed {
			require.Equal(t, w, g, msg...)
		}
	}
}

// seeds is how many histories are made: a quarter where time is short.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return n / 4
	}
	return n
}

// The identity that delta scanning rests on: whatever the history of edits, a
// text scanned by its deltas gives what it gives when scanned in full. The
// witness detector reports a hash of its whole window, so a single window that
// was wrongly carried over shows.
func TestScanningDeltasFindsWhatScanningInFullFinds(t *testing.T) {
	set := detect.NewSet(newWitness())
	for seed := range seeds(1000) {
		r := rand.New(rand.NewPCG(seed, 9))
		text := randomText(r, 1+r.IntN(40_000))
		trace := set.ScanTraced(text, detect.Text{}, func(detect.Hit) {})
		for generation := range 6 {
			child, segments := edit(r, text)
			var got []detect.Hit
			trace = set.ScanDelta(child, detect.Text{}, trace, segments, func(h detect.Hit) { got = append(got, h) })
			want := unplaced(scan(set, child, detect.Text{}))
			same(t, want, got, "seed %d, generation %d", seed, generation)
			full := set.ScanTraced(child, detect.Text{}, func(detect.Hit) {})
			require.Equal(t, full.Len(), trace.Len(), "each trigger once: seed %d, generation %d", seed, generation)
			text = child
		}
	}
}

// tired gives up whatever it is asked about.
type tired struct{ witness }

func (tired) Detect(w *detect.Window, _ func(detect.Match)) {
	w.Look(4, 4)
	w.GiveUp("tired")
}

func TestWhatWasGivenUpIsToldOfInEachVersionThatHoldsIt(t *testing.T) {
	set := detect.NewSet(tired{newWitness()})
	told := 0
	how := detect.Text{GaveUp: func(reason string) { require.Equal(t, "tired", reason); told++ }}
	drop := func(detect.Hit) {}
	text := []byte("lorem ipsum key lorem ipsum")
	trace := set.ScanTraced(text, how, drop)
	require.Equal(t, 1, told)

	longer := append([]byte("more "), text...)
	trace = set.ScanDelta(longer, how, trace, []detect.Segment{{Dst: 0, Src: -1, Len: 5}, {Dst: 5, Src: 0, Len: len(text)}}, drop)
	require.Equal(t, 2, told, "carried over")
	trace = set.ScanDelta(longer, how, trace, []detect.Segment{{Dst: 0, Src: 0, Len: len(longer)}}, drop)
	require.Equal(t, 3, told, "and once more")

	set.ScanDelta(longer[:12], how, trace, []detect.Segment{{Dst: 0, Src: 0, Len: 12}}, drop)
	require.Equal(t, 3, told, "it is gone")
}

func TestADeltaOfABaseReadDifferentlyIsScannedInFull(t *testing.T) {
	set := detect.NewSet(newWitness())
	base := set.ScanTraced([]byte("x\x00key"), detect.Text{Binary: true}, func(detect.Hit) {})
	text := []byte("key key")
	var got []detect.Hit
	set.ScanDelta(text, detect.Text{}, base, []detect.Segment{{Dst: 0, Src: 2, Len: 3}, {Dst: 3, Src: -1, Len: 4}},
		func(h detect.Hit) { got = append(got, h) })
	same(t, unplaced(scan(set, text, detect.Text{})), got)
}

func BenchmarkScanDelta(b *testing.B) {
	set := detect.NewSet(newWitness())
	r := rand.New(rand.NewPCG(1, 2))
	text := randomText(r, 200_000)
	trace := set.ScanTraced(text, detect.Text{}, func(detect.Hit) {})
	mid := len(text) / 2
	child := append(append(append([]byte{}, text[:mid]...), "inserted key"...), text[mid:]...)
	segments := []detect.Segment{{Dst: 0, Src: 0, Len: mid}, {Dst: mid, Src: -1, Len: 12}, {Dst: mid + 12, Src: mid, Len: len(text) - mid}}
	b.SetBytes(int64(len(child)))
	for b.Loop() {
		set.ScanDelta(child, detect.Text{}, trace, segments, func(detect.Hit) {})
	}
}

// encodedText is random text with pieces of it encoded, wrapped, compressed and escaped.
func encodedText(r *rand.Rand, size int) []byte {
	var b bytes.Buffer
	for b.Len() < size {
		piece := randomText(r, 1+r.IntN(400))
		switch r.IntN(10) {
		case 0:
			b.WriteString(base64.StdEncoding.EncodeToString(piece))
		case 1:
			b.WriteString(base64.RawURLEncoding.EncodeToString(compressed(piece)))
		case 2:
			b.WriteString(hex.EncodeToString(piece))
		case 3, 4:
			b.WriteString(wrapped(base64.StdEncoding.EncodeToString(piece), 4*(8+r.IntN(12)), []string{"\n", "\\n", "\" +\n  \""}[r.IntN(3)]))
		case 5:
			b.WriteString(wrapped(base64.StdEncoding.EncodeToString(compressed(piece)), 64, "\r\n  "))
		case 6:
			b.WriteString(base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString(piece))))
		case 7, 8:
			b.Write(escapedText(r, piece[:min(len(piece), 60)]))
		default:
			b.Write(piece)
		}
		b.WriteString([]string{"\n", " ", "", "\"", ": ", "=", "/"}[r.IntN(7)])
	}
	return b.Bytes()[:size]
}

func escapedText(r *rand.Rand, piece []byte) []byte {
	forms := []string{"\\u%04x", "\\x%02x", "&#%d;", "%%%02X", "\\%03o", "\x1b[3%[1]cm%[1]c\x1b[0m", "\u200b%c"}
	form := forms[r.IntN(len(forms))]
	var b bytes.Buffer
	for _, c := range piece {
		if c < 0x80 && r.IntN(3) > 0 {
			fmt.Fprintf(&b, form, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.Bytes()
}

func wrapped(s string, width int, at string) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + at)
		s = s[width:]
	}
	return b.String() + s
}

func compressed(piece []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(piece)
	_ = w.Close()
	return b.Bytes()
}

// What is decoded is subject to the same identity: what a run decodes to reaches as far as
// the run does, and detectors look out of it at what stands around it.
func TestScanningDeltasFindsWhatIsEncodedAsScanningInFullDoes(t *testing.T) {
	set := detect.NewSet(newWitness())
	inside := 0
	for seed := range seeds(40) {
		r := rand.New(rand.NewPCG(seed, 10))
		text := encodedText(r, 1+r.IntN(20_000))
		trace := set.ScanTraced(text, detect.Text{}, func(detect.Hit) {})
		for generation := range 6 {
			child, segments := edit(r, text)
			var got []detect.Hit
			trace = set.ScanDelta(child, detect.Text{}, trace, segments, func(h detect.Hit) { got = append(got, h) })
			want := unplaced(scan(set, child, detect.Text{}))
			same(t, want, got, "seed %d, generation %d", seed, generation)
			full := set.ScanTraced(child, detect.Text{}, func(detect.Hit) {})
			require.Equal(t, full.Len(), trace.Len(), "each trigger once: seed %d, generation %d", seed, generation)
			text = child
			for _, h := range got {
				if h.Inside != nil {
					inside++
				}
			}
		}
	}
	require.Greater(t, inside, 2_000, "values that were decoded")
}
