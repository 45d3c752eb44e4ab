package finding

import (
	"cmp"
	"slices"
	"strings"
)

// leastForeign is the length of values that are masked in what is reported of other findings,
// too: a shorter one, as a password may be, is a word that stands in many texts.
const leastForeign = 10

// Redact masks the values found wherever they stand in what is reported of findings: in the
// name of a commit's author, say. Paths stay as they are.
func (r *Result) Redact() {
	r.redacted = true
	foreign := newMasks(r.Findings)
	masked := map[*Commit]bool{} // of foreign values; findings share their commits
	for _, f := range r.Findings {
		mask := func(s *string) { *s = foreign.Replace(f.Secret.Redact(*s)) }
		commit := func(c *Commit) {
			if c == nil {
				return
			}
			c.Author, c.Email = f.Secret.Redact(c.Author), f.Secret.Redact(c.Email)
			if !masked[c] {
				masked[c] = true
				mask(&c.Author)
				mask(&c.Email)
			}
		}
		f.Evidence = slices.Clone(f.Evidence) // a detector's own list
		for i := range f.Evidence {
			mask(&f.Evidence[i])
		}
		for i := range f.Steps {
			mask(&f.Steps[i].Message)
		}
		for i := range f.Related {
			mask(&f.Related[i].Why)
		}
		for i := range f.Sightings {
			mask(&f.Sightings[i].Place)
			commit(f.Sightings[i].Commit)
		}
		commit(f.First)
		commit(f.Last)
	}
}

// newMasks replaces values by their masks, the longest first.
func newMasks(findings []*Finding) *strings.Replacer {
	var secrets []Secret
	for _, f := range findings {
		if len(f.Secret.Reveal()) >= leastForeign {
			secrets = append(secrets, f.Secret)
		}
	}
	slices.SortFunc(secrets, func(a, b Secret) int { return cmp.Compare(len(b.Reveal()), len(a.Reveal())) })
	var pairs []string
	for _, s := range secrets {
		pairs = append(pairs, s.Reveal(), s.Mask())
	}
	return strings.NewReplacer(pairs...)
}
