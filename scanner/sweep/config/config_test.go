package config

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/finding"
)

var update = flag.Bool("update", false, "rewrite the schema from the types")

// TestSchemaIsThatOfTheTypes holds the committed schema to the types that the file is read
// into.
func TestSchemaIsThatOfTheTypes(t *testing.T) {
	r := jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, DoNotReference: true, Anonymous: true}
	schema := r.Reflect(Config{})
	schema.Title = "deputy: configuration of sweeps"
	text, err := json.MarshalIndent(schema, "", "  ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *update {
		require.NoError(t, os.WriteFile("schema.json", text, 0o644))
		return
	}
	assert.Equal(t, string(text), Schema, "go test ./scanner/sweep/config -update writes it")
	var decoded struct {
		Properties map[string]struct {
			Items struct{ Properties map[string]any }
		}
		AdditionalProperties any
	}
	require.NoError(t, json.Unmarshal(text, &decoded))
	assert.Equal(t, false, decoded.AdditionalProperties)
	assert.Contains(t, decoded.Properties["targets"].Items.Properties, "max-age", "what is inlined is there")
	assert.Contains(t, decoded.Properties["tokens"].Items.Properties, "env")
}

const everything = `
targets:
  - {github: acme, wikis: true, gists: true, skip: [archived, forks]}
  - {github: kim, user: true}
  - {gitlab: acme/platform, url: https://git.example.com, snippets: true, include: ["acme/**"], max-age: 2y}
  - {gitea: acme, url: https://codeberg.org}
  - {bitbucket: acme}
  - {urls: [https://example.com/a/b.git, "git@example.com:c/d.git"]}
  - {url-file: lists/urls.txt}
  - {repositories: mirrors}
  - {documents: /srv/decks}
filters: {max-size: 5G, exclude: ["*-archive"]}
tokens:
  - {host: github.com, app: {id: Iv1.abc, key-file: app.pem}}
  - {host: github.com, env: GITHUB_TOKEN}
  - {host: git.example.com, file: token}
  - {host: bitbucket.org, user: kim@example.com, helper: true}
database: sqlite://sweep.db
every: 24h
scan: .deputy.yaml
trust-repositories: true
limits: {workers: 4, per-host: 2, clone-time: 30m, clone-size: 10G, cache: 100G, cache-directory: cache, scan-time: 1h, api-wait: 3h}
notify:
  - {webhook: {url: https://hooks.example.com/x, secret: {env: HOOK_KEY}}, min-severity: high}
  - {slack: {env: SLACK_URL}}
  - {teams: {file: teams-url}}
  - {email: {to: [sec@example.com], from: "Deputy <deputy@example.com>", server: "mail.example.com:587", user: deputy, password: {file: smtp}}}
due: {critical: 2d, high: 2w, medium: 90d}
serve: {listen: 127.0.0.1:8787, url: https://deputy.example.com, token: {file: page-token}}
`

func written(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sweep.yaml")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	return name
}

func TestEverythingThereIs(t *testing.T) {
	name := written(t, everything)
	c, err := Read(name)
	require.NoError(t, err)
	dir := filepath.Dir(name)
	assert.Equal(t, filepath.Join(dir, "lists/urls.txt"), c.Targets[6].URLFile, "names count from the file's directory")
	assert.Equal(t, "/srv/decks", c.Targets[8].Documents)
	assert.Equal(t, filepath.Join(dir, "app.pem"), c.Tokens[0].App.KeyFile)
	assert.Equal(t, "sqlite://"+filepath.Join(dir, "sweep.db"), c.Database)
	assert.Equal(t, filepath.Join(dir, "smtp"), c.Notify[3].Email.Password.File)
	assert.Equal(t, 14*24*time.Hour, c.Due.After(finding.High))
	assert.Zero(t, c.Due.After(finding.Low))
	assert.EqualValues(t, 10<<30, c.Limits.CloneSize)
	h, err := c.Hosts(Network{})
	require.NoError(t, err)
	var names []string
	for _, l := range h.Listers {
		names = append(names, l.Target())
	}
	assert.Equal(t, []string{
		"github:acme", "github:kim", "gitlab:git.example.com/acme/platform", "gitea:codeberg.org/acme", "bitbucket:acme",
		"urls", "file:" + filepath.Join(dir, "lists/urls.txt"), "folder:" + filepath.Join(dir, "mirrors"), "documents:/srv/decks",
	}, names)
}

