package scanner_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// slow hands over one content, waits until the time for contents or that for everything is
// over, and hands over another one.
type slow struct {
	whole bool // it waits until it is broken off
}

func (s slow) Scan(ctx context.Context, v source.Visitor) error {
	v.Blob(&source.Blob{ID: "first", Path: "first", Data: []byte("account " + ours)})
	if s.whole {
		<-ctx.Done()
		return context.Cause(ctx)
	}
	time.Sleep(2 * bound)
	v.Blob(&source.Blob{ID: "second", Path: "second", Data: []byte("account " + theirs)})
	return nil
}

func (slow) Locate(context.Context, map[source.ID]bool) ([]source.Place, error) {
	return []source.Place{{ID: "first", Path: "first"}}, nil
}
func (slow) Open(source.ID) (io.ReadCloser, error) { return nil, source.ErrOutOfTime }
func (slow) Close() error                          { return nil }

const bound = 500 * time.Millisecond

// TestWhatIsLeftWhenTimeIsOverIsUnexamined: what was found until then counts, and has its
// places.
func TestWhatIsLeftWhenTimeIsOverIsUnexamined(t *testing.T) {
	for whole, why := range map[bool]string{
		false: "the target takes more than 500ms: 1 contents were not examined",
		true:  "the target takes more than 500ms: what the scan had not come to was not examined",
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			r, err := scanner.Scan(t.Context(), slow{whole}, scanner.Options{
				Detectors: detect.NewSet(words{}), Fingerprints: finding.NewFingerprinter(nil), Jobs: 1, MaxTime: bound,
			})
			require.NoError(t, err)
			require.Len(t, r.Findings, 1)
			assert.Equal(t, "first", r.Findings[0].Sightings[0].Path)
			require.Len(t, r.Unexamined, 1)
			assert.Equal(t, why, r.Unexamined[0].Reason)
			assert.Equal(t, finding.OverTime, r.Unexamined[0].Kind)
		})
	}
}

// TestAnInterruptIsNoEndOfTime: it has no result.
func TestAnInterruptIsNoEndOfTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := scanner.Scan(ctx, slow{true}, scanner.Options{
		Detectors: detect.NewSet(words{}), Fingerprints: finding.NewFingerprinter(nil), Jobs: 1, MaxTime: time.Hour,
	})
	assert.ErrorIs(t, err, context.Canceled)
}
