package resolve

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// sight turns collect.Occurrences in blobs into sightings at places.
//
// A file has many versions, and a value moves up and down in it. For each path
// the sightings are those of its newest version that holds the value, since
// that is where a person would look; the commit is the first one that put the
// value into any version at that path.
func locate(ctx context.Context, values []*value, c *collect.Collection, places []source.Place, src source.Source, jobs int) error {
	byBlob := map[source.ID][]*source.Place{}
	for i := range places {
		p := &places[i]
		byBlob[p.ID] = append(byBlob[p.ID], p)
	}
	groups := make([][]*occurrenceGroup, len(values))
	unlined := map[int32][]*collect.Occurrence{}
	for i, v := range values {
		groups[i] = v.groups(c, byBlob)
		for _, g := range groups[i] {
			for j := range g.occurrences {
				if s := &g.occurrences[j]; s.Line == 0 && (s.In == nil || s.In.InText) {
					unlined[s.Content] = append(unlined[s.Content], s)
				}
			}
		}
	}
	if err := findLines(ctx, unlined, c, src, jobs); err != nil {
		return err
	}
	lasting := anchors(groups, c, src)
	for i, v := range values {
		v.addSightings(groups[i], lasting)
	}
	return nil
}

// reportFailures makes rows of the contents that failed, one for each path.
func reportFailures(c *collect.Collection, places []source.Place) {
	failures := c.Failures()
	for _, p := range places {
		for _, f := range failures[p.ID] {
			if p.Path == "" {
				f.Why = f.Why.In(p.What)
			}
			c.Unread(finding.NotExamined(p.Path, f.Place, f.Why))
		}
	}
}

// occurrenceGroup is where one file, or one commit field, holds a value.
type occurrenceGroup struct {
	newest      *source.Place
	occurrences []collect.Occurrence // in the newest version
	first       *finding.Commit
	inHead      bool
}

type groupKey struct {
	path, what string
	commit     string // for what is no file: each commit's message stands by itself
}

// groups sorts the occurrences of a value by the file they are in.
func (v *value) groups(c *collect.Collection, byBlob map[source.ID][]*source.Place) []*occurrenceGroup {
	groups := map[groupKey]*occurrenceGroup{}
	f := v.finding
	for _, s := range v.Occurrences {
		for _, p := range byBlob[c.Content(s.Content)] {
			if s.Exempt != nil && s.Exempt(p.Path, hashOf(p.First)) {
				continue
			}
			g := groups[keyOf(p)]
			if g == nil {
				g = &occurrenceGroup{newest: p}
				groups[keyOf(p)] = g
			}
			g.add(s, p)
			f.First = finding.Earliest(f.First, p.First)
			f.Last = finding.Latest(f.Last, p.Last)
			f.InHead = f.InHead || p.InHead
		}
	}
	return slices.Collect(maps.Values(groups))
}

func (v *value) addSightings(groups []*occurrenceGroup, lasting map[spot]string) {
	var all []ranked
	for _, g := range groups {
		for i := range g.occurrences {
			o := &g.occurrences[i]
			s := g.sighting(o)
			if line, ok := lasting[spot{o.Content, o.Offset}]; ok && g.newest.Anchor != "" {
				s.Anchor = g.newest.Anchor + ", " + line
			}
			all = append(all, ranked{s, o.Percent})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(compareSightings(a.Sighting, b.Sighting), cmp.Compare(b.percent, a.percent))
	})
	all = slices.CompactFunc(all, func(a, b ranked) bool { return samePlace(a.Sighting, b.Sighting) })
	putSurestFirst(all)
	v.tellWhere(all)
	for _, s := range all {
		v.finding.Sightings = append(v.finding.Sightings, s.Sighting)
	}
}

// ranked is a sighting with the confidence of its match, in percent.
type ranked struct {
	finding.Sighting
	percent uint8
}

// tellWhere says so where the evidence does not speak of the first place: a value that is sure
// only in the history, say, while a list in HEAD is where it can be edited.
func (v *value) tellWhere(all []ranked) {
	if len(all) == 0 || v.byKey {
		return
	}
	surest := slices.MaxFunc(all, func(a, b ranked) int { return cmp.Compare(a.percent, b.percent) })
	f := v.finding
	switch {
	case uint8(100*v.Best.Confidence) > surest.percent:
		f.Evidence = append(slices.Clone(f.Evidence), "as it stood in an older version")
	case surest.percent > all[0].percent:
		f.Evidence = append(slices.Clone(f.Evidence), "as it stands at another of its places") // no name: a path may hold a value
	}
}

