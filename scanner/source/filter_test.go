package source_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source"
)

func TestFilter(t *testing.T) {
	for name, c := range map[string]struct {
		include, exclude []string
		pass, fail       []string
	}{
		"nothing asked": {pass: []string{"a", "a/b", ""}},
		"a name in any directory": {
			include: []string{"*.go"},
			pass:    []string{"a.go", "x/y/a.go"}, fail: []string{"a.gob", "go", ""},
		},
		"a directory takes what is in it": {
			exclude: []string{"vendor", "docs/old/"},
			pass:    []string{"vendors/a", "docs/new/a", ""}, fail: []string{"vendor/a/b", "x/vendor/c", "docs/old/a"},
		},
		"a path is anchored": {
			include: []string{"cmd/**/*.go", "/top.txt"},
			pass:    []string{"cmd/a.go", "cmd/x/a.go", "top.txt"}, fail: []string{"x/cmd/a.go", "x/top.txt"},
		},
		"choices":         {include: []string{"*.{yml,yaml}"}, pass: []string{"a.yml", "b/c.yaml"}, fail: []string{"a.yl"}},
		"exclude is last": {include: []string{"src"}, exclude: []string{"*.min.js"}, pass: []string{"src/a.js"}, fail: []string{"src/a.min.js"}},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := source.NewFilter(c.include, c.exclude)
			require.NoError(t, err)
			for _, p := range c.pass {
				assert.True(t, f.Match(p), "%q", p)
			}
			for _, p := range c.fail {
				assert.False(t, f.Match(p), "%q", p)
			}
		})
	}
	var none *source.Filter
	assert.True(t, none.Match("a"))
	assert.False(t, none.Skip("a"))
	for _, bad := range []string{"", "[", "a{b", "/"} {
		_, err := source.NewFilter([]string{bad}, nil)
		assert.Error(t, err, "%q", bad)
	}
}
