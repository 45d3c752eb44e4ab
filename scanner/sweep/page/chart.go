package page

import (
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/state"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

// history shows what was open at the end of each sweep, by severity.
type history struct {
	Columns     []column
	Width       int
	First, Last string
	Most        int64
}

// column is a sweep.
type column struct {
	Sweep  int64
	Day    string
	Counts [4]int64 // as severities
	Total  int64
	X      int
	Bars   []bar
}

type bar struct {
	Severity     finding.Severity
	X, Y, Height int
}

// The picture's measures, in its own units.
const (
	slot     = 20
	barWidth = 16
	height   = 100
)

// sweepsShown is how many sweeps the history goes back.
const sweepsShown = 60

// newHistory returns nil if no sweep has ended.
func newHistory(tallies []store.Tally) *history {
	h := &history{}
	for _, t := range tallies {
		if n := len(h.Columns); n == 0 || h.Columns[n-1].Sweep != t.Sweep {
			h.Columns = append(h.Columns, column{Sweep: t.Sweep, Day: t.EndedAt.UTC().Format(time.DateOnly), X: n * slot})
		}
		if !unsettled(state.State(t.State)) {
			continue
		}
		c := &h.Columns[len(h.Columns)-1]
		for i, s := range severities {
			if string(s) == t.Severity {
				c.Counts[i] += t.Findings
				c.Total += t.Findings
				h.Most = max(h.Most, c.Total)
			}
		}
	}
	if len(h.Columns) == 0 {
		return nil
	}
	h.Width = len(h.Columns) * slot
	h.First, h.Last = h.Columns[0].Day, h.Columns[len(h.Columns)-1].Day
	if len(h.Columns) == 1 {
		h.Last = ""
	}
	for i := range h.Columns {
		h.Columns[i].draw(h.Most)
	}
	return h
}

// draw stacks the severities, the gravest at the bottom. What is there at all is seen.
func (c *column) draw(most int64) {
	y := height
	for i, n := range c.Counts {
		if n == 0 {
			continue
		}
		tall := max(2, int(n*height/max(most, 1)))
		tall = min(tall, y)
		y -= tall
		c.Bars = append(c.Bars, bar{severities[i], c.X, y, tall})
	}
}

// share is a part of a whole, as a part of a bar.
type share struct {
	Label, Class, Link string
	Count              int64
	X, Width           float64 // per cent
}

// shares lays parts side by side. A part that is none is left out of the picture.
func shares(parts []share) []share {
	var all int64
	for _, p := range parts {
		all += p.Count
	}
	x := 0.0
	for i := range parts {
		if all > 0 {
			parts[i].X, parts[i].Width = x, 100*float64(parts[i].Count)/float64(all)
			x += parts[i].Width
		}
	}
	return parts
}
