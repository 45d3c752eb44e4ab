package taint_test

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers/passtest"
	"github.com/deputy-sec/deputy/analyzers/taint/summary"
)

// maxFact is what the fact of one fixture package may weigh: a fact is read by every
// importer, so it must stay near the size of what the package exports.
const maxFact = 32 << 10

func TestFactsStaySmall(t *testing.T) {
	dir, err := filepath.Abs("../testdata")
	require.NoError(t, err)
	exported := 0
	for _, r := range analysistest.Run(silent{}, dir, passtest.Pass(t, "taint"), "flows", "idparam", "idreturned", "idparam/trust") {
		for _, f := range r.Action.AllPackageFacts() {
			var buf bytes.Buffer
			require.NoError(t, gob.NewEncoder(&buf).Encode(f.Fact))
			require.Less(t, buf.Len(), maxFact, "%s", f.Package.Path())
			if _, ok := f.Fact.(*summary.Summaries); ok {
				exported++
			}
		}
	}
	require.Positive(t, exported, "no summaries were exported at all")
}

func TestFactsAreDeterministic(t *testing.T) {
	dir, err := filepath.Abs("../testdata")
	require.NoError(t, err)
	encode := func() []byte {
		var buf bytes.Buffer
		for _, r := range analysistest.Run(silent{}, dir, passtest.Pass(t, "taint"), "idparam/trust") {
			for _, f := range r.Action.AllPackageFacts() {
				if s, ok := f.Fact.(*summary.Summaries); ok {
					require.NoError(t, gob.NewEncoder(&buf).Encode(s))
				}
			}
		}
		return buf.Bytes()
	}
	first := encode()
	again := 3
	if testing.Short() {
		again = 1
	}
	for range again {
		require.Equal(t, first, encode(), "build systems cache by content")
	}
}

func TestWhatIsNotFollowedToTheEndIsTold(t *testing.T) {
	var b strings.Builder
	b.WriteString("package tangle\n\nimport \"log\"\n\ntype in struct{ RoleARN, ExternalID string; next *in }\n\nfunc short(x *in) { log.Println(x.RoleARN) }\n\nfunc long(x *in) {\n")
	for range 12000 {
		b.WriteString("\tlog.Println(x.next.next.next.RoleARN)\n")
	}
	b.WriteString("}\n")
	dir, cleanup, err := analysistest.WriteFiles(map[string]string{"tangle/tangle.go": b.String()})
	require.NoError(t, err)
	defer cleanup()
	pass := passtest.Pass(t, "taint")
	require.NoError(t, pass.Flags.Set("unfinished", "true"))
	var told []string
	for _, r := range analysistest.Run(silent{}, dir, pass, "tangle") {
		for _, d := range r.Diagnostics {
			told = append(told, d.Message)
		}
	}
	require.Equal(t, []string{"tangle.long is too tangled to be followed to the end"}, told)
}

func TestWhatBecomesAnExternalIDIsToldOfLargePackages(t *testing.T) {
	var b strings.Builder
	b.WriteString("package large\n\nimport \"log\"\n\ntype In struct{ RoleARN, ExternalID string }\n\nvar last *In\n\n")
	for i := range 600 {
		fmt.Fprintf(&b, "func Log%d(s string) { log.Println(s) }\n\n", i)
	}
	b.WriteString("func ZConnect(handshake string) { last = &In{ExternalID: handshake} }\n")
	dir, cleanup, err := analysistest.WriteFiles(map[string]string{"large/large.go": b.String()})
	require.NoError(t, err)
	defer cleanup()
	told := map[string]bool{}
	for _, r := range analysistest.Run(silent{}, dir, passtest.Pass(t, "taint"), "large") {
		for _, f := range r.Action.AllPackageFacts() {
			if s, ok := f.Fact.(*summary.Summaries); ok {
				for _, fn := range s.Funcs {
					told[fn.Name] = true
				}
			}
		}
	}
	require.Less(t, len(told), 600, "the fact is bounded")
	require.True(t, told["large.ZConnect"])
}

// silent takes the expectations of other passes' fixtures for what they are.
type silent struct{}

func (silent) Errorf(string, ...any) {}

var _ analysis.Fact = (*summary.Summaries)(nil)
