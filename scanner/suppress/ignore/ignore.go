// Package ignore reads files that say which findings are meant to be there:
//
//	# .deputyignore
//	docs/examples/**                                   # made up for the documentation
//	src/roles.tf rule=aws-account-id until=2027-01-31  # goes with the migration
//	0123456789abcdef0123456789abcdef                   # our published integration account
//
// An entry is a glob over paths or a fingerprint, and has a reason behind a #, as an allow
// mark has. One that has expired no longer counts, and one that nothing is found for is stale;
// both are said. The entries of a .gitleaksignore are places: [COMMIT:]FILE:RULE:LINE
// (https://github.com/gitleaks/gitleaks#gitleaksignore).
package ignore

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/pathglob"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// The names under which files are found beside a target or above it.
const (
	FileName         = ".deputyignore"
	GitleaksFileName = ".gitleaksignore"
)

// List are the entries of files. It is not safe for concurrent use: it counts what entries
// are good for.
type List struct{ entries []*entry }

type entry struct {
	file string
	line int
	text string // as it stands, without the reason

	fingerprint string
	paths       pathglob.List
	place       *place
	rule        string // "" for all
	until       time.Time
	used        bool
}

// place is one that gitleaks ignores.
type place struct {
	commit, file string
	line         int
}

var fingerprint = regexp.MustCompile(`^[0-9a-f]{32}$`)

// maxLine bounds a line, in bytes.
const maxLine = 64 << 10

// Read adds the entries of a .deputyignore. An error names the line.
func (l *List) Read(r io.Reader, name string) error {
	return each(r, name, func(n int, line string) error {
		if strings.HasPrefix(line, "#") {
			return nil
		}
		what, reason, _ := cutReason(line)
		e := &entry{file: name, line: n, text: what}
		if strings.TrimSpace(reason) == "" {
			return fmt.Errorf("%s:%d: an entry needs a reason, behind a #", name, n)
		}
		if err := e.parse(what); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
		l.entries = append(l.entries, e)
		return nil
	})
}

// cutReason cuts a line at the first # that begins a word.
func cutReason(line string) (what, reason string, ok bool) {
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && (line[i-1] == ' ' || line[i-1] == '\t') {
			return strings.TrimSpace(line[:i]), line[i+1:], true
		}
	}
	return strings.TrimSpace(line), "", false
}

// parse reads what an entry is about. A path may hold spaces: what has no = in it belongs to
// it.
func (e *entry) parse(what string) error {
	words := strings.Fields(what)
	for len(words) > 1 {
		key, value, ok := strings.Cut(words[len(words)-1], "=")
		if !ok {
			break
		}
		switch key {
		case "rule":
			e.rule = value
		case "until":
			day, err := time.Parse(time.DateOnly, value)
			if err != nil {
				return fmt.Errorf("until=%s: want a day such as 2027-01-31", value)
			}
			e.until = day
		default:
			return fmt.Errorf("unknown %s=: want rule= or until=", key)
		}
		words = words[:len(words)-1]
	}
	target := strings.Join(words, " ")
	if fingerprint.MatchString(target) {
		e.fingerprint = target
		return nil
	}
	var err error
	e.paths, err = pathglob.Compile([]string{target})
	return err
}

// ReadGitleaks adds the entries of a .gitleaksignore. What is none is an error that names the
// line.
func (l *List) ReadGitleaks(r io.Reader, name string) error {
	return each(r, name, func(n int, line string) error {
		if strings.HasPrefix(line, "#") {
			return nil
		}
		fields := strings.Split(line, ":")
		if len(fields) < 3 {
			return fmt.Errorf("%s:%d: want FILE:RULE:LINE or COMMIT:FILE:RULE:LINE", name, n)
		}
		at, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil {
			return fmt.Errorf("%s:%d: %q is no line", name, n, fields[len(fields)-1])
		}
		e := &entry{file: name, line: n, text: line, rule: fields[len(fields)-2], place: &place{line: at}}
		rest := fields[:len(fields)-2]
		if len(rest) > 1 && commitHash.MatchString(rest[0]) {
			e.place.commit, rest = rest[0], rest[1:]
		}
		e.place.file = strings.TrimPrefix(strings.Join(rest, ":"), "./")
		l.entries = append(l.entries, e)
		return nil
	})
}

var commitHash = regexp.MustCompile(`^[0-9a-f]{7,64}$`)

func each(r io.Reader, name string, do func(n int, line string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			if err := do(n, line); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Len is the number of entries.
func (l *List) Len() int { return len(l.entries) }

// Apply takes from findings what is meant to be there, on a day. It returns what is left, and
// how many findings are gone altogether.
func (l *List) Apply(findings []*finding.Finding, today time.Time) (left []*finding.Finding, gone int) {
	if len(l.entries) == 0 {
		return findings, 0
	}
	for _, f := range findings {
		sightings := slices.DeleteFunc(slices.Clone(f.Sightings), func(s finding.Sighting) bool { return l.ignores(f, &s, today) })
		if len(f.Sightings) > 0 && len(sightings) == 0 {
			gone++
			continue
		}
		if len(sightings) < len(f.Sightings) {
			f.Sightings = sightings
			f.InHead = slices.ContainsFunc(sightings, func(s finding.Sighting) bool { return s.InHead })
		}
		left = append(left, f)
	}
	return left, gone
}

// ignores asks every entry, so that one is not called stale because of another.
func (l *List) ignores(f *finding.Finding, s *finding.Sighting, today time.Time) bool {
	ignored := false
	for _, e := range l.entries {
		if e.matches(f, s) {
			e.used = true
			ignored = ignored || !e.expired(today)
		}
	}
	return ignored
}

// expired reports whether the last day of an entry is over.
func (e *entry) expired(today time.Time) bool {
	return !e.until.IsZero() && !today.Before(e.until.AddDate(0, 0, 1))
}

func (e *entry) matches(f *finding.Finding, s *finding.Sighting) bool {
	switch {
	case e.fingerprint != "":
		return f.Fingerprint == e.fingerprint && (e.rule == "" || e.rule == f.Rule.ID)
	case e.place != nil:
		return e.place.is(s) && (f.Rule.ID == e.rule || f.Rule.ID == "gitleaks-"+e.rule || f.Rule.Kind != finding.AccountID)
	}
	return (e.rule == "" || e.rule == f.Rule.ID) && s.Path != "" && e.paths.Match(s.OwnPath())
}

// is reports whether a value stands there. gitleaks calls rules by other names than we do, so
// the line decides; it knows no account IDs.
func (p *place) is(s *finding.Sighting) bool {
	file := s.OwnPath()
	for _, inner := range s.Inside {
		file += "!" + inner
	}
	return file == p.file && s.Line == p.line &&
		(p.commit == "" || s.Commit != nil && strings.HasPrefix(s.Commit.Hash, p.commit))
}

// Stale says, a line each, which entries have expired on a day and which nothing was found
// for. The latter is worth saying only if all was scanned that they may be about.
func (l *List) Stale(today time.Time, whole bool) []string {
	var out []string
	for _, e := range l.entries {
		switch {
		case e.expired(today):
			out = append(out, fmt.Sprintf("%s:%d: %s: expired on %s", e.file, e.line, e.text, e.until.Format(time.DateOnly)))
		case whole && !e.used:
			out = append(out, fmt.Sprintf("%s:%d: %s: nothing is found for it any more", e.file, e.line, e.text))
		}
	}
	return out
}