func TestMistakesAreNamed(t *testing.T) {
	const one = "targets: [{github: acme}]\n"
	for text, want := range map[string]string{
		"":                                       "targets",
		"targets: []":                            "targets",
		"target: [{github: acme}]":               `1: unknown key "target" (did you mean "targets"`,
		"targets:\n- {githob: acme}":             `2: unknown key "githob" (did you mean "github"`,
		"targets: [{github: a, gitlab: b}]":      "number 1: want one of",
		"targets: [{github: a/b}]":               "only GitLab",
		"targets: [{gitea: a}]":                  "no public site",
		"targets: [{github: a, snippets: true}]": "no snippets",
		"targets: [{github: a, url: 'http://git.example.com'}]":        "https",
		"targets: [{urls: ['ext::sh -c id']}]":                         "urls, number 1",
		"targets: [{urls: ['https://x:treasure@y/z']}]":                "password",
		"targets: [{documents: x, wikis: true}]":                       "for owners on a host",
		"targets: [{github: a, skip: [forked]}]":                       `unknown "forked" (did you mean "forks"`,
		"targets: [{github: a, include: ['[']}]":                       "bad glob",
		"targets: [{github: a, max-size: big}]":                        "no size",
		"targets: [{github: a, max-age: soon}]":                        "no duration",
		one + "tokens: [{host: github.com}]":                           "want one of env, file, helper and app",
		one + "tokens: [{host: github.com, env: A, file: b}]":          "want one of env, file, helper and app",
		one + "tokens: [{host: 'https://github.com', env: A}]":         "want a name such as",
		one + "tokens: [{host: github.com, token: treasure}]":          `unknown key "token"`,
		one + "database: mysql://x":                                    "want sqlite",
		one + "database: postgres://kim:treasure@db/x":                 "PGPASSWORD",
		one + "database: postgres://db/x?password=treasure":            "PGPASSWORD",
		one + "notify: [{slack: {}}]":                                  "want env or file",
		one + "notify: [{}]":                                           "want one of webhook",
		one + "notify: [{webhook: {url: 'http://x.example'}}]":         "want https",
		one + "notify: [{email: {to: [x], from: a@b, server: 'c:1'}}]": "no address",
		one + "notify: [{slack: {env: A}, min-severity: severe}]":      "severe",
		one + "every: 5s":                                              "less than a minute",
		one + "serve: {url: 'https://x/y'}":                            "without a path",
		one + "a: &b [1]\nc: *b":                                       `unknown key "a"`,
		"targets: *x":                                                  "1: ",
	} {
		_, err := Read(written(t, text))
		require.ErrorContains(t, err, want, text)
		assert.NotContains(t, err.Error(), "treasure", "what may be a secret is not repeated")
	}
	_, err := Read(written(t, strings.Repeat("#", maxFile+1)))
	require.ErrorContains(t, err, "larger")
}

func TestCommonFiltersAndATargetsOwn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a/web.git", "a/web-archive.git", "b/api.git"} {
		for _, part := range []string{"objects/12", "refs"} {
			require.NoError(t, os.MkdirAll(filepath.Join(dir, name, part), 0o755))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "HEAD"), []byte("ref: refs/heads/main\n"), 0o644))
	}
	c, err := Read(written(t, "targets: [{repositories: '"+dir+"', exclude: [b]}]\nfilters: {exclude: ['*-archive']}"))
	require.NoError(t, err)
	h, err := c.Hosts(Network{})
	require.NoError(t, err)
	var names []string
	for row := range h.Listers[0].List(t.Context()) {
		if row.Cause == "" {
			names = append(names, row.Repository.FullName)
		}
	}
	assert.Equal(t, []string{"a/web"}, names)
}

func TestTokensOfHostsReachTheirClones(t *testing.T) {
	t.Setenv("DEPUTY_TEST_TOKEN", "treasure")
	c, err := Read(written(t, "targets: [{gitlab: acme, url: 'https://git.example.com', clone-hosts: [clone.example.com]}]\ntokens: [{host: git.example.com, env: DEPUTY_TEST_TOKEN}]"))
	require.NoError(t, err)
	h, err := c.Hosts(Network{})
	require.NoError(t, err)
	for url, want := range map[string]string{"https://git.example.com/acme/x.git": "oauth2treasure", "https://clone.example.com/acme/x.git": "oauth2treasure", "https://evil.example/x.git": ""} {
		user, token, err := h.Credentials.For(t.Context(), url)
		require.NoError(t, err)
		assert.Equal(t, want, user+token.Reveal())
	}
}

func TestUnits(t *testing.T) {
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "24h": 24 * time.Hour, "30d": 720 * time.Hour, "2w": 336 * time.Hour, "1y": 8760 * time.Hour, "1h30m": 90 * time.Minute, "0s": 0} {
		var d Duration
		require.NoError(t, d.UnmarshalText([]byte(text)), text)
		assert.Equal(t, want, time.Duration(d))
		again, err := d.MarshalText()
		require.NoError(t, err)
		var e Duration
		require.NoError(t, e.UnmarshalText(again))
		assert.Equal(t, d, e)
	}
	for _, text := range []string{"", "1", "d", "-1d", "1.5y", "99999999999999d", "2000000000y", "-5s", "1x"} {
		var d Duration
		assert.Error(t, d.UnmarshalText([]byte(text)), text)
	}
}

// FuzzFile wants of any bytes an error, or a configuration that can be put to use.
func FuzzFile(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("targets: [{github: a}]\nevery: 1d"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.Contains(text, []byte("\x00")) {
			return
		}
		c, err := parse(text)
		if err != nil || c.check() != nil {
			return
		}
		c.relativeTo("/x")
		h, err := c.Hosts(Network{})
		require.NoError(t, err)
		assert.Len(t, h.Listers, len(c.Targets))
		assert.False(t, slices.Contains(h.Listers, nil))
	})
}
