package html

import (
	"fmt"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// timeline shows in which period how many findings entered. Periods are equally long
// and follow each other without gaps, so that the axis is one of time.
type timeline struct {
	Periods     []period
	Width       int // of the picture, in its own units
	First, Last string
	Summary     string
	Undated     int

	months int // that a period lasts
	start  int // the first month, counted from the year 0
}

type period struct {
	Label  string
	Counts [4]int // critical, high, medium, low
	Total  int
	Bars   []bar
	X      int
}

// bar is the part of a severity in a period.
type bar struct {
	Severity     finding.Severity
	X, Y, Height int
}

// severities in the order in which a period's parts stand on each other.
var severities = [4]finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low}

// steps are the lengths that a period may have, in months. The last one shows whatever
// dates there are in no more periods than a screen has room for.
var steps = []int{1, 3, 12, 60, 120, 1200, 12000}

// maxPeriods is how many bars are readable side by side.
const maxPeriods = 48

// Widths in the picture's units, and its height.
const (
	slot     = 24
	barWidth = 20
	height   = 100
)

// monthOf counts months from the year 0. Commits hold whatever date somebody forged;
// those that a calendar does not write are none.
func monthOf(f *finding.Finding) (int, bool) {
	if f.First == nil || f.First.Date.IsZero() {
		return 0, false
	}
	date := f.First.Date.UTC()
	if date.Year() < 0 || date.Year() > 9999 {
		return 0, false
	}
	return date.Year()*12 + int(date.Month()) - 1, true
}

// newTimeline returns nil if no finding has a date.
func newTimeline(rows []report.Row) *timeline {
	first, last, dated := 0, 0, 0
	for _, row := range rows {
		month, ok := monthOf(row.Finding)
		if !ok {
			continue
		}
		if dated == 0 {
			first, last = month, month
		}
		first, last = min(first, month), max(last, month)
		dated += row.Count()
	}
	if dated == 0 {
		return nil
	}
	t := &timeline{Undated: report.Total(rows) - dated}
	for _, t.months = range steps {
		t.start = first - first%t.months
		if (last-t.start)/t.months < maxPeriods {
			break
		}
	}
	t.Periods = make([]period, (last-t.start)/t.months+1)
	for i := range t.Periods {
		t.Periods[i].Label = t.label(i)
		t.Periods[i].X = i * slot
	}
	for _, row := range rows {
		if month, ok := monthOf(row.Finding); ok {
			t.Periods[(month-t.start)/t.months].add(row.Severity, row.Count())
		}
	}
	t.draw()
	t.Width = len(t.Periods) * slot
	t.First, t.Last = t.Periods[0].Label, t.Periods[len(t.Periods)-1].Label
	if len(t.Periods) == 1 {
		t.Last = ""
	}
	t.Summary = fmt.Sprintf("%s by the time they entered, from %s to %s", report.Count(int64(dated), "finding", "findings"), t.First, t.Periods[len(t.Periods)-1].Label)
	return t
}

func (p *period) add(s finding.Severity, values int) {
	p.Total += values
	for i, known := range severities {
		if s == known {
			p.Counts[i] += values
		}
	}
}

// draw stacks the parts of each period, the gravest at the bottom. A part of one
// finding is seen beside thousands.
func (t *timeline) draw() {
	most := 1
	for _, p := range t.Periods {
		most = max(most, p.Total)
	}
	for i := range t.Periods {
		p := &t.Periods[i]
		at := height
		for s, n := range p.Counts {
			if n == 0 {
				continue
			}
			h := max(2, n*(height-2*len(severities))/most)
			at -= h
			p.Bars = append(p.Bars, bar{severities[s], p.X + (slot-barWidth)/2, at, h})
		}
	}
}

// label names a period: 2024-03, 2024 Q1, 2024, 2020–2024.
func (t *timeline) label(i int) string {
	month := t.start + i*t.months
	year := month / 12
	switch t.months {
	case 1:
		return fmt.Sprintf("%04d-%02d", year, month%12+1)
	case 3:
		return fmt.Sprintf("%04d Q%d", year, month%12/3+1)
	case 12:
		return fmt.Sprintf("%04d", year)
	}
	return fmt.Sprintf("%04d–%04d", year, year+t.months/12-1)
}

// periodOf returns the period in which a finding entered, in words for the filter.
func (t *timeline) periodOf(f *finding.Finding) string {
	month, ok := monthOf(f)
	switch {
	case ok && t != nil:
		return t.label((month - t.start) / t.months)
	case f.First != nil:
		return "at no date"
	}
	return "not committed"
}
