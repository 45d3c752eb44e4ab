package cached_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/cached"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
	"github.com/deputy-sec/deputy/scanner/run"
)

// fill sets every field below v to something that is not its zero value, so that one
// that is not kept shows.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text “é” <" + v.Type().Name() + ">")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(0.1 + 0.2)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		switch v.Interface().(type) {
		case time.Time:
			v.Set(reflect.ValueOf(time.Date(2026, 2, 3, 4, 5, 6, 0, time.FixedZone("", -5*3600))))
			return
		case finding.Secret:
			v.Set(reflect.ValueOf(finding.NewSecret("not to be written")))
			return
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			fill(v.Field(i))
		}
	}
}

func full(t *testing.T) (*finding.Result, []*finding.Rule) {
	t.Helper()
	r := &finding.Result{}
	fill(reflect.ValueOf(r).Elem())
	rules := []*finding.Rule{{ID: "other"}, {ID: "rule"}}
	r.Unexamined = []finding.Unexamined{{Path: "a.pdf", Place: "page 3", Kind: finding.Encrypted, Reason: "encrypted"}}
	for _, f := range r.Findings {
		f.Rule = rules[1]
	}
	r.Rules = rules
	return r, rules
}

func TestRecalledIsWhatWasKept(t *testing.T) {
	r, rules := full(t)
	data, ok := encode(r)
	require.True(t, ok)
	got, err := cached.Decode(data, rules)
	require.NoError(t, err)
	want, _ := full(t)
	want.Stats.Remembered = want.Stats.Blobs
	want.Redact()
	for i, f := range want.Findings {
		assert.Equal(t, "not to be written", f.Secret.Reveal())
		assert.Equal(t, f.Secret.Mask(), got.Findings[i].Secret.Mask())
		assert.Empty(t, got.Findings[i].Secret.Reveal())
		assert.Empty(t, got.Findings[i].Forms, "they are values, too")
		f.Secret, got.Findings[i].Secret, f.Forms = finding.Secret{}, finding.Secret{}, nil
		f.Rule, got.Findings[i].Rule = nil, nil
	}
	assert.Equal(t, want, got)
	assert.NotContains(t, string(data), "not to be written")
}

func TestKeptFindingsTellNoValue(t *testing.T) {
	r, rules := full(t)
	const value = "not to be written"
	f := r.Findings[0]
	f.Evidence = []string{"beside " + value}
	f.Related = []finding.Relation{{Why: "with " + value}}
	f.Sightings[0].Place = "sheet " + value
	commit := &finding.Commit{Author: "Ada " + value, Email: value + "@example.com"}
	f.First, f.Last, f.Sightings[1].Commit = commit, commit, commit
	data, ok := encode(r)
	require.True(t, ok)
	assert.NotContains(t, string(data), value)
	got, err := cached.Decode(data, rules)
	require.NoError(t, err)
	assert.Equal(t, "beside "+f.Secret.Mask(), got.Findings[0].Evidence[0])
	assert.Equal(t, "Ada "+f.Secret.Mask(), got.Findings[0].First.Author)
	assert.Equal(t, value, f.Secret.Reveal(), "the result has it still")
}

// TestMergedResultsTellNoValue merges a finding that was recalled with the same one, about
// which another target has a text that holds the value.
func TestMergedResultsTellNoValue(t *testing.T) {
	const value = "not to be written"
	r, rules := full(t)
	r.Findings = r.Findings[:1]
	data, ok := encode(r)
	require.True(t, ok)
	recalled, err := cached.Decode(data, rules)
	require.NoError(t, err)
	fresh, _ := full(t)
	fresh.Findings = fresh.Findings[:1]
	fresh.Findings[0].Rule = recalled.Findings[0].Rule
	fresh.Findings[0].First = &finding.Commit{Author: "Ada " + value}
	fresh.Findings[0].Sightings[0].Place = "refs/" + value
	merged := run.Merge([]*finding.Result{recalled, fresh})
	merged.Redact()
	out := reporttest.Write(t, json.Writer{}, &report.Result{Result: finding.Result{Findings: merged.Findings}})
	assert.NotContains(t, out, value)
	assert.Contains(t, out, "refs/"+fresh.Findings[0].Secret.Mask())
}

