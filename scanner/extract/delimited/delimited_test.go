package delimited

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
)

// table returns a table of so many rows, the last of which is marked.
func table(rows int) string {
	var b strings.Builder
	b.WriteString("name,Account ID\n")
	for i := range rows - 1 {
		fmt.Fprintf(&b, "customer %d,x\n", i)
	}
	return b.String() + "last,1234\n"
}

func TestAccept(t *testing.T) {
	extracttest.Accept(t, New(), []byte(table(2000)), extracttest.Want{Text: "last,1234\n", Place: "row 2001"})
}

func TestHeadIsRepeatedWithinReach(t *testing.T) {
	r, err := extracttest.Extract(t, []byte(table(2000)), New())
	require.NoError(t, err)
	since := 0
	for _, p := range r.Pieces {
		if since += len(p.Text); strings.Contains(p.Text, "Account ID") {
			since = 0
		}
		assert.Less(t, since, reach+100, p.Place)
	}
	assert.NotContains(t, r.All(), "customer 1,", "what the head reaches")
	assert.False(t, New().NeedsExtraction([]byte(table(10))))
}

func TestClaims(t *testing.T) {
	for _, head := range []string{"a,account_id\n1,2\n", "AWS Account\tb\n1\t2\n", "\"a, b\";\"externalId\"\r\n1;2\r\n", "\xef\xbb\xbfOwner,b\n1,2\n"} {
		assert.True(t, claims([]byte(head)), head)
	}
	for _, head := range []string{"", "a,b\n1,2\n", "account\n1\n", "account,b\n1\n", "account, b := f()\nx, y\n", "{\"account\",\n1,\n", "account,b"} {
		assert.False(t, claims([]byte(head)), head)
	}
}

func FuzzDelimited(f *testing.F) {
	f.Add([]byte(table(900)))
	f.Add([]byte("a,account_id\n1,2\n"))
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, New(), content, New()) })
}
