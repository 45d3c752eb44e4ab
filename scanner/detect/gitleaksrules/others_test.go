package gitleaksrules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
)

const composite = `
[[rules]]
id = "pair"
regex = '''key_([a-z]{8})'''
[[rules.required]]
id = "name"
%s
[[rules]]
id = "name"
regex = '''name=([a-z]+)'''
skipReport = true
[[rules.allowlists]]
regexes = ["nobody"]
`

// pairs counts what the composite rule finds in a text.
func pairs(t *testing.T, within, text string) int {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.toml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(composite, "%s", within, 1)), 0o600))
	s, err := Load(file, func(string) bool { return false })
	require.NoError(t, err)
	assert.Empty(t, s.Warnings)
	require.Len(t, s.Rules(), 1, "what is there for others is not reported")
	n := 0
	detect.NewSet(s).Scan([]byte(text), detect.Text{}, func(detect.Hit) { n++ })
	return n
}

func TestARuleThatRequiresAnother(t *testing.T) {
	for _, c := range []struct {
		name, within, text string
		want               int
	}{
		{"beside it", "", "name=someone key_abcdefgh", 1},
		{"anywhere near", "", "name=someone\n\n\n\n\n\n  key_abcdefgh", 1},
		{"alone", "", "key_abcdefgh", 0},
		{"what an allowlist lets pass is none", "", "name=nobody key_abcdefgh", 0},
		{"within lines", "withinLines = 2", "name=someone\n\nkey_abcdefgh", 1},
		{"too many lines away", "withinLines = 2", "name=someone\n\n\nkey_abcdefgh", 0},
		{"behind it", "withinLines = 0", "key_abcdefgh name=someone", 1},
		{"within columns", "withinColumns = 4", "\nname=someone\n  key_abcdefgh", 1},
		{"too many columns away", "withinColumns = 4", "name=someone key_abcdefgh", 0},
		{"each by itself", "withinLines = 0", "name=someone key_abcdefgh\nkey_ijklmnop", 1},
		{"beyond the window", "", "name=someone" + strings.Repeat(" .\n", detect.Before) + "key_abcdefgh", 0},
	} {
		assert.Equal(t, c.want, pairs(t, c.within, c.text), c.name)
	}
}

func TestARuleThatRequiresWhatThereIsNot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.toml")
	require.NoError(t, os.WriteFile(file, []byte("[[rules]]\nid = \"a\"\nregex = '''aaaa'''\n[[rules.required]]\nid = \"b\"\n[[rules]]\nid = \"c\"\nregex = '''cccc'''\n"), 0o600))
	s, err := Load(file, func(string) bool { return false })
	require.NoError(t, err)
	assert.Contains(t, strings.Join(s.Warnings, "\n"), `rule "a" is not used: it requires "b"`)
}
