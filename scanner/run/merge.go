package run

import (
	"path"
	"path/filepath"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Merge puts the results of several targets together: a value that several of
// them hold is one finding.
func Merge(results []*finding.Result) *finding.Result {
	if len(results) == 1 {
		return results[0]
	}
	out := &finding.Result{Empty: results[0].Empty}
	byPrint := map[string]*finding.Finding{}
	for _, r := range results {
		for _, f := range r.Findings {
			if known := byPrint[f.Fingerprint]; known != nil {
				absorb(known, f)
				continue
			}
			byPrint[f.Fingerprint] = f
			out.Findings = append(out.Findings, f)
		}
		if r.Empty == "" {
			out.Empty = ""
		}
		out.Unexamined = append(out.Unexamined, r.Unexamined...)
		out.Hidden += r.Hidden
		out.Allowed += r.Allowed
		out.Known += r.Known
		out.Disabled += r.Disabled
		out.Stats.Commits += r.Stats.Commits
		out.Stats.Files += r.Stats.Files
		out.Stats.Blobs += r.Stats.Blobs
		out.Stats.Remembered += r.Stats.Remembered
		out.Stats.Bytes += r.Stats.Bytes
		out.Stats.Seconds += r.Stats.Seconds
	}
	return out
}

// absorb adds to a finding what another target knows of the same value.
func absorb(f, other *finding.Finding) {
	if other.Confidence > f.Confidence {
		f.Confidence, f.Evidence = other.Confidence, other.Evidence
	}
	if f.Secret.Reveal() == "" { // it was recalled
		f.Secret = other.Secret
	}
	f.Sightings = append(f.Sightings, other.Sightings...)
	f.First, f.Last = finding.Earliest(f.First, other.First), finding.Latest(f.Last, other.Last)
	f.InHead = f.InHead || other.InHead
	f.Related = append(f.Related, other.Related...)
}

// under puts the name of its target in front of every path of a result. What lasts
// of a place is its own path, whatever the target was called.
func under(r *finding.Result, target string) {
	target = filepath.ToSlash(target)
	for _, f := range r.Findings {
		for i := range f.Sightings {
			s := &f.Sightings[i]
			s.Path, s.Target = path.Join(target, s.Path), path.Join(target, s.Target)
		}
	}
	for i := range r.Unexamined {
		r.Unexamined[i].Path = path.Join(target, r.Unexamined[i].Path)
	}
}
