package checks_test

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/checks"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/externalid"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// inventory is what the examples suppose.
type inventory struct{}

func (inventory) Owner(account string) (checks.Owner, string) {
	switch account {
	case "444455556666":
		return checks.Own, "ours"
	case "777788889999":
		return checks.Foreign, "Acme"
	}
	switch owner, ok := awsaccount.Published(account); {
	case ok && owner == "AWS":
		return checks.AWS, owner
	case ok:
		return checks.Foreign, owner
	}
	return checks.Unknown, ""
}

func options() checks.Options {
	return checks.Options{Accounts: inventory{}, Placeholder: externalid.Placeholder, Jobs: 1}
}

// check runs the checks over files.
func check(t testing.TB, files map[string]string, o checks.Options) *checks.Report {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	names := slices.Sorted(maps.Keys(files))
	r, err := checks.Run(context.Background(), tree, names, names, o)
	require.NoError(t, err)
	return r
}

var _ fs.FS = fstest.MapFS{}

// one runs one check over one text.
func one(t testing.TB, c *checks.Check, text string) *checks.Report {
	t.Helper()
	o := options()
	o.Only = []string{c.Rule.ID}
	return check(t, map[string]string{"file": text}, o)
}

func TestExamples(t *testing.T) {
	for _, c := range checks.All() {
		run := func(kind string, examples []finding.Example, judge func(*testing.T, *checks.Report)) {
			for i, ex := range examples {
				t.Run(c.Rule.ID+"/"+kind+"/"+ex.Name, func(t *testing.T) {
					r := one(t, c, example.Expand(ex.Text, uint64(i+1), nil).Text)
					require.Empty(t, r.Unexamined, ex.Text)
					judge(t, r)
				})
			}
		}
		assert.NotEmpty(t, c.Rule.Matches, c.Rule.ID)
		assert.NotEmpty(t, c.Rule.NearMisses, c.Rule.ID)
		run("match", c.Rule.Matches, func(t *testing.T, r *checks.Report) {
			assert.NotEmpty(t, r.Fails, "%+v", messages(r.Unresolved))
		})
		run("near-miss", c.Rule.NearMisses, func(t *testing.T, r *checks.Report) {
			assert.Empty(t, messages(r.Fails))
		})
		run("unclear", c.Unclear, func(t *testing.T, r *checks.Report) {
			assert.Empty(t, messages(r.Fails))
			assert.NotEmpty(t, messages(r.Unresolved))
		})
	}
}

func messages(verdicts []checks.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		out = append(out, v.Message)
	}
	return out
}

func TestRulesAreDocumented(t *testing.T) {
	for _, c := range checks.All() {
		r := c.Rule
		for what, text := range map[string]string{"title": r.Title, "about": r.About, "remedy": r.Remedy, "guide": r.Guide, "source": r.Source} {
			assert.NotEmpty(t, text, "%s: %s", r.ID, what)
		}
		assert.Equal(t, checks.Template, r.Kind)
		assert.Positive(t, r.Severity.Rank())
	}
}

func TestNoReportHoldsAnExternalID(t *testing.T) {
	for _, c := range checks.All() {
		for i, ex := range c.Rule.Matches {
			e := example.Expand(ex.Text, uint64(i+1), nil)
			r := check(t, map[string]string{"file": e.Text}, options())
			for _, v := range append(append([]checks.Verdict{}, r.Fails...), r.Unresolved...) {
				said := v.Message + v.Instead + v.Address
				for _, s := range v.Steps {
					said += s.Message
				}
				for _, secret := range e.Want {
					assert.False(t, strings.Contains(said, secret.Text), "%s/%s", c.Rule.ID, ex.Name)
				}
			}
		}
	}
}
