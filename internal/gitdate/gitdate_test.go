package gitdate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/internal/gitdate"
)

// now is a Wednesday.
var now = time.Date(2026, time.July, 15, 14, 30, 0, 0, time.FixedZone("here", 2*3600))

func TestDates(t *testing.T) {
	for text, want := range map[string]string{
		"now":                            "2026-07-15T14:30:00+02:00",
		"today":                          "2026-07-15T00:00:00+02:00",
		"yesterday":                      "2026-07-14T00:00:00+02:00",
		"yesterday 10:15":                "2026-07-14T10:15:00+02:00",
		"noon yesterday":                 "2026-07-14T12:00:00+02:00",
		"midnight":                       "2026-07-15T00:00:00+02:00",
		"noon":                           "2026-07-15T12:00:00+02:00",
		"tea":                            "2026-07-14T17:00:00+02:00",
		"1 hour ago":                     "2026-07-15T13:30:00+02:00",
		"2 days ago":                     "2026-07-13T14:30:00+02:00",
		"3.days.ago":                     "2026-07-12T14:30:00+02:00",
		"2_weeks_ago":                    "2026-07-01T14:30:00+02:00",
		"2 days ago at noon":             "2026-07-13T12:00:00+02:00",
		"two weeks ago":                  "2026-07-01T14:30:00+02:00",
		"1 year 2 months ago":            "2025-05-15T14:30:00+02:00",
		"last week":                      "2026-07-08T14:30:00+02:00",
		"last month":                     "2026-06-15T14:30:00+02:00",
		"a fortnight ago":                "2026-07-01T14:30:00+02:00",
		"monday":                         "2026-07-13T00:00:00+02:00",
		"last Monday":                    "2026-07-13T00:00:00+02:00",
		"wed":                            "2026-07-08T00:00:00+02:00",
		"last friday at 3pm":             "2026-07-10T15:00:00+02:00",
		"9:05":                           "2026-07-15T09:05:00+02:00",
		"11 pm":                          "2026-07-14T23:00:00+02:00",
		"2025-03-04":                     "2025-03-04T00:00:00+02:00",
		"2025/03/04":                     "2025-03-04T00:00:00+02:00",
		"2025.03.04":                     "2025-03-04T00:00:00+02:00",
		"04.03.2025":                     "2025-03-04T00:00:00+02:00",
		"03/04/2025":                     "2025-03-04T00:00:00+02:00",
		"20250304":                       "2025-03-04T00:00:00+02:00",
		"2025-03-04 05:06":               "2025-03-04T05:06:00+02:00",
		"2025-03-04T05:06:07":            "2025-03-04T05:06:07+02:00",
		"2025-03-04T05:06:07Z":           "2025-03-04T05:06:07Z",
		"2025-03-04 05:06:07 +0100":      "2025-03-04T05:06:07+01:00",
		"2025-03-04 05:06:07 -07:00":     "2025-03-04T05:06:07-07:00",
		"Tue, 4 Mar 2025 05:06:07 -0700": "2025-03-04T05:06:07-07:00",
		"Tue Mar 4 05:06:07 2025 +0000":  "2025-03-04T05:06:07Z",
		"Mar 4 2025":                     "2025-03-04T00:00:00+02:00",
		"4 March 2025":                   "2025-03-04T00:00:00+02:00",
		"march 4th, 2025":                "2025-03-04T00:00:00+02:00",
		"4th of march":                   "2026-03-04T00:00:00+02:00",
		"Dec 31":                         "2025-12-31T00:00:00+02:00",
		"1700000000":                     "2023-11-14T22:13:20Z",
		"@1700000000":                    "2023-11-14T22:13:20Z",
		"@1700000000 +0200":              "2023-11-14T22:13:20Z",
		"@5":                             "1970-01-01T00:00:05Z",
		"2099-01-01":                     "2099-01-01T00:00:00+02:00",
	} {
		got, err := gitdate.Parse(text, now)
		require.NoError(t, err, text)
		at, err := time.Parse(time.RFC3339, want)
		require.NoError(t, err)
		assert.True(t, at.Equal(got), "%s: %s, want %s", text, got.Format(time.RFC3339), want)
	}
	never, err := gitdate.Parse("never", now)
	require.NoError(t, err)
	assert.True(t, never.IsZero())
}

// TestNoDates: a typing error is none, since "now" would examine nothing.
func TestNoDates(t *testing.T) {
	for _, text := range []string{"", " ", "yesterdya", "2 dais ago", "HEAD~3", "main", "ago", "the", "+0100", "5", "12345", "2025-13-01", "25:00", "99999999999 days ago", "last", "@", "@-5", "v1.2.3"} {
		got, err := gitdate.Parse(text, now)
		assert.ErrorIs(t, err, gitdate.Err, "%q: %v", text, got)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"yesterday 10:15", "2.weeks.ago", "Tue, 4 Mar 2025 05:06:07 -0700", "@17 +0100", "4th of march", "mar 4 2025 1970"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := gitdate.Parse(text, now)
		if err != nil {
			return
		}
		// What is read can be written and is read again as the same.
		if y := first.Year(); y >= 1000 && y <= 9999 {
			again, err := gitdate.Parse(first.Format(time.RFC3339), now)
			require.NoError(t, err)
			assert.Equal(t, first.Unix(), again.Unix())
		}
	})
}
