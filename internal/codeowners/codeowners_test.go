package codeowners

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTheLastRuleThatMatchesDecides(t *testing.T) {
	o := Parse(`# everything
*       @acme/all
*.js    @js-owner #inline
/build/logs/ @doctocat
docs/*  docs@example.com
apps/   @octocat
/scripts/ @doctocat @octocat
**/logs @logs
/apps/github
a\ b.txt @spaces
broken[ @nobody
!not.txt @nobody
`)
	for path, want := range map[string]string{
		"README":                    "@acme/all",
		"deep/in/it.js":             "@js-owner",
		"build/logs/a.txt":          "@logs",
		"docs/getting-started.md":   "docs@example.com",
		"docs/build-app/trouble.md": "@acme/all",
		"apps/x":                    "@octocat",
		"deep/apps/x":               "@octocat",
		"scripts/x/y.sh":            "@doctocat @octocat",
		"deep/scripts/x":            "@acme/all",
		"deep/logs/x":               "@logs",
		"apps/github/x":             "",
		"a b.txt":                   "@spaces",
		"not.txt":                   "@acme/all",
		"broken[":                   "@nobody",
	} {
		assert.Equal(t, want, strings.Join(o.Of(path), " "), path)
	}
	assert.Nil(t, Parse("").Of("x"))
}

func TestASectionOfGitLabHasOwners(t *testing.T) {
	o := Parse("[Database][2] @dba\nmodel/db/\nconfig/db @ops\n\n^[Docs] @writers\n*.md\n")
	assert.Equal(t, []string{"@dba"}, o.Of("model/db/x.sql"))
	assert.Equal(t, []string{"@ops"}, o.Of("config/db"))
	assert.Equal(t, []string{"@writers"}, o.Of("a/b.md"))
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"* @a", "[x] @b\ny", "/a/*/b @c\n**/x/ @d", "\\ \\# @e", "{a,b} @f"} {
		f.Add(seed, "a/b/x")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		o := Parse(text)
		for _, owner := range o.Of(path) {
			assert.Contains(t, owner, "@")
			assert.NotContains(t, owner, " @")
		}
		// A last rule for everything decides about every path, whatever stood before.
		if last := Parse(text + "\n* @last"); len(last) == len(o)+1 && path != "" && !strings.HasPrefix(path, "/") && !strings.HasSuffix(path, "/") && !strings.Contains(path, "//") {
			assert.Equal(t, []string{"@last"}, last.Of(path))
		}
	})
}
