package scanner_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
	"github.com/deputy-sec/deputy/scanner/suppress/accounts"
)

// Words that the test's detector knows. It finds accounts behind "account" with
// confidence and bare ones weakly, keys that name an account, and secrets.
var (
	accountRule = &finding.Rule{ID: "account", Kind: finding.AccountID, Severity: finding.Medium, LowEntropy: true}
	keyRule     = &finding.Rule{ID: "key", Kind: finding.AccessKeyID, Severity: finding.High}
	secretRule  = &finding.Rule{ID: "secret", Kind: finding.SecretAccessKey, Severity: finding.Critical}
	pemRule     = &finding.Rule{ID: "pem", Kind: finding.PrivateKey, Severity: finding.Critical, Homemade: true}
	fileRule    = &finding.Rule{ID: "key-file", Kind: "gcp-key", Severity: finding.Critical}
)

// Accounts of nobody. They are put together here, so that a scan of this file
// finds nothing.
const (
	ours   = "6042" + "13987051"
	theirs = "7312" + "04985516"
)

type words struct{}

func (words) Rules() []*finding.Rule {
	return []*finding.Rule{accountRule, keyRule, secretRule, pemRule, fileRule}
}
func (words) Triggers() []detect.Trigger {
	return []detect.Trigger{{Digits: true}, {Literal: "KEY"}, {Literal: "SECRET"}, {Literal: "PANIC"}, {Literal: "ENOUGH"}, {Literal: "PEM"}}
}

func (words) Detect(w *detect.Window, report func(detect.Match)) {
	w.LookAll()
	switch w.Trigger {
	case 0:
		m := detect.Match{Rule: accountRule, Start: w.Start, End: w.End, Confidence: 0.3, Evidence: []string{"bare"}}
		m.Account = string(w.Text[w.Start:w.End])
		if bytes.HasSuffix(w.Text[:w.Start], []byte("account ")) {
			m.Confidence, m.Evidence = 0.9, []string{"said to be one"}
		}
		if string(w.Text[w.Start:w.End]) == "123456789012" {
			m.Class = finding.Sample
		}
		report(m)
	case 1:
		report(detect.Match{Rule: keyRule, Start: w.Start, End: w.End + 2, Confidence: 1, Account: ours, Evidence: []string{"a key"}})
	case 2:
		report(detect.Match{Rule: secretRule, Start: w.Start, End: w.End + 2, Confidence: 1, Evidence: []string{"a secret"}})
	case 3:
		var none []int
		_ = none[len(w.Text)]
	case 4:
		w.GiveUp("had enough")
	case 5:
		report(detect.Match{Rule: pemRule, Start: w.Start, End: w.End + 2, Confidence: 1, Evidence: []string{"a key"}})
		if bytes.HasSuffix(w.Text[:w.Start], []byte("file ")) {
			report(detect.Match{Rule: fileRule, Start: w.Start, End: w.End + 2, Confidence: 1, Evidence: []string{"a key file"}})
		}
	}
}

// memory is a source of contents with given places.
type memory struct {
	contents map[source.ID]string
	streamed bool
	places   []source.Place
}

func (m memory) Scan(_ context.Context, v source.Visitor) error {
	var wg sync.WaitGroup
	for id, text := range m.contents {
		wg.Go(func() {
			b := &source.Blob{ID: id, Path: string(id), Size: int64(len(text))}
			if m.streamed {
				b.Open = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
			} else {
				b.Data = []byte(text)
			}
			v.Blob(b)
		})
	}
	wg.Wait()
	v.Count(2, int64(len(m.contents)))
	return nil
}

func (m memory) Locate(_ context.Context, ids map[source.ID]bool) ([]source.Place, error) {
	if m.places == nil {
		var out []source.Place
		for id := range ids {
			out = append(out, source.Place{ID: id, Path: string(id)})
		}
		return out, nil
	}
	return slices.DeleteFunc(slices.Clone(m.places), func(p source.Place) bool { return !ids[p.ID] }), nil
}

