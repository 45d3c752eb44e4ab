package html

import (
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// facet is something that findings are chosen by, with the values that they have. The
// list is made here, since the page should be there at once.
type facet struct {
	Name, Label, Any string
	Options          []option
}

type option struct{ Value, Text string }

// traits are what a finding is chosen by. Of places it may have several.
type traits struct {
	rule, status, class, author, since string
	places                             []string
	values                             int // that are chosen together
}

func traitsOf(r *report.Result, row report.Row, times *timeline) traits {
	t := traits{
		rule:   report.Printable(row.Rule.ID),
		status: row.Status(),
		class:  report.Printable(string(row.Class)),
		since:  times.periodOf(row.Finding),
		places: placeKinds(row.Finding),
		values: row.Count(),
	}
	if c := row.First; c != nil {
		t.author = report.Printable(r.Masked(row.Finding, c.Author))
	}
	return t
}

// placeKinds are the sorts of place that a value stands in.
func placeKinds(f *finding.Finding) []string {
	var kinds []string
	add := func(kind string) {
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	for _, s := range f.Sightings {
		if s.Path == "" {
			add("commits and tags")
			continue
		}
		if s.Extracted || len(s.Inside) > 0 {
			add("documents")
		}
		add(string(finding.AreaOf(s.Path)))
	}
	return kinds
}

// facets lists what there is to choose from; a facet in which all findings are alike is
// left out.
func facets(all []traits) []facet {
	columns := []struct {
		facet
		values func(traits) []string
	}{
		{facet{Name: "rule", Label: "Rule", Any: "any"}, func(t traits) []string { return []string{t.rule} }},
		{facet{Name: "status", Label: "Status", Any: "any"}, func(t traits) []string { return []string{t.status} }},
		{facet{Name: "place", Label: "Place", Any: "any"}, func(t traits) []string { return t.places }},
		{facet{Name: "class", Label: "Class", Any: "any"}, func(t traits) []string { return []string{t.class} }},
		{facet{Name: "author", Label: "Author", Any: "any"}, func(t traits) []string { return []string{t.author} }},
		{facet{Name: "since", Label: "Entered", Any: "any time"}, func(t traits) []string { return []string{t.since} }},
	}
	var out []facet
	for _, c := range columns {
		counts := map[string]int64{}
		for _, t := range all {
			for _, v := range c.values(t) {
				counts[v] += int64(t.values)
			}
		}
		delete(counts, "")
		for v, n := range counts {
			c.Options = append(c.Options, option{v, v + " (" + report.Thousands(n) + ")"})
		}
		slices.SortFunc(c.Options, func(a, b option) int { return strings.Compare(a.Value, b.Value) })
		if len(c.Options) > 1 || c.Name == "rule" {
			out = append(out, c.facet)
		}
	}
	return out
}
