package detect_test

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// witness reports its trigger together with a hash of all that its window
// shows: two scans that agree on its hits have cut the same windows.
type witness struct{ rule *finding.Rule }

var witnessSeed = maphash.MakeSeed()

func newWitness() witness {
	return witness{&finding.Rule{ID: "witness", Kind: finding.Token, Severity: finding.Low}}
}

func (w witness) Rules() []*finding.Rule { return []*finding.Rule{w.rule} }

func (w witness) Triggers() []detect.Trigger {
	return []detect.Trigger{{Literal: "key"}, {Digits: true}, {Literal: "Token", Fold: true},
		{Literal: "literal beyond its head"}, {Literal: "Another Literal of Length", Fold: true}}
}

func (w witness) Detect(win *detect.Window, report func(detect.Match)) {
	if win.Trigger == 2 || win.Trigger == 4 { // one that looks at little
		win.Look(40, 20)
	} else {
		win.LookAll()
	}
	report(detect.Match{
		Rule: w.rule, Start: win.Start, End: win.End, Confidence: 1,
		Evidence: []string{strconv.FormatUint(maphash.Bytes(witnessSeed, win.Text)+uint64(win.Trigger), 36)},
	})
}

func scan(set *detect.Set, text []byte, how detect.Text) []detect.Hit {
	var hits []detect.Hit
	set.Scan(text, how, func(h detect.Hit) { hits = append(hits, h) })
	return hits
}

