package placeholder_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// A word that changes nothing in the labelled texts, nor in the examples of the rules, goes:
// nothing shows that it is needed.
func TestEveryWordChangesSomething(t *testing.T) {
	set := detect.NewSet(all.Detectors()...)
	texts := labelled(t)
	before := make([]string, len(texts))
	for i, text := range texts {
		before[i] = reports(set, text)
	}
	var idle []string
	for _, row := range placeholder.Rows() {
		word, use := row[0], row[1]
		restore := placeholder.Without(word, use)
		needed := false
		for i := 0; i < len(texts) && !needed; i++ {
			needed = strings.Contains(texts[i].folded, word) && reports(set, texts[i]) != before[i]
		}
		restore()
		if !needed {
			idle = append(idle, word+" ("+use+")")
		}
	}
	assert.Empty(t, idle, "words that change nothing: drop them, or add the text that needs them")
}

func TestEveryWordHasAReason(t *testing.T) {
	reasons := placeholder.Reasons()
	rows := placeholder.Rows()
	require.NotEmpty(t, rows)
	for _, row := range rows {
		assert.NotEmpty(t, reasons[row[0]], row[0])
		assert.Contains(t, []string{"inside", "stands-in", "names", "plain"}, row[1], row[0])
		assert.Equal(t, strings.ToLower(row[0]), row[0])
	}
	assert.True(t, slices.IsSortedFunc(rows, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) }), "in order")
}

type text struct{ plain, folded string }

// labelled returns the texts of the corpus and of the rules' examples, with values in them.
func labelled(t *testing.T) []text {
	t.Helper()
	shapes := map[string]example.Shape{}
	var out []text
	add := func(s string) {
		plain := example.Sketch(s, 1, shapes).Text
		out = append(out, text{plain, strings.ToLower(plain)})
	}
	for _, f := range all.Families() {
		for name, shape := range f.Shapes {
			shapes[name] = shape
		}
	}
	for _, f := range all.Families() {
		for _, rule := range f.Detector.Rules() {
			for _, ex := range slices.Concat(rule.Matches, rule.NearMisses) {
				add(ex.Text)
			}
		}
	}
	root := filepath.Join("..", "..", "testdata", "quality")
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		add(string(content))
		return err
	}))
	return out
}

// reports is what a scan of a text says, in a form that can be compared.
func reports(set *detect.Set, t text) string {
	var b strings.Builder
	set.Scan([]byte(t.plain), detect.Text{}, func(h detect.Hit) {
		if h.Confidence >= detect.Report {
			b.WriteString(h.Rule.ID + "\x00" + h.Value + "\x00" + string(h.Class) + "\n")
		}
	})
	return b.String()
}
