package collect

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/delimited"
	"github.com/deputy-sec/deputy/scanner/source"
)

// picture returns what the extractor of the tests takes for a picture, in base64.
func picture() string {
	return base64.StdEncoding.EncodeToString(append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0, 1, 2}, 100)...))
}

// extractorOf reads an account off every picture, and counts them.
func extractorOf(account string, read *int) *extract.Extractor {
	return &extract.Extractor{
		Name:   "picture",
		Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte("\x89PNG")) },
		Extract: func(_ context.Context, _ *extract.Document, out *extract.Output) error {
			*read++
			_, err := fmt.Fprintf(out, "AWS account ID: %s\n", account)
			return err
		},
	}
}

func collection(extractors ...*extract.Extractor) *Collection {
	return New(context.Background(), Options{
		Detectors: detect.NewSet(awsaccount.New()), Documents: extract.InProcess(extractors, extract.Defaults()), Jobs: 1,
	})
}

// TestADocumentThatLiesEncodedInATableIsRead: what is extracted of a long table is its
// later rows alone.
func TestADocumentThatLiesEncodedInATableIsRead(t *testing.T) {
	const account = "5841" + "7036" + "2915" // made up
	read := 0
	c := collection(delimited.New(), extractorOf(account, &read))
	c.Blob(&source.Blob{ID: "t", Path: "t.csv", Data: []byte("owner,icon\nteam,none\nteam," + picture() + "\n" + strings.Repeat("team,none\n", 1000))})
	c.Wait()
	assert.Equal(t, 1, read)
	require.Len(t, c.Values(), 1)
	for _, v := range c.Values() {
		assert.EqualValues(t, 3, v.Occurrences[0].Line)
	}
}

// TestADocumentThatLiesEncodedIsReadOnce: two files hold the same picture in base64.
func TestADocumentThatLiesEncodedIsReadOnce(t *testing.T) {
	const account = "5841" + "7036" + "2915" // made up
	read := 0
	c := collection(extractorOf(account, &read))
	for _, name := range []source.ID{"first", "second"} {
		c.Blob(&source.Blob{ID: name, Path: string(name), Data: []byte("# " + name + "\n\n![](data:image/png;base64," +
			source.ID(picture()) + ")\n")})
	}
	c.Wait()
	assert.Equal(t, 1, read)
	require.Len(t, c.Values(), 1)
	for key, v := range c.Values() {
		assert.Equal(t, account, key.Text)
		require.Len(t, v.Occurrences, 2)
		for _, o := range v.Occurrences {
			assert.Equal(t, []string{"base64"}, o.In.Inside)
			assert.True(t, o.In.InText)
			assert.EqualValues(t, 3, o.Line)
			assert.EqualValues(t, 27, o.Column)
		}
	}
}
