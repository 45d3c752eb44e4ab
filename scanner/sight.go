package scanner

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/source"
)

// sight turns spots in blobs into sightings at places.
//
// A file has many versions, and a value moves up and down in it. For each path
// the sightings are those of its newest version that holds the value, since
// that is where a person would look; the commit is the first one that put the
// value into any version at that path.
func sight(ctx context.Context, values []*value, c *collector, places []source.Place, src source.Source, jobs int) error {
	byBlob := map[source.ID][]*source.Place{}
	for i := range places {
		p := &places[i]
		byBlob[p.ID] = append(byBlob[p.ID], p)
	}
	groups := make([][]*spotGroup, len(values))
	unplaced := map[int32][]*spot{}
	for i, v := range values {
		groups[i] = v.groups(c, byBlob)
		for _, g := range groups[i] {
			for j := range g.spots {
				if s := &g.spots[j]; s.line == 0 && s.in == nil {
					unplaced[s.blob] = append(unplaced[s.blob], s)
				}
			}
		}
	}
	if err := place(ctx, unplaced, c, src, jobs); err != nil {
		return err
	}
	for i, v := range values {
		v.sight(groups[i])
	}
	return nil
}

// tellFailures makes rows of the contents that failed, one for each path.
func (c *collector) tellFailures(places []source.Place) {
	for _, p := range places {
		for _, f := range c.failures[p.ID] {
			if p.Path == "" {
				f.why = f.why.In(p.What)
			}
			c.unread(finding.NotExamined(p.Path, f.place, f.why))
		}
	}
}

// spotGroup is where one file, or one commit field, holds a value.
type spotGroup struct {
	newest *source.Place
	spots  []spot // in the newest version
	first  *finding.Commit
	inHead bool
}

type groupKey struct {
	path, what string
	commit     string // for what is no file: each commit's message stands by itself
}

// groups sorts the spots of a value by the file they are in.
func (v *value) groups(c *collector, byBlob map[source.ID][]*source.Place) []*spotGroup {
	groups := map[groupKey]*spotGroup{}
	f := v.finding
	for _, s := range v.spots {
		for _, p := range byBlob[c.blobs[s.blob]] {
			if s.exempt != nil && s.exempt(p.Path, hashOf(p.First)) {
				continue
			}
			g := groups[keyOf(p)]
			if g == nil {
				g = &spotGroup{newest: p}
				groups[keyOf(p)] = g
			}
			g.add(s, p)
			f.First = earliest(f.First, p.First)
			f.Last = latest(f.Last, p.Last)
			f.InHead = f.InHead || p.InHead
		}
	}
	return slices.Collect(maps.Values(groups))
}

func (v *value) sight(groups []*spotGroup) {
	var all []sighted
	for _, g := range groups {
		for i := range g.spots {
			all = append(all, sighted{g.sighting(&g.spots[i]), g.spots[i].sure})
		}
	}
	slices.SortFunc(all, func(a, b sighted) int {
		return cmp.Or(compareSightings(a.Sighting, b.Sighting), cmp.Compare(b.sure, a.sure))
	})
	all = slices.CompactFunc(all, func(a, b sighted) bool { return samePlace(a.Sighting, b.Sighting) })
	lead(all)
	for _, s := range all {
		v.finding.Sightings = append(v.finding.Sightings, s.Sighting)
	}
}

// sighted is a sighting with how sure its match is, in percent.
type sighted struct {
	finding.Sighting
	sure uint8
}

// lead puts the surest of the places that are as good to look at as the first one in front
// of them: a finding's evidence speaks of it.
func lead(all []sighted) {
	best := 0
	for i := range all {
		if sightingRank(all[i].Sighting) != sightingRank(all[0].Sighting) {
			break
		}
		if all[i].sure > all[best].sure {
			best = i
		}
	}
	if best > 0 {
		surest := all[best]
		copy(all[1:], all[:best])
		all[0] = surest
	}
}

func (g *spotGroup) sighting(s *spot) finding.Sighting {
	out := finding.Sighting{
		Path: g.newest.Path, Place: g.newest.What,
		Line: int(s.line), Column: int(s.col), EndColumn: int(s.end),
		Commit: g.first, InHead: g.inHead, Layer: g.newest.Layer,
	}
	if s.in != nil {
		out.Extracted = true
		out.Inside = s.in.inside
		if s.in.place != "" {
			out.Place = s.in.place
		}
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

func (g *spotGroup) add(s spot, p *source.Place) {
	g.first = earliest(g.first, p.First)
	g.inHead = g.inHead || p.InHead
	switch order := newer(p, g.newest); {
	case order > 0:
		g.newest, g.spots = p, append(g.spots[:0], s)
	case order == 0:
		g.spots = append(g.spots, s)
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

func earliest(a, b *finding.Commit) *finding.Commit {
	if a == nil || b != nil && commitBefore(b, a) {
		return b
	}
	return a
}

func latest(a, b *finding.Commit) *finding.Commit {
	if a == nil || b != nil && commitBefore(a, b) {
		return b
	}
	return a
}

// commitBefore orders commits by date; equal dates by hash, so that the answer
// does not depend on the order of asking.
func commitBefore(a, b *finding.Commit) bool {
	if d := a.Date.Compare(b.Date); d != 0 {
		return d < 0
	}
	return a.Hash < b.Hash
}

// compareSightings puts first what a person can still edit, then what is in
// HEAD, then history, and inside each goes by path and line.
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
	case s.InHead || s.Layer == finding.WorkTree || s.Layer == finding.Staged || s.Layer == finding.Plain:
		return 0
	case s.Layer == finding.History:
		return 1
	}
	return 2
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