// putSurestFirst puts the surest of the places that are as good to look at as the first one in front
// of them: a finding's evidence speaks of it.
func putSurestFirst(all []ranked) {
	best := 0
	for i := range all {
		if sightingRank(all[i].Sighting) != sightingRank(all[0].Sighting) {
			break
		}
		if all[i].percent > all[best].percent {
			best = i
		}
	}
	if best > 0 {
		surest := all[best]
		copy(all[1:], all[:best])
		all[0] = surest
	}
}

func (g *occurrenceGroup) sighting(s *collect.Occurrence) finding.Sighting {
	out := finding.Sighting{
		Path: g.newest.Path, Place: g.newest.What,
		Line: int(s.Line), Column: int(s.Column), EndColumn: int(s.End),
		Commit: g.first, InHead: g.inHead, Layer: g.newest.Layer,
	}
	if s.In != nil {
		out.Extracted = !s.In.InText
		out.Inside = s.In.Inside
		if s.In.Place != "" {
			out.Place = s.In.Place
		}
	}
	if g.newest.Name {
		out.Line, out.Column, out.EndColumn = 0, 0, 0
	}
	return out
}

func keyOf(p *source.Place) groupKey {
	k := groupKey{path: p.Path, what: p.What}
	if p.Path == "" && p.First != nil {
		k.commit = p.First.Hash
	}
	return k
}

func (g *occurrenceGroup) add(s collect.Occurrence, p *source.Place) {
	g.first = finding.Earliest(g.first, p.First)
	g.inHead = g.inHead || p.InHead
	switch order := newer(p, g.newest); {
	case order > 0:
		g.newest, g.occurrences = p, append(g.occurrences[:0], s)
	case order == 0:
		g.occurrences = append(g.occurrences, s)
	}
}

// newer compares versions of a file: what is in the work tree is newer than
// what is staged, that newer than HEAD, and within history the later commit is.
func newer(a, b *source.Place) int {
	if a.ID == b.ID && a.Layer == b.Layer {
		return 0
	}
	if d := cmp.Compare(layerRank(a), layerRank(b)); d != 0 {
		return d
	}
	if d := compareDates(a.Last, b.Last); d != 0 {
		return d
	}
	return cmp.Compare(a.ID, b.ID)
}

func layerRank(p *source.Place) int {
	switch {
	case p.Layer == finding.WorkTree:
		return 4
	case p.Layer == finding.Staged:
		return 3
	case p.InHead:
		return 2
	case p.Layer == finding.History:
		return 1
	}
	return 0
}

func compareDates(a, b *finding.Commit) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return a.Date.Compare(b.Date)
}

// compareSightings puts first what a person can still edit, then what is in
// HEAD, then history, then messages and the like, and inside each goes by path and line.
func compareSightings(a, b finding.Sighting) int {
	return cmp.Or(
		cmp.Compare(sightingRank(a), sightingRank(b)),
		cmp.Compare(a.Path, b.Path),
		slices.Compare(a.Inside, b.Inside),
		cmp.Compare(a.Place, b.Place),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
		cmp.Compare(hashOf(a.Commit), hashOf(b.Commit)),
	)
}

func sightingRank(s finding.Sighting) int {
	switch {
	case s.Path == "" && s.Layer != finding.Plain:
		return 4 // a commit's message: it cannot be edited
	case s.Layer == finding.WorkTree || s.Layer == finding.Staged || s.Layer == finding.Plain:
		return 0
	case s.InHead:
		return 1
	case s.Layer == finding.History:
		return 2
	}
	return 3
}

// samePlace folds what differs only in its column: sightings are counted once
// per path and line. Where a person finds a place in a document by its name, the
// name counts and not the line, which nobody sees.
func samePlace(a, b finding.Sighting) bool {
	if a.Path != b.Path || a.Place != b.Place || hashOf(a.Commit) != hashOf(b.Commit) || !slices.Equal(a.Inside, b.Inside) {
		return false
	}
	return a.Line == b.Line || a.Extracted && b.Extracted && a.Place != ""
}

func hashOf(c *finding.Commit) string {
	if c == nil {
		return ""
	}
	return c.Hash
}
