package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/scanner/run"
)

// Every rule has a name of its own and can be explained, in both formats.
func TestEveryRuleCanBeExplained(t *testing.T) {
	seen := map[string]bool{}
	rules, err := run.LoadRules(nil, nil)
	require.NoError(t, err)
	for _, id := range append(append(rules.IDs(), analyzers.Names()...), checkIDs()...) {
		assert.False(t, seen[id], "two rules are called %s", id)
		seen[id] = true
		for _, format := range []string{"text", "json"} {
			var out, errs bytes.Buffer
			require.Equal(t, exitClean, execute([]string{"explain", "--format", format, id}, strings.NewReader(""), &out, &errs), "%s: %s", id, errs.String())
			assert.NotContains(t, out.String(), "«", id)
		}
	}
}