func TestValuesAreMaskedInWhatIsToldOfOthers(t *testing.T) {
	r, _ := full(t)
	r.Findings[0].Secret = finding.NewSecret("first value of all")
	r.Findings[1].Secret = finding.NewSecret("short")
	r.Findings[1].Evidence = []string{"beside first value of all", "a short one"}
	r.Findings[0].Evidence = []string{"a short one"}
	r.Redact()
	assert.Equal(t, []string{"beside " + r.Findings[0].Secret.Mask(), "a ••••• one"}, r.Findings[1].Evidence)
	assert.Equal(t, []string{"a short one"}, r.Findings[0].Evidence, "a word stands in many texts")
}

func TestWhatIsNotKept(t *testing.T) {
	for name, change := range map[string]func(*finding.Result){
		"too slow":       func(r *finding.Result) { r.Unexamined[0].Kind = finding.OverTime },
		"a disk's fault": func(r *finding.Result) { r.Unexamined[0].Kind = finding.Unreadable },
		"not UTF-8":      func(r *finding.Result) { r.Findings[0].Sightings[0].Path = "caf\xe9.txt" },
		"a date beyond all": func(r *finding.Result) {
			r.Findings[0].First.Date = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
		},
	} {
		r, _ := full(t)
		change(r)
		_, ok := encode(r)
		assert.False(t, ok, name)
	}
}

// TestReportsOfRecalledResultsAreTheSame keeps the results that reports are tested with.
func TestReportsOfRecalledResultsAreTheSame(t *testing.T) {
	kept := 0
	for seed := range uint64(1000) {
		random := reporttest.Random(seed)
		for i := range random.Unexamined {
			random.Unexamined[i].Kind = finding.Encrypted
		}
		r := &finding.Result{Findings: random.Findings, Unexamined: random.Unexamined}
		data, ok := encode(r)
		if !ok {
			continue
		}
		kept++
		got, err := cached.Decode(data, reporttest.Rules())
		require.NoError(t, err)
		before := reporttest.Write(t, json.Writer{}, &report.Result{Result: finding.Result{Findings: r.Findings, Unexamined: r.Unexamined}})
		after := reporttest.Write(t, json.Writer{}, &report.Result{Result: finding.Result{Findings: got.Findings, Unexamined: got.Unexamined}})
		require.Equal(t, before, after, "seed %d", seed)
	}
	assert.Greater(t, kept, 30)
}

func TestForeignResultsAreNotRecalled(t *testing.T) {
	r, rules := full(t)
	data, ok := encode(r)
	require.True(t, ok)
	_, err := cached.Decode(data, rules[:1])
	require.ErrorContains(t, err, "no rule")
	for _, foreign := range []string{"", "{", "[]", `{"Findings":[{}]}`, `{"Findings":[null]}`} {
		_, err := cached.Decode([]byte(foreign), rules)
		assert.Error(t, err, foreign)
	}
}

// FuzzRecall wants bytes that are no result to be refused, and others to be kept again.
func FuzzRecall(f *testing.F) {
	r := reporttest.Sample()
	for i := range r.Unexamined {
		r.Unexamined[i].Kind = finding.Encrypted
	}
	data, ok := encode(&finding.Result{Findings: r.Findings, Unexamined: r.Unexamined})
	require.True(f, ok)
	f.Add(data)
	f.Add([]byte(`{"Findings":[{"Rule":"aws-account-id","Secret":"•","Sightings":[{"Commit":{}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := cached.Decode(data, reporttest.Rules())
		if err != nil {
			return
		}
		reporttest.Write(t, json.Writer{}, &report.Result{Result: finding.Result{Findings: got.Findings, Unexamined: got.Unexamined, Stats: got.Stats}})
		again, ok := encode(got)
		if !ok {
			return
		}
		got, err = cached.Decode(again, reporttest.Rules())
		require.NoError(t, err)
		third, ok := encode(got)
		require.True(t, ok)
		require.Equal(t, string(again), string(third))
	})
}

// encode redacts a result and writes it down.
func encode(r *finding.Result) ([]byte, bool) {
	r.Redact()
	data, err := cached.Encode(r)
	return data, err == nil
}
