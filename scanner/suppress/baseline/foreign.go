package baseline

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the digest that detect-secrets writes
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// ErrForeign says that a baseline is another scanner's report: it is read, not written.
var ErrForeign = errors.New("it is another scanner's, which is read and not changed: create one of your own")

// foreign is what another scanner knows: values, or digests of them, at paths.
type foreign struct {
	name   string
	byPath map[string][]remembered
}

// remembered is one of its findings. Where it was told no value, the line must do.
type remembered struct {
	value string // "" if not known
	sha1  string // of the value, in hex; "" if not known
	line  int
}

// readForeign reads a report of gitleaks' (https://github.com/gitleaks/gitleaks#json, made
// with or without --redact) or a baseline of detect-secrets'
// (https://github.com/Yelp/detect-secrets#baseline-file-format); nil if it is neither.
func readForeign(data []byte) (*foreign, error) {
	data = bytes.TrimSpace(data)
	if bytes.HasPrefix(data, []byte("[")) {
		return readGitleaks(data)
	}
	var file detectSecrets
	if !file.parse(data) {
		return nil, nil
	}
	out := &foreign{name: "detect-secrets", byPath: map[string][]remembered{}}
	for path, list := range file.Results {
		for _, r := range list {
			if len(r.Digest) != 2*sha1.Size {
				return nil, fmt.Errorf("a detect-secrets baseline without digests in %s", path)
			}
			out.add(path, remembered{sha1: strings.ToLower(r.Digest), line: r.Line})
		}
	}
	return out, nil
}

// detectSecrets is a baseline of detect-secrets.
type detectSecrets struct {
	Plugins json.RawMessage `json:"plugins_used"`
	Results map[string][]struct {
		Digest string `json:"hashed_secret"`
		Line   int    `json:"line_number"`
	} `json:"results"`
}

// parse reports whether a file is one.
func (d *detectSecrets) parse(data []byte) bool {
	return json.Unmarshal(data, d) == nil && (d.Plugins != nil || d.Results != nil)
}

func readGitleaks(data []byte) (*foreign, error) {
	var list []struct {
		RuleID, File, Secret string
		StartLine            int
	}
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("a list, but no report of gitleaks: %w", err)
	}
	out := &foreign{name: "gitleaks", byPath: map[string][]remembered{}}
	for i, r := range list {
		if r.RuleID == "" || r.File == "" && r.StartLine == 0 && r.Secret == "" {
			return nil, fmt.Errorf("a list, but no report of gitleaks: entry %d has no RuleID and place", i+1)
		}
		one := remembered{value: r.Secret, line: r.StartLine}
		if r.Secret == "REDACTED" || strings.HasSuffix(r.Secret, "...") || strings.Contains(r.Secret, "•") {
			one.value = ""
		}
		out.add(r.File, one)
	}
	return out, nil
}

func (f *foreign) add(path string, r remembered) {
	path = strings.TrimPrefix(strings.ReplaceAll(path, `\`, "/"), "./")
	f.byPath[path] = append(f.byPath[path], r)
}

// knows reports whether the other scanner has reported a finding at a place.
func (f *foreign) knows(value string, s *finding.Sighting) bool {
	return slices.ContainsFunc(f.byPath[s.OwnPath()], func(r remembered) bool {
		switch {
		case r.sha1 != "":
			sum := sha1.Sum([]byte(value)) //nolint:gosec // as above
			return hex.EncodeToString(sum[:]) == r.sha1
		case r.value != "":
			return sameValue(value, r.value)
		}
		return r.line == s.Line
	})
}

// leastShared is how long a value is, in bytes, that says of a longer one around it that the
// two are one: scanners cut keys and what surrounds them differently.
const leastShared = 16

func sameValue(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || len(a) >= leastShared && strings.Contains(b, a)
}

// Foreign returns the name of the scanner whose report the baseline is, "" if it is our own.
func (b *Baseline) Foreign() string {
	if b.foreign == nil {
		return ""
	}
	return b.foreign.name
}

// Known is the number of findings that it knows.
func (b *Baseline) Known() int {
	n := len(b.Entries)
	if b.foreign != nil {
		for _, list := range b.foreign.byPath {
			n += len(list)
		}
	}
	return n
}

// newTo takes from findings what the other scanner knows.
func (f *foreign) newTo(findings []*finding.Finding) (fresh []*finding.Finding, known int) {
	for _, one := range findings {
		before := len(one.Sightings)
		left := slices.DeleteFunc(slices.Clone(one.Sightings), func(s finding.Sighting) bool { return f.knows(one.Secret.Reveal(), &s) })
		switch {
		case before > 0 && len(left) == 0:
			known++
			continue
		case len(left) < before:
			one.Sightings = left
			one.Evidence = append(slices.Clone(one.Evidence), "known elsewhere, new at this place")
		}
		fresh = append(fresh, one)
	}
	return fresh, known
}
