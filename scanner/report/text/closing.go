package text

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// remedies writes what to do, once per rule, in the order of the findings.
func (p *page) remedies(ordered []*finding.Finding) {
	if len(ordered) == 0 {
		return
	}
	var rules []*finding.Rule
	findings := map[*finding.Rule]int64{}
	for _, f := range ordered {
		if findings[f.Rule] == 0 {
			rules = append(rules, f.Rule)
		}
		findings[f.Rule]++
	}
	p.line(p.paint(bold, "What to do"))
	for _, rule := range rules {
		p.line(indent, p.paint(bold, report.Printable(rule.Title)), p.paint(dim, fmt.Sprintf("  %s, deputy explain %s",
			count(findings[rule], "finding", "findings"), rule.ID)))
		for _, l := range fill(report.Printable(rule.Remedy), p.columns()-2*len(indent)) {
			p.line(indent, indent, l)
		}
	}
	p.line()
}

// maxUnread is how many paths are told for each reason.
const maxUnread = 3

// unexamined writes what was not read, grouped by reason, the most frequent
// first.
func (p *page) unexamined(rows []finding.Unexamined) {
	if len(rows) == 0 {
		return
	}
	paths := map[string][]string{}
	for _, u := range rows {
		paths[u.Reason] = append(paths[u.Reason], u.Path)
	}
	reasons := make([]string, 0, len(paths))
	for reason := range paths {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(len(paths[b]), len(paths[a])), cmp.Compare(a, b))
	})
	p.line(p.paint(bold, "Not examined"))
	for _, reason := range reasons {
		p.unread(reason, paths[reason])
	}
	p.line()
}

func (p *page) unread(reason string, paths []string) {
	p.line(indent, report.Printable(reason), p.paint(dim, "  "+thousands(int64(len(paths)))))
	for _, path := range paths[:min(len(paths), maxUnread)] {
		if path != "" {
			p.line(indent, indent, report.Printable(path))
		}
	}
	if more := len(paths) - maxUnread; more > 0 {
		p.line(indent, indent, p.paint(dim, fmt.Sprintf("and %s more", thousands(int64(more)))))
	}
}

// summary is the last line: the verdict, and what it rests on.
func (p *page) summary(r *report.Result) {
	parts := []string{p.verdict(r.Findings)}
	if n := len(r.Unexamined); n > 0 {
		parts = append(parts, p.paint(yellow, thousands(int64(n))+" unexamined"))
	}
	if r.Allowed > 0 {
		parts = append(parts, thousands(int64(r.Allowed))+" allowed in the text")
	}
	if r.Hidden > 0 {
		parts = append(parts, count(int64(r.Hidden), "example or vendor's account", "examples and vendors' accounts")+" not shown (--all)")
	}
	parts = append(parts, examined(r.Stats))
	p.line(strings.Join(parts, p.paint(dim, " · ")))
}

func (p *page) verdict(findings []*finding.Finding) string {
	if len(findings) == 0 {
		return p.paint(green, "No findings")
	}
	worst := findings[0].Severity
	n := int64(0)
	for _, f := range findings {
		switch d := f.Severity.Rank() - worst.Rank(); {
		case d > 0:
			worst, n = f.Severity, 1
		case d == 0:
			n++
		}
	}
	s := count(int64(len(findings)), "finding", "findings")
	return p.paint(bold, s) + " (" + p.paint(looks[worst], fmt.Sprintf("%s %s", thousands(n), worst)) + ")"
}

// examined says how much was read, leaving out what the target does not have.
func examined(s finding.Stats) string {
	var parts []string
	for _, c := range []struct {
		n         int64
		one, many string
	}{
		{s.Commits, "commit", "commits"},
		{s.Blobs, "blob", "blobs"},
		{s.Files, "file", "files"},
	} {
		if c.n > 0 {
			parts = append(parts, count(c.n, c.one, c.many))
		}
	}
	return strings.Join(append(parts, size(s.Bytes)), ", ") + " in " + duration(s.Seconds)
}

func count(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// size writes bytes in powers of a thousand, three figures at most.
func size(n int64) string {
	units := []string{"kB", "MB", "GB", "TB", "PB", "EB"}
	if n < 1000 {
		return count(n, "byte", "bytes")
	}
	x, unit := float64(n)/1000, units[0]
	for _, next := range units[1:] {
		if x < 999.5 {
			break
		}
		x, unit = x/1000, next
	}
	if x < 9.95 {
		return fmt.Sprintf("%.1f %s", x, unit)
	}
	return fmt.Sprintf("%.0f %s", x, unit)
}

func duration(seconds float64) string {
	switch s := int64(seconds + 0.5); {
	case seconds < 9.95:
		return fmt.Sprintf("%.1f s", seconds)
	case s < 120:
		return fmt.Sprintf("%d s", s)
	case s < 7200:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
	}
}
