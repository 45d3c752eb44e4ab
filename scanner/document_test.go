package scanner_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// scripts are documents of lines that say what their reader writes:
// "@page 1" is a place, "#part" and "?part" begin texts, the latter read off a
// picture, "!why" is a row, "-why" an error, everything else is text.
func script(magic string, text bool) *extract.Extractor {
	return &extract.Extractor{
		Name: "script", Text: text,
		Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte(magic)) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			data, err := doc.Bytes()
			if err != nil {
				return err
			}
			for _, line := range strings.Split(strings.TrimPrefix(string(data), magic), "\n") {
				if err := play(line, out); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func play(line string, out *extract.Output) error {
	switch {
	case strings.HasPrefix(line, "@"):
		out.Place(line[1:])
	case strings.HasPrefix(line, "#"):
		out.Begin(line[1:])
	case strings.HasPrefix(line, "?"):
		out.BeginOCR(line[1:])
	case strings.HasPrefix(line, "!"):
		reason, at, _ := strings.Cut(line[1:], " in ")
		name, place, _ := strings.Cut(at, ", ")
		out.Unexamined(name, place, finding.Damaged.Because("%s", reason))
	case line == "-other":
		return extract.ErrOtherFormat
	case strings.HasPrefix(line, "-"):
		return errors.New(line[1:])
	case strings.HasPrefix(line, "*"): // turned round, so that the file as it stands does not show it
		b := []byte(line[1:])
		for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
		line = string(b)
		fallthrough
	default:
		_, err := out.WriteString(line + "\n")
		return err
	}
	return nil
}

func turned(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return "*" + string(b)
}

func scanDocument(t *testing.T, lines ...string) *finding.Result {
	t.Helper()
	o := options()
	o.Documents = extract.InProcess([]*extract.Extractor{script("DOC", false), script("TXT", true)}, extract.Defaults())
	content := strings.Join(lines, "\n")
	res := scan(t, memory{contents: map[source.ID]string{"f": content}}, o)
	streamed := scan(t, memory{contents: map[source.ID]string{"f": content}, streamed: true}, o)
	assert.Equal(t, seen(res), seen(streamed), "read from memory and from a stream")
	return res
}

type sighting struct {
	value  string
	inside string
	place  string
	line   int
}

func seen(res *finding.Result) (out []sighting) {
	for _, f := range res.Findings {
		for _, s := range f.Sightings {
			out = append(out, sighting{f.Secret.Reveal(), strings.Join(s.Inside, ">"), s.Place, s.Line})
		}
	}
	return out
}

func TestAValueInADocumentIsAtItsPlace(t *testing.T) {
	res := scanDocument(t, "DOC@page 1", "first", "@page 2", turned("account "+ours), "#notes.xml", "@notes", turned("account "+theirs))
	assert.Equal(t, []sighting{{ours, "", "page 2", 2}, {theirs, "notes.xml", "notes", 1}}, seen(res))
	assert.True(t, res.Findings[0].Sightings[0].Extracted)
	assert.Empty(t, res.Unexamined)
	assert.Equal(t, int64(1), res.Stats.Blobs)
}

func TestAPlaceIsToldOnce(t *testing.T) {
	twice := turned("account " + ours)
	res := scanDocument(t, "DOC@page 1", twice, twice, "#part", twice, twice)
	assert.Equal(t, []sighting{{ours, "", "page 1", 1}, {ours, "part", "", 1}, {ours, "part", "", 2}}, seen(res),
		"by its name, or by its lines if it has none")
}

func TestWhatWasReadOffAPictureIsLessSure(t *testing.T) {
	f := scanDocument(t, "DOC?picture.png", turned("account "+ours)).Findings[0]
	assert.InDelta(t, 0.9*0.9, f.Confidence, 1e-9)
	assert.Contains(t, f.Evidence, "read off a picture, so characters may be wrong")
}

func TestADocumentThatIsNotReadWhole(t *testing.T) {
	res := scanDocument(t, "DOC@page 1", turned("account "+ours), "!encrypted in a.zip, page 2", "-damaged", "account "+theirs)
	assert.Equal(t, []sighting{{ours, "", "page 1", 1}, {theirs, "", "", 5}}, seen(res), "what was read counts, and what shows as it stands")
	assert.Equal(t, []finding.Unexamined{
		{Path: "f", Place: "a.zip, page 2", Kind: finding.Damaged, Reason: "encrypted"},
		{Path: "f", Kind: finding.Unreadable, Reason: "damaged"},
	}, res.Unexamined)
}

func TestADocumentOfNobodyIsReadAsItStands(t *testing.T) {
	res := scanDocument(t, "DOC-other", "account "+ours)
	assert.Equal(t, []sighting{{ours, "", "", 2}}, seen(res))
	assert.Empty(t, res.Unexamined)
}

func TestATextFileShowsItsLines(t *testing.T) {
	res := scanDocument(t, "TXT@cell 1", "account "+ours, turned("account "+theirs))
	assert.Equal(t, []sighting{{ours, "", "", 2}, {theirs, "", "cell 1", 2}}, seen(res),
		"the extracted place is told only of what the file does not show")
}

func TestTextsOfADocumentDoNotPair(t *testing.T) {
	res := scanDocument(t, "DOC#a", turned("KEY01"), "#b", turned("SECRET01"))
	require.Len(t, res.Findings, 2)
	assert.Empty(t, res.Findings[0].Related)
	res = scanDocument(t, "DOC#a", turned("KEY01"), turned("SECRET01"))
	assert.Len(t, res.Findings[0].Related, 1)
}

func TestATextOfADocumentMayBeLong(t *testing.T) {
	filler := strings.Repeat("filler\n", 650_000)
	res := scanDocument(t, "DOC@before", filler+"@page 900", turned("account "+ours), "@after", filler+"#next", turned("account "+theirs))
	assert.Equal(t, []sighting{{ours, "", "page 900", 650_001}, {theirs, "next", "", 1}}, seen(res))
}

func TestADetectorThatPanicsOverALongText(t *testing.T) {
	filler := strings.Repeat("filler\n", 650_000)
	res := scanDocument(t, "DOC", filler, turned("PANIC"), filler, "#next", turned("account "+ours))
	require.Len(t, res.Unexamined, 1)
	assert.Contains(t, res.Unexamined[0].Reason, "internal error while matching")
	assert.Equal(t, []sighting{{ours, "next", "", 1}}, seen(res), "costs that text")
}
