// Package detecttest is the acceptance suite that every detector passes: its
// examples are found, its near-misses are not, and where a match lies does not
// depend on how the text reaches the engine.
package detecttest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// seeds returns how many different values every example is tried with.
func seeds() uint64 {
	if testing.Short() {
		return 5
	}
	return 25
}

// Accept runs the suite. shapes are those that the detector's examples use
// beside the built-in ones.
func Accept(t *testing.T, d detect.Detector, shapes map[string]example.Shape) {
	t.Helper()
	AcceptAs(t, d, shapes, Canonical)
}

// AcceptAs is Accept for a detector whose values are not reported as they stand;
// canonical says how.
func AcceptAs(t *testing.T, d detect.Detector, shapes map[string]example.Shape, canonical func(*finding.Rule, string) string) {
	t.Helper()
	perturb := &perturber{Detector: d}
	s := suite{detect.NewSet(d), perturb, detect.NewSet(perturb), shapes, canonical}
	for _, rule := range d.Rules() {
		t.Run(rule.ID, func(t *testing.T) {
			documented(t, rule)
			for _, ex := range rule.Matches {
				t.Run("match/"+ex.Name, func(t *testing.T) { s.matches(t, rule, ex) })
			}
			for _, ex := range rule.NearMisses {
				t.Run("near-miss/"+ex.Name, func(t *testing.T) { s.nearMiss(t, rule, ex) })
			}
		})
	}
}

// Fuzz holds detectors to what every text must show, starting from their
// examples: no panic, matches that lie inside the text and say why, and the same
// ones in a stream. holds is what else must hold of a match; it may be nil.
func Fuzz(f *testing.F, shapes map[string]example.Shape, holds func(*testing.T, detect.Hit), detectors ...detect.Detector) {
	f.Helper()
	for _, d := range detectors {
		for _, rule := range d.Rules() {
			for _, ex := range slices.Concat(rule.Matches, rule.NearMisses) {
				text := example.Expand(ex.Text, 1, shapes).Text
				f.Add([]byte(text))
				f.Add([]byte("\x80\xff" + text)) // not UTF-8: case folding must not move anything
			}
		}
	}
	set := detect.NewSet(detectors...)
	f.Fuzz(func(t *testing.T, text []byte) {
		var scanned, streamed []detect.Hit
		set.Scan(text, detect.Text{}, func(h detect.Hit) { scanned = append(scanned, plainHit(h)) })
		for _, h := range scanned {
			sound(t, len(text), h)
			if holds != nil {
				holds(t, h)
			}
		}
		_, err := set.Stream(bytes.NewReader(text), detect.Text{}, func(h detect.Hit) { streamed = append(streamed, plainHit(h)) })
		require.NoError(t, err)
		require.Equal(t, scanned, streamed)
	})
}

// plainHit is a hit without the function that it may bring, which equals none.
func plainHit(h detect.Hit) detect.Hit {
	h.Exempt = nil
	return h
}

// sound checks what holds of every match in a text of that size.
func sound(t *testing.T, size int, h detect.Hit) {
	t.Helper()
	if h.Start < 0 || h.End <= h.Start || h.Offset < 0 || h.Offset+int64(h.End-h.Start) > int64(size) {
		t.Fatalf("%s at %d, %d bytes, in a text of %d", h.Rule.ID, h.Offset, h.End-h.Start, size)
	}
	if h.Value == "" || h.ShowHead < 0 || h.ShowHead > len(h.Value) {
		t.Fatalf("%s: value %q, of which %d bytes are shown", h.Rule.ID, h.Value, h.ShowHead)
	}
	if len(h.Evidence) == 0 || h.Confidence < detect.Keep || h.Confidence > 1 {
		t.Fatalf("%s: evidence %q, confidence %f", h.Rule.ID, h.Evidence, h.Confidence)
	}
}

type suite struct {
	set       *detect.Set
	perturb   *perturber
	perturbed *detect.Set // of the perturber; compiling a set of many triggers takes its time
	shapes    map[string]example.Shape
	canonical func(*finding.Rule, string) string
}

func documented(t *testing.T, r *finding.Rule) {
	t.Helper()
	assert.NotEmpty(t, r.Kind, "kind")
	assert.NotZero(t, r.Severity.Rank(), "severity")
	assert.NotEmpty(t, r.Title, "title")
	assert.NotEmpty(t, r.About, "about")
	assert.NotEmpty(t, r.Remedy, "remedy")
	assert.NotEmpty(t, r.Matches, "a rule brings its matches")
	assert.NotEmpty(t, r.NearMisses, "a rule brings its near-misses")
}

func (s *suite) matches(t *testing.T, rule *finding.Rule, ex finding.Example) {
	for seed := range seeds() {
		e := example.Expand(ex.Text, seed, s.shapes)
		require.NotEmpty(t, e.Want, "a match marks what it wants found: %s", ex.Text)
		got := found(s.set, e.Text, rule)
		var want []string
		for _, v := range e.Want {
			want = append(want, fmt.Sprintf("%s at %d", s.canonical(rule, v.Text), v.Start))
		}
		var have []string
		for _, h := range got {
			have = append(have, fmt.Sprintf("%s at %d", h.Value, h.Offset))
			assert.NotEmpty(t, h.Evidence, "a finding says why")
			assert.LessOrEqual(t, h.Confidence, 1.0)
		}
		require.Equal(t, want, have, "seed %d, text:\n%s", seed, e.Text)
		sameEverywhere(t, s.set, rule, e.Text)
		s.looksNoFurther(t, e.Text)
	}
}