func (m memory) Open(id source.ID) (io.ReadCloser, error) {
	text, ok := m.contents[id]
	if !ok {
		return nil, errors.New("no such content")
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

func options() scanner.Options {
	return scanner.Options{Detectors: detect.NewSet(words{}), Fingerprints: finding.NewFingerprinter(nil), Jobs: 2}
}

func scan(t *testing.T, src source.Source, o scanner.Options) *finding.Result {
	t.Helper()
	res, err := scanner.Scan(context.Background(), src, o)
	require.NoError(t, err)
	slices.SortFunc(res.Findings, func(a, b *finding.Finding) int {
		return strings.Compare(a.Rule.ID+a.Secret.Reveal(), b.Rule.ID+b.Secret.Reveal())
	})
	return res
}

func TestAWeakValueCountsOnlyWhereItIsConfirmed(t *testing.T) {
	text := ours + "\n" + theirs + "\n"
	t.Run("alone it is nothing", func(t *testing.T) {
		assert.Empty(t, scan(t, memory{contents: map[source.ID]string{"list": text}}, options()).Findings)
	})
	t.Run("confirmed by the same value elsewhere", func(t *testing.T) {
		res := scan(t, memory{contents: map[source.ID]string{"a list": text, "doc": "account " + ours}}, options())
		require.Len(t, res.Findings, 1)
		f := res.Findings[0]
		assert.Equal(t, "doc", f.Sightings[0].Path, "the evidence is about the first place")
		assert.Equal(t, ours, f.Secret.Reveal())
		assert.Equal(t, []string{"said to be one"}, f.Evidence)
		assert.Len(t, f.Sightings, 2)
	})
	t.Run("confirmed by a key that encodes it", func(t *testing.T) {
		res := scan(t, memory{contents: map[source.ID]string{"list": text, "doc": "KEY01"}}, options())
		require.Len(t, res.Findings, 2)
		assert.Equal(t, []finding.Relation{{Rule: "key", Fingerprint: res.Findings[1].Fingerprint, Why: "a key of this account"}}, res.Findings[0].Related)
		assert.Equal(t, []string{"the account of a key found in this target", "bare"}, res.Findings[0].Evidence)
	})
}

func TestClasses(t *testing.T) {
	o := options()
	inventory := ours + " customer Example Corp\n" + theirs + " vendor integration\n"
	var err error
	o.Accounts, err = accounts.Parse(strings.NewReader(inventory), "inventory", o.Fingerprints)
	require.NoError(t, err)
	src := memory{contents: map[source.ID]string{"f": "account " + ours + ", account " + theirs + ", account 123456789012"}}

	res := scan(t, src, o)
	require.Len(t, res.Findings, 1)
	assert.Equal(t, finding.Customer, res.Findings[0].Class)
	assert.Equal(t, finding.High, res.Findings[0].Severity)
	assert.Contains(t, res.Findings[0].Evidence, "the inventory calls it customer (Example Corp)")
	assert.Equal(t, 2, res.Hidden)

	o.All = true
	assert.Len(t, scan(t, src, o).Findings, 3)
}

func TestSightingsAreOfTheNewestVersion(t *testing.T) {
	day := func(n int) *finding.Commit {
		return &finding.Commit{Hash: strings.Repeat(string(rune('a'+n)), 40), Date: time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC)}
	}
	src := memory{
		contents: map[source.ID]string{
			"v1":   "account " + ours,
			"v2":   "\naccount " + ours + "\naccount " + ours + "\n",
			"side": "\n\n\naccount " + ours,
		},
		places: []source.Place{
			{ID: "v1", Path: "a.txt", Layer: finding.History, First: day(1), Last: day(1)},
			{ID: "v2", Path: "a.txt", Layer: finding.History, First: day(3), Last: day(3), InHead: true},
			{ID: "side", Path: "b.txt", Layer: finding.History, First: day(2), Last: day(5)},
		},
	}
	f := scan(t, src, options()).Findings[0]
	type where struct {
		path   string
		line   int
		commit string
		head   bool
	}
	var got []where
	for _, s := range f.Sightings {
		got = append(got, where{s.Path, s.Line, s.Commit.Hash[:1], s.InHead})
	}
	assert.Equal(t, []where{{"a.txt", 2, "b", true}, {"a.txt", 3, "b", true}, {"b.txt", 4, "c", false}}, got)
	assert.Equal(t, "b", f.First.Hash[:1])
	assert.Equal(t, "f", f.Last.Hash[:1])
	assert.True(t, f.InHead)
}

func TestAKeyAndTheSecretBesideItPointAtEachOther(t *testing.T) {
	far := strings.Repeat("\n", 2000)
	res := scan(t, memory{contents: map[source.ID]string{"f": "KEY01 SECRET01" + far + "SECRET02"}}, options())
	require.Len(t, res.Findings, 3)
	key, near, lone := res.Findings[0], res.Findings[1], res.Findings[2]
	require.Len(t, key.Related, 1)
	assert.Equal(t, near.Fingerprint, key.Related[0].Fingerprint)
	require.Len(t, near.Related, 1)
	assert.Equal(t, key.Fingerprint, near.Related[0].Fingerprint)
	assert.Empty(t, lone.Related)
}

func TestADetectorThatPanicsCostsOneBlob(t *testing.T) {
	res := scan(t, memory{contents: map[source.ID]string{"bad": "account " + ours + " PANIC", "good": "account " + ours}}, options())
	require.Len(t, res.Findings, 1)
	require.Len(t, res.Unexamined, 1)
	assert.Equal(t, "bad", res.Unexamined[0].Path)
	assert.Contains(t, res.Unexamined[0].Reason, "internal error while matching: runtime error: index out of range")
	assert.NotContains(t, res.Unexamined[0].Reason, ours)
}

func TestADetectorThatGivesUpIsToldOfOnce(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		src := memory{contents: map[source.ID]string{"f": "account " + ours + " ENOUGH ENOUGH"}, streamed: streamed}
		res := scan(t, src, options())
		assert.Len(t, res.Findings, 1, "what the others find is found")
		assert.Equal(t, []finding.Unexamined{{Path: "f", Kind: finding.OverBudget, Reason: "had enough"}}, res.Unexamined)
	}
}

