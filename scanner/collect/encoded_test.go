package collect

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/awsaccount"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/source"
)

// TestADocumentThatLiesEncodedIsReadOnce: two files hold the same picture in base64.
func TestADocumentThatLiesEncodedIsReadOnce(t *testing.T) {
	const account = "5841" + "7036" + "2915" // made up
	picture := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0, 1, 2}, 100)...)
	read := 0
	c := New(context.Background(), Options{
		Detectors: detect.NewSet(awsaccount.New()),
		Documents: extract.InProcess([]*extract.Extractor{{
			Name:   "picture",
			Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte("\x89PNG")) },
			Extract: func(_ context.Context, _ *extract.Document, out *extract.Output) error {
				read++
				_, err := fmt.Fprintf(out, "AWS account ID: %s\n", account)
				return err
			},
		}}, extract.Defaults()),
		Jobs: 1,
	})
	for _, name := range []source.ID{"first", "second"} {
		c.Blob(&source.Blob{ID: name, Path: string(name), Data: []byte("# " + name + "\n\n![](data:image/png;base64," +
			source.ID(base64.StdEncoding.EncodeToString(picture)) + ")\n")})
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
