package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/yamlfile"
	"github.com/deputy-sec/deputy/scanner/extract"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func TestAFileSetsWhatItSays(t *testing.T) {
	dir := t.TempDir()
	name := write(t, filepath.Join(dir, FileName), `# ours
exclude: ["*.lock", vendor]
accounts: lists/accounts.txt
baseline: /abs/known.json
ocr: off
max-document-time: 30s
settings:
  - {rule: "gcp-*", enabled: false}
`)
	c := Default()
	keys, err := ReadFile(name, &c)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"exclude": 2, "accounts": 3, "baseline": 4, "ocr": 5, "max-document-time": 6, "settings": 7}, keys)
	assert.Equal(t, []string{"*.lock", "vendor"}, c.Target.Exclude)
	assert.Equal(t, filepath.Join(dir, "lists", "accounts.txt"), c.Accounts)
	assert.Equal(t, "/abs/known.json", c.Baseline)
	assert.Equal(t, extract.OCROff, c.Documents.Limits.OCR)
	assert.Equal(t, 30*time.Second, c.Documents.Limits.Time)
	assert.Equal(t, Default().Documents.Limits.Depth, c.Documents.Limits.Depth, "what it does not say stays")
	require.Len(t, c.Settings, 1)
	assert.False(t, *c.Settings[0].Enabled)
}

func TestMistakesHaveALineAndAHint(t *testing.T) {
	for text, want := range map[string]string{
		"exclud: [a]\n": `:1: unknown key "exclud" (did you mean "exclude"?)`,
		"a: 1\n":        `:1: unknown key "a"`,
		"all: true\n\nsettings:\n  - {rule: x, path: [a]}": `:4: unknown key "path" (did you mean "paths"?)`,
		"jobs: many\n":                   ":1: cannot unmarshal",
		"jobs: [\n":                      ":1: did not find expected node content",
		"- exclude\n":                    ":1: want keys and values",
		"ocr: sometimes\n":               `"sometimes" is none of auto, off and require`,
		"x: &x {y: *x}\n":                ":1: unknown key",
		"exclude: &e [a]\ninclude: *e\n": ":2: aliases are not read",
		strings.Repeat("#", maxConfig+1): "larger than",
	} {
		c := Default()
		_, err := ReadFile(write(t, filepath.Join(t.TempDir(), FileName), text), &c)
		require.ErrorContains(t, err, want)
	}
}

func TestAnEmptyFileSaysNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n"} {
		c := Default()
		keys, err := ReadFile(write(t, filepath.Join(t.TempDir(), FileName), text), &c)
		require.NoError(t, err, text)
		assert.Empty(t, keys)
		assert.Equal(t, Default(), c)
	}
}

func TestTheNearestFileAboveATargetIsFound(t *testing.T) {
	top := t.TempDir()
	repo := filepath.Join(top, "repo")
	deep := filepath.Join(repo, "a", "b")
	require.NoError(t, os.MkdirAll(deep, 0o700))
	file := write(t, filepath.Join(deep, "main.tf"), "")
	outside := write(t, filepath.Join(top, FileName), "")
	assert.Equal(t, outside, FindFile(deep))
	require.NoError(t, os.Mkdir(filepath.Join(repo, ".git"), 0o700))
	assert.Empty(t, FindFile(deep), "a repository is not configured from outside")
	ours := write(t, filepath.Join(repo, FileName), "")
	assert.Equal(t, ours, FindFile(file))
	assert.Equal(t, ours, FindFile(filepath.Join(repo, "a", "not-there")))
	nearer := write(t, filepath.Join(repo, "a", FileName), "")
	assert.Equal(t, nearer, FindFile(deep))
	assert.Empty(t, FindFile("-"))
	assert.Empty(t, FindFile("https://example.com/org/repo.git"))
	require.NoError(t, os.Symlink(outside, filepath.Join(deep, FileName)))
	assert.Equal(t, nearer, FindFile(deep), "a link may lead anywhere")
}

// FuzzFile wants of any bytes an error with a line, or a configuration that says the same
// when it is written and read again.
func FuzzFile(f *testing.F) {
	f.Add("exclude: [a]\nsettings:\n - {rule: x, enabled: false}\n")
	f.Add("custom-rules: [{id: a, pattern: b, match: [c]}]\n")
	f.Add("inventory: [{account: '1', class: own}]\nmax-document-time: 3s\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := Default()
		keys, err := yamlfile.Decode([]byte(text), &c)
		if err != nil {
			require.Regexp(t, `^\d+: `, err.Error())
			return
		}
		for key := range keys {
			_, err := c.Value(key)
			require.NoError(t, err, key)
		}
	})
}
