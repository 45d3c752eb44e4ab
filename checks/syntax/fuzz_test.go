package syntax_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// placed checks that every place lies in its file, as often as a bomb of aliases lets it.
func placed(t *testing.T, file *policy.File, n *syntax.Node, budget *int) {
	if *budget--; *budget < 0 || n == nil {
		return
	}
	inside(t, file, n.Place)
	if n.Kind == syntax.Scalar {
		for i := 0; i <= len(n.Text); i += 1 + len(n.Text)/7 {
			inside(t, file, n.Sub(i, len(n.Text)))
		}
	}
	for _, x := range n.Items {
		placed(t, file, x, budget)
	}
	for _, e := range n.Entries {
		placed(t, file, e.Key, budget)
		placed(t, file, e.Value, budget)
	}
}

func inside(t *testing.T, file *policy.File, p policy.Place) {
	require.Same(t, file, p.File)
	require.GreaterOrEqual(t, p.Start, 0)
	require.LessOrEqual(t, p.Start, p.End)
	require.LessOrEqual(t, p.End, len(file.Text))
	line, column, end := p.Position()
	require.Positive(t, line)
	require.Positive(t, column)
	require.Greater(t, end, column)
}

var seeds = []string{
	"a: 1\nb: [x, 'y z', \"q\\n\"]\nc: |\n  one\n    two\n\n  three\nd: >-\n  folded\n  text\n",
	"&a [*a]",
	"a: &x {b: 1}\nc:\n  <<: *x\n  d: !Sub 'x'\n",
	"- !If [a, b]\n- ? complex\n  : key\n- 日本: ü\r\n",
	`{"a": [1, true, null, "\u00e9\"\\ \ud83d\ude00x"], "b": {}}`,
	"{\"a\": \"x\", 'not json': 1}",
	"[[[[[[[[",
	"a: \"tab\\tand 'quotes'\"\n---\nb: 2\n",
}

func FuzzDocuments(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := &policy.File{Path: "f", Text: text}
		nodes, _ := syntax.Documents(file)
		for _, n := range nodes {
			budget := 20_000
			placed(t, file, n, &budget)
		}
	})
}

// FuzzEmbedded parses a text that stands in a file with holes in it: two parts around a
// hole. The property is that of files.
func FuzzEmbedded(f *testing.F) {
	f.Add(`{"a": "arn:`, `:root", "b": [1]}`)
	f.Add(`{"a": `, `, "b": 1}`)
	f.Add("a: b\nc: |\n  d", "\n  e\n")
	f.Fuzz(func(t *testing.T, before, after string) {
		file := &policy.File{Path: "f", Text: []byte(before + "HOLE" + after)}
		at := len(before)
		hole := policy.Place{File: file, Start: at, End: at + 4}
		v := &policy.Value{Kind: policy.Text, Place: policy.Place{File: file, End: len(file.Text)}, Parts: []policy.Part{
			{Text: before, Place: policy.Place{File: file, End: at}},
			{Hole: &policy.Reference{Name: "x"}, Place: hole},
			{Text: after, Place: policy.Place{File: file, Start: at + 4, End: len(file.Text)}},
		}}
		text, err := syntax.NewText(v)
		if err != nil {
			return
		}
		n, err := text.Parse()
		if err != nil {
			return
		}
		budget := 20_000
		placed(t, file, n, &budget)
		text.Value(n).Walk(func(x *policy.Value) bool {
			inside(t, file, x.Place)
			for _, p := range x.Parts {
				inside(t, file, p.Place)
			}
			return true
		})
	})
}
