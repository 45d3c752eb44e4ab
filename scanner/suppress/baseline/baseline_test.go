package baseline_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/suppress/baseline"
)

var (
	rule   = &finding.Rule{ID: "aws-account-id", LowEntropy: true}
	prints = finding.NewFingerprinter(nil)
)

// at is a finding of a value at places; one that begins with a space is a commit
// message.
func at(value string, places ...string) *finding.Finding {
	f := &finding.Finding{Rule: rule, Secret: finding.NewSecret(value), Fingerprint: prints.Fingerprint(rule, value)}
	for i, p := range places {
		s := finding.Sighting{Path: p, Line: i + 1}
		if strings.HasPrefix(p, " ") {
			s = finding.Sighting{Place: "commit message", Commit: &finding.Commit{Hash: p[1:]}}
		}
		f.Sightings = append(f.Sightings, s)
	}
	return f
}

func placesOf(findings []*finding.Finding) (out []string) {
	for _, f := range findings {
		for _, s := range f.Sightings {
			out = append(out, f.Secret.Reveal()+" "+s.Path+s.Place)
		}
	}
	return out
}

func TestWhatIsNew(t *testing.T) {
	b := baseline.New(prints, []*finding.Finding{at("one", "a", "b", "a"), at("two", " c0ffee")})
	for name, c := range map[string]struct {
		found []*finding.Finding
		fresh []string
		known int
	}{
		"nothing":                     {nil, nil, 0},
		"all known":                   {[]*finding.Finding{at("one", "a", "b"), at("two", " c0ffee")}, nil, 2},
		"known, on other lines":       {[]*finding.Finding{at("one", "b", "b", "b", "a")}, nil, 1},
		"another value in the file":   {[]*finding.Finding{at("three", "a")}, []string{"three a"}, 0},
		"the value in another file":   {[]*finding.Finding{at("one", "a", "new", "b")}, []string{"one new"}, 0},
		"another commit's message":    {[]*finding.Finding{at("two", " c0ffee", " beef")}, []string{"two commit message"}, 0},
		"the same under another rule": {[]*finding.Finding{{Rule: rule, Secret: finding.NewSecret("one"), Fingerprint: "other", Sightings: at("one", "a").Sightings}}, []string{"one a"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			fresh, known := b.New(c.found, nil)
			assert.Equal(t, c.fresh, placesOf(fresh))
			assert.Equal(t, c.known, known)
		})
	}
}

func TestAddAndPrune(t *testing.T) {
	b := baseline.New(prints, []*finding.Finding{at("one", "a", "b")})
	values, places := b.Add([]*finding.Finding{at("one", "b", "c"), at("two", "a", "d")})
	assert.Equal(t, [2]int{1, 3}, [2]int{values, places})
	_, known := b.New([]*finding.Finding{at("one", "a", "b", "c"), at("two", "a", "d")}, nil)
	assert.Equal(t, 2, known)

	values, places = b.Prune([]*finding.Finding{at("one", "c", "z")})
	assert.Equal(t, [2]int{1, 4}, [2]int{values, places})
	require.Len(t, b.Entries, 1)
	assert.Equal(t, []string{"c"}, b.Entries[0].Places, "what is found but was not known is not added")
}

func TestItIsReadAsItIsWritten(t *testing.T) {
	b := baseline.New(prints, []*finding.Finding{at("one", "a", "ü\n\"b"), at("two", " c0ffee"), at("three", "x")})
	b.Entries[0].Note = "ours, published on purpose"
	var first, second bytes.Buffer
	require.NoError(t, b.Write(&first))
	again, err := baseline.Read(bytes.NewReader(first.Bytes()), prints)
	require.NoError(t, err)
	require.NoError(t, again.Write(&second))
	assert.Equal(t, first.String(), second.String())
	for _, value := range []string{"one", "two", "three"} {
		assert.NotContains(t, first.String(), `"`+value)
	}

	var empty bytes.Buffer
	require.NoError(t, baseline.New(prints, nil).Write(&empty))
	none, err := baseline.Read(&empty, prints)
	require.NoError(t, err)
	assert.Empty(t, none.Entries)
}

func TestWhatIsNoBaseline(t *testing.T) {
	for text, why := range map[string]string{
		"":                                 "not a baseline: EOF",
		"[1]":                              "no report of gitleaks",
		`{"version":1,"secrets":[]}`:       `unknown field "secrets"`,
		`{"version":2,"findings":[]}`:      "baseline of version 2",
		`{"version":1,"key":"0123456789"}`: "made with another fingerprint key",
	} {
		_, err := baseline.Read(strings.NewReader(text), prints)
		assert.ErrorContains(t, err, why, "%s", text)
	}
	var b bytes.Buffer
	require.NoError(t, baseline.New(finding.NewFingerprinter([]byte("ours")), nil).Write(&b))
	_, err := baseline.Read(&b, prints)
	require.ErrorIs(t, err, baseline.ErrKey)
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := baseline.New(prints, []*finding.Finding{at("one", "a", "b"), at("two", " c0ffee")}).Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(fmt.Sprintf(`{"version":1,"key":%q,"findings":[{},{"places":["b","a","b"]}]}`, prints.KeyID())))
	f.Fuzz(func(t *testing.T, content []byte) {
		b, err := baseline.Read(bytes.NewReader(content), prints)
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		require.NoError(t, b.Write(&first))
		again, err := baseline.Read(bytes.NewReader(first.Bytes()), prints)
		require.NoError(t, err)
		require.NoError(t, again.Write(&second))
		assert.Equal(t, first.String(), second.String())
	})
}
