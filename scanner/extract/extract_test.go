package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// box makes an extractor of a format that begins with "BOX", so that these tests
// are free of real formats.
func box(f func(*extract.Document, *extract.Output) error) *extract.Extractor {
	return &extract.Extractor{
		Name:   "box",
		Claims: func(head []byte) bool { return bytes.HasPrefix(head, []byte("BOX")) },
		Extract: func(_ context.Context, doc *extract.Document, out *extract.Output) error {
			return f(doc, out)
		},
	}
}

func TestPartsCarryTheirWayAndPlace(t *testing.T) {
	e := box(func(doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		out.Place("page 1")
		if _, err := out.WriteString("outer"); err != nil {
			return err
		}
		inner := strings.TrimPrefix(string(data), "BOX")
		if inner == "" {
			return nil
		}
		return out.EmbedBytes("part", "page 2", []byte(inner))
	})
	r, err := extracttest.Extract(t, []byte("BOXBOXplain"), e)
	require.NoError(t, err)
	assert.Equal(t, []extracttest.Piece{
		{Place: "page 1", Text: "outer"},
		{Inside: "part", Place: "page 2, page 1", Text: "outer"},
		{Inside: "part > part", Place: "page 2, page 2", Text: "plain"},
	}, r.Pieces)
}

func TestADocumentThatHoldsItselfEnds(t *testing.T) {
	e := box(func(_ *extract.Document, out *extract.Output) error {
		return out.EmbedBytes("", "again", []byte("BOX"))
	})
	r, err := extracttest.Extract(t, []byte("BOX"), e)
	require.NoError(t, err)
	assert.Empty(t, r.Rows, "it was read")
}

func TestADocumentThatHoldsEverMoreEnds(t *testing.T) {
	e := box(func(doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		return out.EmbedBytes("", "again", append(data, 'x'))
	})
	r, err := extracttest.Extract(t, []byte("BOX"), e)
	require.NoError(t, err)
	require.Len(t, r.Rows, 1)
	assert.Contains(t, r.Rows[0], "over budget: more than 12 documents in each other")
}

func TestPartsAreCounted(t *testing.T) {
	e := box(func(_ *extract.Document, out *extract.Output) error {
		for {
			if err := out.EmbedBytes("x", "", []byte("text")); err != nil {
				return err
			}
		}
	})
	limits := extract.Defaults()
	limits.Parts = 10
	r, err := extracttest.ExtractWithin(t, limits, []byte("BOX"), e)
	var over *extract.OverBudget
	require.ErrorAs(t, err, &over)
	assert.Len(t, r.Pieces, 10, "what was read before the budget was spent counts")
}

func TestTextIsCounted(t *testing.T) {
	e := box(func(_ *extract.Document, out *extract.Output) error {
		for {
			if _, err := out.WriteString("0123456789"); err != nil {
				return err
			}
		}
	})
	limits := extract.Defaults()
	limits.Text = 105
	r, err := extracttest.ExtractWithin(t, limits, []byte("BOX"), e)
	require.ErrorContains(t, err, "over budget: more than 105 bytes of text")
	assert.Len(t, r.All(), 101)
}

func TestWhatLiesDeepIsReadOnce(t *testing.T) {
	// n holds two each of n-1: 2ⁿ readings, if each were read wherever it lies.
	e := box(func(doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		n := len(data) - len("BOX")
		if n == 0 {
			_, err := out.WriteString("innermost")
			return err
		}
		for _, part := range []string{"a", "b"} {
			if err := out.EmbedBytes(part, "", data[:len(data)-1]); err != nil {
				return err
			}
			if err := out.EmbedBytes(part+".txt", "", []byte("plain")); err != nil {
				return err
			}
		}
		return nil
	})
	r, err := extracttest.Extract(t, []byte("BOX1"), e)
	require.NoError(t, err)
	assert.Equal(t, []extracttest.Piece{
		{Inside: "a", Text: "innermost"}, {Inside: "a.txt", Text: "plain"},
		{Inside: "b", Text: "innermost"}, {Inside: "b.txt", Text: "plain"},
	}, r.Pieces, "each place in the outermost document")

	r, err = extracttest.Extract(t, []byte("BOX12345678"), e)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(r.All(), "innermost"))
	assert.Equal(t, 2+2*2+6*2, strings.Count(r.All(), "plain"), "text is told wherever it lies in what is read")
	assert.Empty(t, r.Rows)
}