func TestStreamedAndWideTextIsPlacedAsItStands(t *testing.T) {
	text := "first line\nsecond: account " + ours + "\n"
	wide := "\xff\xfe"
	for _, c := range text {
		wide += string([]byte{byte(c), 0})
	}
	for name, src := range map[string]memory{
		"in memory": {contents: map[source.ID]string{"f": text}},
		"streamed":  {contents: map[source.ID]string{"f": text}, streamed: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := scan(t, src, options()).Findings[0].Sightings[0]
			assert.Equal(t, [3]int{2, 17, 29}, [3]int{s.Line, s.Column, s.EndColumn})
		})
	}
	for _, streamed := range []bool{false, true} {
		s := scan(t, memory{contents: map[source.ID]string{"f": wide}, streamed: streamed}, options()).Findings[0].Sightings[0]
		assert.Equal(t, [3]int{2, 33, 57}, [3]int{s.Line, s.Column, s.EndColumn}, "columns count the bytes of the file")
	}
}

func TestWhatAMarkAllowsIsCountedAndNotReported(t *testing.T) {
	res := scan(t, memory{contents: map[source.ID]string{"f": "account " + ours + " # deputy:allow account published on purpose"}}, options())
	assert.Empty(t, res.Findings)
	assert.Equal(t, 1, res.Allowed)
}

func TestAContentThatFailsIsNamedByItsPath(t *testing.T) {
	src := anonymous{memory{contents: map[source.ID]string{"id": "PANIC"}, places: []source.Place{{ID: "id", Path: "old/bad.txt"}}}}
	res := scan(t, src, options())
	require.Len(t, res.Unexamined, 1)
	assert.Equal(t, "old/bad.txt", res.Unexamined[0].Path)
}

func TestAFindingWhosePlacesAreFilteredOutIsNone(t *testing.T) {
	src := memory{contents: map[source.ID]string{"id": "account " + ours}, places: []source.Place{{ID: "other", Path: "x"}}}
	assert.Empty(t, scan(t, src, options()).Findings)
}

// anonymous is a source that learns paths only when asked, as history does.
type anonymous struct{ memory }