func randomText(r *rand.Rand, size int) []byte {
	pieces := []string{"key", "token", "TOKEN", "\n", " ", "0123", "-", "123456789012", "lorem ipsum ", "ke", "\r\n", "ü",
		"literal beyond its head", "literal beyond ", "literal beyond its ", "head", "ANOTHER literal OF length", "another literal "}
	var b bytes.Buffer
	for b.Len() < size {
		if r.IntN(50) == 0 {
			b.WriteString(strings.Repeat("filler ", r.IntN(1500)))
		}
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.Bytes()[:size]
}

func TestStreamingSeesTheSameWindowsAsScanning(t *testing.T) {
	set := detect.NewSet(newWitness())
	r := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{0, 1, 13, 5000, 1 << 20, 1<<20 + detect.After, 3<<20 + 17} {
		text := randomText(r, size)
		want := scan(set, text, detect.Text{})
		var got []detect.Hit
		n, err := set.Stream(iotest.DataErrReader(bytes.NewReader(text)), detect.Text{}, func(h detect.Hit) { got = append(got, h) })
		require.NoError(t, err)
		assert.EqualValues(t, len(text), n)
		require.Len(t, got, len(want), "%d bytes", size)
		require.Equal(t, want, got, "%d bytes", size)
	}
}

func TestALongLiteralIsFoundWhole(t *testing.T) {
	set := detect.NewSet(newWitness())
	text := "literal beyond its hea, Literal beyond its head, literal beyond its head; ANOTHER Literal Of lengt_ aNOTHER literal of length, literal beyond"
	var got []string
	for _, h := range scan(set, []byte(text), detect.Text{}) {
		got = append(got, h.Value)
	}
	assert.Equal(t, []string{"literal beyond its head", "aNOTHER literal of length"}, got)
}

func TestPositionsCountLinesAndBytes(t *testing.T) {
	set := detect.NewSet(newWitness())
	hits := scan(set, []byte("key\r\n  ü key\n\n\tkey"), detect.Text{})
	var got []string
	for _, h := range hits {
		got = append(got, fmt.Sprintf("%d:%d-%d", h.Line, h.Column, h.EndColumn))
	}
	assert.Equal(t, []string{"1:1-4", "2:6-9", "4:2-5"}, got)
}

func TestBinaryWindowsEndAtUnprintableBytes(t *testing.T) {
	var seen string
	set := detect.NewSet(spy{func(w *detect.Window) { seen = string(w.Text) }})
	set.Scan([]byte("junk\x00\x01before key after\x02more"), detect.Text{Binary: true}, func(detect.Hit) {})
	assert.Equal(t, "before key after", seen)
}

type spy struct{ see func(*detect.Window) }

func (spy) Rules() []*finding.Rule                            { return nil }
func (spy) Triggers() []detect.Trigger                        { return []detect.Trigger{{Literal: "key"}} }
func (s spy) Detect(w *detect.Window, _ func(m detect.Match)) { w.LookAll(); s.see(w) }

func TestOfTwoMatchesAtOnePlaceTheSurerOneCounts(t *testing.T) {
	text := []byte("key=token key=token")
	for _, sure := range [][]float64{{0.6, 0.9}, {0.9, 0.6}, {0.9, 0.9}} {
		set := detect.NewSet(twice{&finding.Rule{ID: "r"}, sure})
		var streamed, traced []detect.Hit
		_, err := set.Stream(bytes.NewReader(text), detect.Text{}, func(h detect.Hit) { streamed = append(streamed, h) })
		require.NoError(t, err)
		set.ScanTraced(text, detect.Text{}, func(h detect.Hit) { traced = append(traced, h) })
		for way, hits := range map[string][]detect.Hit{"whole": scan(set, text, detect.Text{}), "streamed": streamed, "traced": traced} {
			require.Len(t, hits, 2, way)
			for i, h := range hits {
				assert.EqualValues(t, 4+10*i, h.Offset, way)
				assert.InDelta(t, 0.9, h.Confidence, 0, "%s: %v", way, sure)
			}
		}
	}
}

// twice reports the same match for both of its triggers.
type twice struct {
	rule *finding.Rule
	sure []float64
}

func (d twice) Rules() []*finding.Rule { return []*finding.Rule{d.rule} }
func (twice) Triggers() []detect.Trigger {
	return []detect.Trigger{{Literal: "key="}, {Literal: "token"}}
}
func (d twice) Detect(w *detect.Window, report func(detect.Match)) {
	w.LookAll()
	at := w.Start + 4*(1-w.Trigger) // of the token
	report(detect.Match{Rule: d.rule, Start: at, End: at + 5, Confidence: d.sure[w.Trigger]})
}

func TestAllowMarks(t *testing.T) {
	set := detect.NewSet(newWitness())
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"in the line":                   {"key # deputy:allow witness published on purpose", true},
		"alone in the line above":       {"# deputy:allow witness published on purpose\nkey", true},
		"behind code in the line above": {"x = 1 # deputy:allow witness published\nkey", false},
		"without a reason":              {"key # deputy:allow witness", false},
		"with a reason of punctuation":  {"key <!-- deputy:allow witness -->", false},
		"for another rule":              {"key # deputy:allow other reason", false},
		"above another mark":            {"# deputy:allow witness reason\n# deputy:allow other reason\nkey", true},
		"in a script of its own":        {"key # deputy:allow witness テスト", true},
		"with a dash in front":          {"key # deputy:allow witness - reason", true},
		"of several rules":              {"key # deputy:allow other, witness reason", true},
		"of another scanner":            {"key # gitleaks:allow", true},
		"in a batch file":               {"REM deputy:allow witness reason\nkey", true},
		"two lines above":               {"# deputy:allow witness reason\n\nkey", false},
	} {
		t.Run(name, func(t *testing.T) {
			hits := scan(set, []byte(c.text), detect.Text{})
			require.NotEmpty(t, hits)
			assert.Equal(t, c.want, hits[0].Allowed)
		})
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte("key token 123456789012"), uint16(3))
	set := detect.NewSet(newWitness())
	f.Fuzz(func(t *testing.T, piece []byte, repeat uint16) {
		text := bytes.Repeat(piece, 1+int(repeat)%2000)
		want := scan(set, text, detect.Text{})
		var got []detect.Hit
		if _, err := set.Stream(bytes.NewReader(text), detect.Text{}, func(h detect.Hit) { got = append(got, h) }); err != nil {
			t.Fatal(err)
		}
		if len(want) != len(got) {
			t.Fatalf("%d hits scanned, %d streamed", len(want), len(got))
		}
		for i := range want {
			if fmt.Sprint(want[i]) != fmt.Sprint(got[i]) {
				t.Fatalf("hit %d: scanned %v, streamed %v", i, want[i], got[i])
			}
		}
	})
}
