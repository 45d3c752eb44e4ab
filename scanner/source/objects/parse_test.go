package objects_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

var id = strings.Repeat("1f", 20)

func TestParseCommit(t *testing.T) {
	c, err := objects.ParseCommit([]byte("tree " + id + "\nparent " + id + "\nparent " + id + "\n" +
		"author A U Thor <a@example.com> 1700000000 +0130\ncommitter  <> 1700000001 -0800\n" +
		"gpgsig -----BEGIN\n \n x\nencoding latin-1\n\nSubject\n\nBody\n"))
	require.NoError(t, err)
	assert.Equal(t, id, c.Tree.String())
	assert.Len(t, c.Parents, 2)
	assert.Equal(t, "A U Thor <a@example.com>", string(c.Author.Line))
	assert.Equal(t, "A U Thor", string(c.Author.Name))
	assert.Equal(t, "a@example.com", string(c.Author.Email))
	assert.Equal(t, "2023-11-14T23:43:20+01:30", c.Author.When.Format(time.RFC3339))
	assert.EqualValues(t, 1700000001, c.Committer.When.Unix())
	assert.Equal(t, "gpgsig -----BEGIN\n \n x\nencoding latin-1\n", string(c.Extra))
	assert.Equal(t, "Subject\n\nBody\n", string(c.Message))
}

func TestParseTag(t *testing.T) {
	g, err := objects.ParseTag([]byte("object " + id + "\ntype commit\ntag v1\ntagger T <t@example.com> 1 +0000\n\nmessage\n"))
	require.NoError(t, err)
	assert.Equal(t, "v1", string(g.Name))
	assert.Equal(t, "T", string(g.Tagger.Name))
	assert.Equal(t, "message\n", string(g.Message))
	assert.Empty(t, g.Extra)
}

func TestMalformedIsAnError(t *testing.T) {
	for _, bad := range []string{"", "tree", "tree x\n", "tree " + id[1:] + "\n", "tree " + id + "\nparent x\n", "parent " + id} {
		_, err := objects.ParseCommit([]byte(bad))
		assert.Error(t, err, "%q", bad)
		_, err = objects.ParseTag([]byte(bad))
		assert.Error(t, err, "%q", bad)
	}
}

// FuzzTexts wants every part that is taken from an object to stand in it, and
// nothing of a message to be lost.
func FuzzTexts(f *testing.F) {
	f.Add([]byte("tree " + id + "\nauthor A <a> 1 +0000\ncommitter C <c> 1 +0000\nx y\n\nmessage"))
	f.Add([]byte("object " + id + "\ntype commit\ntag v1\ntagger T <t> 1 +0000\n\nmessage"))
	f.Add([]byte("tree " + id + "\n\n\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var parts [][]byte
		c, err := objects.ParseCommit(data)
		if err == nil {
			parts = append(parts, c.Author.Line, c.Author.Name, c.Author.Email, c.Committer.Line, c.Extra, c.Message)
			if y := c.Author.When.Year(); !c.Author.When.IsZero() {
				require.True(t, y >= 1969 && y <= 9999, "year %d", y)
			}
			if _, after, ok := bytes.Cut(data, []byte("\n\n")); ok {
				require.Equal(t, len(after), len(c.Message))
			}
		}
		if g, err := objects.ParseTag(data); err == nil {
			parts = append(parts, g.Name, g.Tagger.Line, g.Extra, g.Message)
		}
		for _, p := range parts {
			require.True(t, bytes.Contains(data, p))
		}
	})
}
