package pdf

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// classic is a file that the second reader likes: a table and nothing else.
func classic() []byte {
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		"<</Length 43>>\nstream\nBT /F1 12 Tf 50 700 Td (123456789012) Tj ET\nendstream",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	b := "%PDF-1.4\n"
	table := "xref\n0 6\n0000000000 65535 f \n"
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", len(b))
		b += fmt.Sprintf("%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	return []byte(b + table + fmt.Sprintf("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(b)))
}

// The second reader finds the page by itself: the first one is given nothing.
func TestSecondOpinion(t *testing.T) {
	e := New()
	r, err := extracttest.Extract(t, classic(), &extract.Extractor{
		Name: "second", Claims: e.Claims,
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			return newReader(&object.File{}, out).secondOpinion(data)
		},
	})
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "123456789012\n", Place: "page 1"})
}

func TestHarmless(t *testing.T) {
	sound := string(classic())
	require.True(t, harmless([]byte(sound)))
	for name, hurt := range map[string]string{
		"size":       strings.Replace(sound, "/Size 6", "/Size 3000000000", 1),
		"section":    strings.Replace(sound, "xref\n0 6", "xref\n0 99999999", 1),
		"far off":    strings.Replace(sound, "xref\n0 6", "xref\n99999999 6", 1),
		"beyond int": strings.Replace(sound, "/Length 43", "/Length 99999999999999999999", 1),
		"chain":      strings.Replace(sound, "/Size 6", "/Size 6/Prev 9", 1),
		"depth":      strings.Replace(sound, "/Size 6", "/A "+strings.Repeat("[", maxBrackets)+"/Size 6", 1),
		"section 2":  strings.Replace(sound, "trailer", "4000000000 1\n0000000000 65535 f \ntrailer", 1),
	} {
		assert.False(t, harmless([]byte(hurt)), name)
	}
}
