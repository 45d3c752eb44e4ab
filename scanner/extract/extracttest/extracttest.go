// Package extracttest is what every extractor has to pass, and a sink that
// remembers what it is given.
package extracttest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Piece is the text that stands at one place.
type Piece struct {
	Inside string // the parts on the way, joined by " > "
	Place  string
	OCR    bool
	Text   string
}

// Recorder is a sink that remembers.
type Recorder struct {
	Pieces []Piece
	Rows   []string // of what was not read: "inside | place | reason"
	texts  int
	of     []int // the text that each piece belongs to
	now    Piece
	text   *strings.Builder // that of the last piece
}

// Begin implements extract.Sink.
func (r *Recorder) Begin(o extract.Origin) {
	r.texts++
	r.now = Piece{Inside: strings.Join(o.Inside, " > "), OCR: o.OCR}
}

// Place implements extract.Sink.
func (r *Recorder) Place(place string) { r.now.Place = place }

// Write implements extract.Sink.
func (r *Recorder) Write(text []byte) (int, error) {
	last := len(r.Pieces) - 1
	if last < 0 || r.of[last] != r.texts || r.Pieces[last].Place != r.now.Place {
		r.Pieces = append(r.Pieces, r.now)
		r.of = append(r.of, r.texts)
		r.text = &strings.Builder{}
		last++
	}
	r.text.Write(text)
	r.Pieces[last].Text = r.text.String() // no copy
	return len(text), nil
}

// Unexamined implements extract.Sink.
func (r *Recorder) Unexamined(at extract.Origin, place string, why finding.Reason) {
	r.Rows = append(r.Rows, strings.Join(at.Inside, " > ")+" | "+place+" | "+why.Detail)
}

// All returns all text, with a line break between places.
func (r *Recorder) All() string {
	var b strings.Builder
	for _, p := range r.Pieces {
		b.WriteString(p.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// String lists the pieces, for a test that failed.
func (r *Recorder) String() string {
	var b strings.Builder
	for _, p := range r.Pieces {
		fmt.Fprintf(&b, "[%s | %s] %q\n", p.Inside, p.Place, p.Text)
	}
	for _, u := range r.Rows {
		fmt.Fprintf(&b, "unexamined [%s]\n", u)
	}
	return b.String()
}

// Extract runs extractors over a document within the default limits and returns
// what they wrote.
func Extract(t testing.TB, content []byte, extractors ...*extract.Extractor) (*Recorder, error) {
	t.Helper()
	return ExtractWithin(t, extract.Defaults(), content, extractors...)
}

// ExtractWithin is Extract with limits.
func ExtractWithin(t testing.TB, limits extract.Limits, content []byte, extractors ...*extract.Extractor) (*Recorder, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limits.Time)
	defer cancel()
	r := &Recorder{}
	err := extract.InProcess(extractors, limits).Extract(ctx, extract.FromBytes("", content), r)
	return r, err
}

// Want is a text that a document holds and the place it is to be found at.
type Want struct {
	Text   string // a part of the text; space and line breaks as they come out
	Inside string // parts joined by " > "
	Place  string
}

// Find asserts that every text wanted is there, at its place.
func Find(t testing.TB, r *Recorder, want ...Want) {
	t.Helper()
	for _, w := range want {
		found, elsewhere := false, []string(nil)
		for _, p := range r.Pieces {
			if !strings.Contains(p.Text, w.Text) {
				continue
			}
			if p.Inside == w.Inside && p.Place == w.Place {
				found = true
				break
			}
			elsewhere = append(elsewhere, fmt.Sprintf("[%s | %s]", p.Inside, p.Place))
		}
		switch {
		case found:
		case len(elsewhere) > 0:
			assert.Failf(t, "at another place", "%q wanted at [%s | %s], stands at %s", w.Text, w.Inside, w.Place, strings.Join(elsewhere, ", "))
		default:
			assert.Failf(t, "not found", "%q\nin:\n%s", w.Text, r)
		}
	}
}

// Recall prints how many of the texts wanted are there and how many of these at
// their place, for `make quality`, and asserts that all are.
func Recall(t testing.TB, format string, r *Recorder, want ...Want) {
	t.Helper()
	found, placed := 0, 0
	for _, w := range want {
		holds := func(p Piece) bool { return strings.Contains(p.Text, w.Text) }
		if slices.ContainsFunc(r.Pieces, holds) {
			found++
		}
		if slices.ContainsFunc(r.Pieces, func(p Piece) bool { return holds(p) && p.Inside == w.Inside && p.Place == w.Place }) {
			placed++
		}
	}
	t.Logf("%s: %d of %d values found: recall %.4f; %d at the place that is right", format, found, len(want), float64(found)/float64(len(want)), placed)
	Find(t, r, want...)
}

// Accept runs what every extractor has to hold for a sound document: that it is
// claimed by its beginning, that its text is UTF-8 without NUL bytes, that two
// runs are alike, and that what is left of it when its end is cut off neither
// panics nor hangs nor passes for a whole one in silence where that can be reported.
func Accept(t *testing.T, e *extract.Extractor, content []byte, want ...Want) {
	t.Helper()
	require.True(t, e.Claims(content[:min(len(content), extract.Sniff)]), "%s does not claim its document", e.Name)
	r, err := Extract(t, content, e)
	require.NoError(t, err)
	Find(t, r, want...)
	Sound(t, r)
	again, err := Extract(t, content, e)
	require.NoError(t, err)
	assert.Equal(t, r.String(), again.String(), "two runs differ")
	for i := range 40 {
		cut, err := Extract(t, content[:i*len(content)/40], e)
		Sound(t, cut)
		if err != nil {
			assert.NotContains(t, err.Error(), "internal error", "cut after %d of 40", i)
		}
	}
}

// Sound asserts what holds for every output: text is UTF-8 without NUL. Parts
// in no known format are passed on as they are; documents given here hold none
// that are not text.
func Sound(t testing.TB, r *Recorder) {
	t.Helper()
	for _, p := range r.Pieces {
		if !utf8.ValidString(p.Text) || strings.IndexByte(p.Text, 0) >= 0 {
			t.Errorf("not text: [%s | %s] %.80q", p.Inside, p.Place, p.Text)
			return
		}
	}
	for _, u := range r.Rows {
		if strings.Contains(u, "internal error") {
			t.Error(u)
		}
	}
}

// Fuzz is the body of an extractor's fuzz target: any bytes end in time, within
// the budget, without a panic. Those who may read what lies inside can be given,
// too.
func Fuzz(t *testing.T, e *extract.Extractor, content []byte, inside ...*extract.Extractor) {
	t.Helper()
	limits := extract.Defaults()
	limits.Text, limits.Whole, limits.Parts, limits.Depth, limits.Time = 8<<20, 16<<20, 1000, 4, 20*time.Second
	limits.Pixels, limits.OCR = 1<<20, extract.OCROff
	start := time.Now()
	r, err := ExtractWithin(t, limits, content, append([]*extract.Extractor{e}, inside...)...)
	if d := time.Since(start); d > limits.Time {
		t.Fatalf("took %s", d)
	}
	total := 0
	for _, p := range r.Pieces {
		total += len(p.Text)
	}
	if total > int(limits.Text) {
		t.Fatalf("wrote %d bytes beyond a limit of %d", total, limits.Text)
	}
	if err != nil && strings.Contains(err.Error(), "internal error") {
		t.Fatal(err)
	}
	for _, u := range r.Rows {
		if strings.Contains(u, "internal error") {
			t.Fatal(u)
		}
	}
}