func TestWhatWasReadWithLittleRoomIsReadAgain(t *testing.T) {
	// x holds the text; chains of c lead to it, first a long one, then a short one.
	e := box(func(doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		switch inner := string(data[len("BOX"):]); inner {
		case "":
			for _, chain := range []string{strings.Repeat("c", 11), "c"} {
				if err := out.EmbedBytes(chain, "", []byte("BOX"+chain+"x")); err != nil {
					return err
				}
			}
			return nil
		case "x":
			return out.EmbedBytes("text", "", []byte("innermost"))
		default:
			return out.EmbedBytes("c", "", []byte("BOX"+inner[1:]))
		}
	})
	r, err := extracttest.Extract(t, []byte("BOX"), e)
	require.NoError(t, err)
	assert.Equal(t, "innermost\n", r.All())
	assert.Len(t, r.Rows, 1, "of the long chain")
}

func TestAPartThatFailsCostsOnlyItself(t *testing.T) {
	e := box(func(doc *extract.Document, out *extract.Output) error {
		data, err := doc.Bytes()
		if err != nil {
			return err
		}
		switch string(data) {
		case "BOXpanic":
			panic("secret content")
		case "BOXerror":
			return extract.ErrEncrypted
		}
		for _, part := range []string{"panic", "error"} {
			if err := out.EmbedBytes(part, "", []byte("BOX"+part)); err != nil {
				return err
			}
		}
		_, err = out.WriteString("after")
		return err
	})
	r, err := extracttest.Extract(t, []byte("BOX"), e)
	require.NoError(t, err)
	assert.Equal(t, []string{
		"panic |  | internal error while reading a box: string",
		"error |  | encrypted",
	}, r.Rows)
	assert.Equal(t, "BOXpanic\nafter\n", r.All(), "what cannot be read is passed on as it is, unless it is encrypted")
}

func TestMistakesWithoutEndEnd(t *testing.T) {
	e := box(func(_ *extract.Document, out *extract.Output) error {
		for out.Err() == nil {
			out.Unexamined("", "", finding.Damaged.Because("a mistake"))
		}
		return nil
	})
	limits := extract.Defaults()
	limits.Parts = 100
	r, err := extracttest.ExtractWithin(t, limits, []byte("BOX"), e)
	var over *extract.OverBudget
	require.ErrorAs(t, err, &over)
	assert.Len(t, r.Rows, 100)
}

func TestTheNextClaimantIsAsked(t *testing.T) {
	first := box(func(*extract.Document, *extract.Output) error { return extract.ErrOtherFormat })
	second := box(func(_ *extract.Document, out *extract.Output) error {
		_, err := out.WriteString("mine")
		return err
	})
	r, err := extracttest.Extract(t, []byte("BOX"), first, second)
	require.NoError(t, err)
	assert.Equal(t, "mine\n", r.All())
	_, err = extracttest.Extract(t, []byte("BOX"), first)
	require.ErrorIs(t, err, extract.ErrOtherFormat)
}

func TestWhatIsTooLargeToHoldCanStillBeStreamed(t *testing.T) {
	doc := extract.FromReader("", strings.NewReader(strings.Repeat("x", 300<<20)))
	_, err := doc.Bytes()
	var over *extract.OverBudget
	require.ErrorAs(t, err, &over)
	n, err := doc.Reader().Read(make([]byte, 10))
	require.NoError(t, err)
	assert.Equal(t, 10, n)
}

func TestAReaderThatFails(t *testing.T) {
	doc := extract.FromReader("", &failing{})
	assert.Equal(t, "begin", string(doc.Head(100)))
	_, err := doc.Bytes()
	require.ErrorIs(t, err, extract.ErrDamaged)
}

type failing struct{ done bool }

func (f *failing) Read(p []byte) (int, error) {
	if f.done {
		return 0, errors.New("bad sector")
	}
	f.done = true
	return copy(p, "begin"), nil
}

func TestWhatLasts(t *testing.T) {
	for _, reason := range []error{
		extract.ErrEncrypted, extract.ErrDamaged, fmt.Errorf("%w: no footer", extract.ErrDamaged),
		&extract.OverBudget{Limit: "more than 12 parts"}, extract.ErrOCROff,
		errors.Join(extract.ErrDamaged, errors.New("of a library")),
	} {
		assert.True(t, finding.ReasonOf(reason).Code.Lasting(), reason)
	}
	for _, reason := range []error{
		extract.OverTime(time.Minute), extract.OverMemory(1 << 30), extract.ErrCut, fmt.Errorf("%w: %w", extract.ErrDamaged, extract.ErrCut),
		fmt.Errorf("%w: %w", extract.ErrDamaged, context.DeadlineExceeded), errors.Join(extract.ErrDamaged, extract.OverTime(time.Minute)),
		errors.New("input/output error"), errors.New("damaged object: file could not be read from disk"), errors.New("encrypted or not"),
		errors.New("over budget: says who"),
	} {
		assert.False(t, finding.ReasonOf(reason).Code.Lasting(), reason)
	}
}