func (s *suite) nearMiss(t *testing.T, rule *finding.Rule, ex finding.Example) {
	for seed := range seeds() {
		e := example.Expand(ex.Text, seed, s.shapes)
		require.Empty(t, e.Want, "a near-miss marks nothing as wanted")
		for _, h := range Report(s.set, e.Text, rule) {
			t.Fatalf("seed %d: %q is reported with confidence %.2f (%s) in\n%s",
				seed, h.Value, h.Confidence, strings.Join(h.Evidence, "; "), e.Text)
		}
		s.looksNoFurther(t, e.Text)
	}
}

// Report scans text and returns the hits of rule that a user sees who does not
// ask for more: findings by themselves, and neither documentation's examples nor
// what is published on purpose.
func Report(set *detect.Set, text string, rule *finding.Rule) []detect.Hit {
	return slices.DeleteFunc(found(set, text, rule), func(h detect.Hit) bool { return h.Class == finding.Vendor })
}

// found is Report with what is published on purpose. Some rules find nothing
// else, and their matches are matches all the same.
func found(set *detect.Set, text string, rule *finding.Rule) []detect.Hit {
	var hits []detect.Hit
	set.Scan([]byte(text), detect.Text{}, func(h detect.Hit) {
		if counts(h, rule) {
			hits = append(hits, h)
		}
	})
	return hits
}

func counts(h detect.Hit, rule *finding.Rule) bool {
	return h.Rule == rule && h.Confidence >= detect.Report && h.Class != finding.Sample
}

// Canonical returns the form in which a value is reported: account IDs without
// their dashes and spaces, everything else as it stands.
func Canonical(rule *finding.Rule, value string) string {
	if rule.Kind == finding.AccountID {
		return strings.NewReplacer("-", "", " ", "").Replace(value)
	}
	return value
}

// sameEverywhere checks the engine's invariant on this text: in a stream read
// byte by byte, behind a long preamble, and with Windows line ends, the same
// values come out.
func sameEverywhere(t *testing.T, set *detect.Set, rule *finding.Rule, text string) {
	t.Helper()
	want := values(found(set, text, rule))

	var streamed []detect.Hit
	_, err := set.Stream(iotest.OneByteReader(strings.NewReader(text)), detect.Text{}, func(h detect.Hit) {
		if counts(h, rule) {
			streamed = append(streamed, h)
		}
	})
	require.NoError(t, err)
	require.Equal(t, want, values(streamed), "streamed")

	preamble := string(bytes.Repeat([]byte("\n"), 2*detect.Before))
	moved := found(set, preamble+text, rule)
	require.Equal(t, want, values(moved), "behind a preamble")

	crlf := found(set, strings.ReplaceAll(text, "\n", "\r\n"), rule)
	require.Len(t, crlf, len(want), "with CRLF line ends:\n%s", text)
}

// looksNoFurther checks that nothing matters but what a detector was handed out
// (Window.Look): neither what lies beyond nor what it keeps from other windows.
func (s *suite) looksNoFurther(t *testing.T, text string) {
	t.Helper()
	s.perturb.t = t
	s.perturbed.Scan([]byte(text), detect.Text{}, func(detect.Hit) {})
}

// perturber runs a detector again on every window, with all changed that it was not
// handed out.
type perturber struct {
	t *testing.T
	detect.Detector
}

func (p *perturber) Detect(w *detect.Window, _ func(detect.Match)) {
	said := p.reports(w)
	before, after := w.Span()
	w.LookAll()
	if w.Start <= before && len(w.Text)-w.End <= after {
		return // it saw all
	}
	for _, filler := range []string{"x", "\n", "7", "\"", "account "} {
		changed := bytes.Clone(w.Text)
		for i := range changed {
			if i < w.Start-before || i >= w.End+after {
				changed[i] = filler[i%len(filler)]
			}
		}
		again := detect.NewWindow(changed, w.Start, w.End, w.Trigger)
		require.Equal(p.t, said, p.reports(again),
			"it was handed out %d bytes before and %d behind %q, but what lies beyond matters (%q)", before, after, w.Text[w.Start:w.End], filler)
	}
}

// reports is all that a detector reports about a window.
func (p *perturber) reports(w *detect.Window) []string {
	var said []string
	p.Detector.Detect(w, func(m detect.Match) {
		value := m.Value
		if value == "" {
			value = string(w.Text[m.Start:m.End])
		}
		said = append(said, fmt.Sprint(m.Rule.ID, value, m.Start, m.Confidence, m.Class, m.Severity, m.Evidence))
	})
	return said
}

func values(hits []detect.Hit) []string {
	var v []string
	for _, h := range hits {
		v = append(v, h.Value)
	}
	return v
}