func (a anonymous) Scan(ctx context.Context, v source.Visitor) error {
	return a.memory.Scan(ctx, nameless{v})
}

type nameless struct{ source.Visitor }

func (n nameless) Blob(b *source.Blob) {
	b.Path = ""
	n.Visitor.Blob(b)
}

// Pairs at every distance around the reach: none beyond it, and no panic at it.
func TestPairsReachAsFarAsSaid(t *testing.T) {
	for gap := 1000; gap < 1060; gap++ {
		text := "KEY01" + strings.Repeat("-", gap-5) + "SECRET01"
		res := scan(t, memory{contents: map[source.ID]string{"f": text}}, options())
		require.Len(t, res.Findings, 2)
		assert.Equal(t, gap <= 1024, len(res.Findings[0].Related) == 1, "%d bytes apart", gap)
	}
}

// TestNumbersInASeriesAreNoAccounts has the IDs of another system, which counts, beside an
// account that nothing decides either and one that a key names.
func TestNumbersInASeriesAreNoAccounts(t *testing.T) {
	const head = "60421" // as in ours
	text := "account " + theirs + " KEY01\n"
	for _, tail := range []string{"0077341", "0077956", "1180223"} {
		text += "account " + head + tail + "\n"
	}
	found := func(text string) (values []string) {
		for _, f := range scan(t, memory{contents: map[source.ID]string{"a": text}}, options()).Findings {
			if f.Rule == accountRule {
				values = append(values, f.Secret.Reveal())
			}
		}
		slices.Sort(values)
		return values
	}
	assert.Len(t, found(text), 4, "three may be chance")
	assert.Equal(t, []string{ours, theirs}, found(text+"account "+head+"2209417\naccount "+ours+"\n"))
}

func TestAKeyIsToldByTheRuleThatKnowsWhoseItIs(t *testing.T) {
	found := func(contents map[source.ID]string) (told []string) {
		for _, f := range scan(t, memory{contents: contents}, options()).Findings {
			for _, at := range f.Sightings {
				told = append(told, f.Rule.ID+" in "+at.Path)
			}
		}
		return told
	}
	assert.Equal(t, []string{"key-file in a"}, found(map[source.ID]string{"a": "file PEM01"}))
	assert.Equal(t, []string{"key-file in a", "pem in b"}, found(map[source.ID]string{"a": "file PEM01", "b": "PEM01"}))
	assert.Equal(t, []string{"pem in b"}, found(map[source.ID]string{"b": "PEM01"}))
}

func TestWhatAnybodyCanMakeIsOfLowSeverityInTestsAndCopiesAlone(t *testing.T) {
	severity := func(text string, paths ...source.ID) finding.Severity {
		contents := map[source.ID]string{}
		for _, p := range paths {
			contents[p] = text
		}
		res := scan(t, memory{contents: contents}, options())
		require.Len(t, res.Findings, 1)
		return res.Findings[0].Severity
	}
	assert.Equal(t, finding.Low, severity("PEM01", "tests/server.key"))
	assert.Equal(t, finding.Low, severity("PEM01", "vendor/x/server.key", "examples/server.key"))
	assert.Equal(t, pemRule.Severity, severity("PEM01", "tests/server.key", "deploy/server.key"), "it is used, too")
	assert.Equal(t, keyRule.Severity, severity("KEY01", "tests/config"), "a provider gave it out")
}

func TestEvidenceThatSpeaksOfAnotherPlaceSaysSo(t *testing.T) {
	contents := map[source.ID]string{"list": "111122223334", "doc": "account 111122223334"}
	places := []source.Place{
		{ID: "list", Path: "list", Layer: finding.History, InHead: true},
		{ID: "doc", Path: "doc", Layer: finding.History},
	}
	evidence := func(places []source.Place) string {
		res := scan(t, memory{contents: contents, places: places}, options())
		require.Len(t, res.Findings, 1)
		assert.Equal(t, "list", res.Findings[0].Sightings[0].Path)
		return strings.Join(res.Findings[0].Evidence, "; ")
	}
	assert.Contains(t, evidence(places), "as it stands at another of its places")
	places[1].Path = "list"
	assert.Contains(t, evidence(places), "as it stood in an older version")
}
