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
func (p *page) remedies(rows []report.Row) {
	if len(rows) == 0 {
		return
	}
	var rules []*finding.Rule
	findings := map[*finding.Rule]int64{}
	for _, f := range rows {
		if findings[f.Rule] == 0 {
			rules = append(rules, f.Rule)
		}
		findings[f.Rule] += int64(f.Count())
	}
	p.line(p.paint(bold, "What to do"))
	for _, rule := range rules {
		p.line(indent, p.paint(bold, report.Printable(rule.Title)), p.paint(dim, fmt.Sprintf("  %s, deputy explain %s",
			report.Count(findings[rule], "finding", "findings"), rule.ID)))
		for _, l := range fill(report.Printable(rule.Remedy), p.columns()-2*len(indent)) {
			p.line(indent, indent, l)
		}
	}
	p.line()
}

// maxUnread is how many paths are reported for each reason.
const maxUnread = 3

// unexamined writes what was not read, grouped by reason, the most frequent
// first.
func (p *page) unexamined(rows []finding.Unexamined) {
	if len(rows) == 0 {
		return
	}
	paths := map[string][]string{}
	for _, u := range rows {
		paths[u.Reason] = append(paths[u.Reason], report.Unread(u))
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
	p.line(indent, report.Printable(reason), p.paint(dim, "  "+report.Thousands(int64(len(paths)))))
	for _, path := range paths[:min(len(paths), p.most(maxUnread))] {
		if path != "" {
			p.line(indent, indent, path)
		}
	}
	if more := len(paths) - p.most(maxUnread); more > 0 {
		p.line(indent, indent, p.paint(dim, fmt.Sprintf("and %s more", report.Thousands(int64(more)))))
	}
}

// summary is the last line: the verdict, and what it rests on.
func (p *page) summary(r *report.Result, rows []report.Row) {
	parts := []string{p.verdict(rows)}
	if n := len(r.Unexamined); n > 0 {
		parts = append(parts, p.paint(yellow, report.Thousands(int64(n))+" unexamined"))
	}
	if r.Allowed > 0 {
		parts = append(parts, report.Thousands(int64(r.Allowed))+" allowed in the text")
	}
	if r.Known > 0 {
		parts = append(parts, report.Thousands(int64(r.Known))+" known to the baseline")
	}
	if r.Ignored > 0 {
		parts = append(parts, report.Thousands(int64(r.Ignored))+" ignored")
	}
	if r.Disabled > 0 {
		parts = append(parts, report.Thousands(int64(r.Disabled))+" switched off by the configuration")
	}
	if r.Hidden > 0 {
		parts = append(parts, report.Count(int64(r.Hidden), "example or vendor's account", "examples and vendors' accounts")+" not shown (--all)")
	}
	if r.Elsewhere > 0 {
		parts = append(parts, report.Thousands(int64(r.Elsewhere))+" in other areas not shown (--areas)")
	}
	parts = append(parts, report.Examined(r.Stats))
	p.line(strings.Join(parts, p.paint(dim, " · ")))
}

func (p *page) verdict(rows []report.Row) string {
	if len(rows) == 0 {
		return p.paint(green, "No findings")
	}
	worst := rows[0].Severity // they come in order
	n := int64(0)
	for _, row := range rows {
		if row.Severity == worst {
			n += int64(row.Count())
		}
	}
	s := report.Count(int64(report.Total(rows)), "finding", "findings")
	return p.paint(bold, s) + " (" + p.paint(looks[worst], fmt.Sprintf("%s %s", report.Thousands(n), worst)) + ")"
}
