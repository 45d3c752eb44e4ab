package gitleaksrules

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// allowlist says which matches do not count.
type allowlist struct {
	all       bool // conditions must hold, not only one
	target    string
	regexes   lazyPatterns
	stopwords []string // in lower case
	paths     lazyPatterns
	commits   map[string]bool
}

// lazyPatterns are alternatives, compiled when first needed: a configuration has
// hundreds and a scan needs a few.
type lazyPatterns struct {
	sources []string
	compile func() *regexp.Regexp
}

func newLazyPatterns(sources []string) lazyPatterns {
	return lazyPatterns{sources, sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?:" + strings.Join(sources, ")|(?:") + ")") // each was parsed when the file was read
	})}
}

func (p lazyPatterns) none() bool { return len(p.sources) == 0 }

func (p lazyPatterns) match(text []byte) bool {
	return !p.none() && p.compile().Match(text)
}

// newAllowlist checks what a file says. near is a text that stands near by, for
// errors.
func newAllowlist(f *file, c allowConfig, near string) (*allowlist, error) {
	a := &allowlist{target: c.RegexTarget, commits: map[string]bool{}}
	fail := func(format string, args ...any) (*allowlist, error) {
		return nil, f.errorf([]string{near}, "allowlist "+format, args...)
	}
	switch strings.ToUpper(c.Condition) {
	case "", "OR", "||":
	case "AND", "&&":
		a.all = true
	default:
		return fail("condition %q: want AND or OR", c.Condition)
	}
	switch c.RegexTarget {
	case "", "secret", "match", "line":
	default:
		return fail("regexTarget %q: want secret, match or line", c.RegexTarget)
	}
	if len(c.Regexes)+len(c.Paths)+len(c.Stopwords)+len(c.Commits) == 0 {
		return fail("%q names no regexes, paths, stopwords or commits", c.Description)
	}
	for _, list := range [][]string{c.Regexes, c.Paths} {
		for _, pattern := range list {
			if _, err := f.parse("allowlist", pattern, near); err != nil {
				return nil, err
			}
		}
	}
	a.regexes, a.paths = newLazyPatterns(c.Regexes), newLazyPatterns(c.Paths)
	for _, w := range c.Stopwords {
		a.stopwords = append(a.stopwords, strings.ToLower(w))
	}
	for _, hash := range c.Commits {
		a.commits[strings.ToLower(strings.TrimSpace(hash))] = true
	}
	return a, nil
}

// verdict is what an allowlist says of a match before it is known where that
// stands.
type verdict int

const (
	counts       verdict = iota // unless it stands where the list says
	allowed                     // wherever it stands
	allowedThere                // if the place fits, too
)

// judge looks at a match; what it depends on besides is its place.
func (a *allowlist) judge(m *matched) verdict {
	placed := !a.paths.none() || len(a.commits) > 0
	if !a.all {
		if a.regexes.match(a.targetOf(m)) || a.stops(m.secret) {
			return allowed
		}
		return counts
	}
	switch {
	case !a.regexes.none() && !a.regexes.match(a.targetOf(m)), len(a.stopwords) > 0 && !a.stops(m.secret):
		return counts
	case placed:
		return allowedThere
	}
	return allowed
}

func (a *allowlist) targetOf(m *matched) []byte {
	switch a.target {
	case "match":
		return m.whole
	case "line":
		return m.line
	}
	return m.secret
}

func (a *allowlist) stops(secret []byte) bool {
	lower := bytes.ToLower(secret)
	for _, w := range a.stopwords {
		if bytes.Contains(lower, []byte(w)) {
			return true
		}
	}
	return false
}

// exempts reports whether nothing in that place counts, or no match that was judged
// allowedThere.
func (a *allowlist) exempts(path, commit string) bool {
	inPath, inCommit := path != "" && a.paths.match([]byte(path)), a.commits[strings.ToLower(commit)]
	if !a.all {
		return inPath || inCommit
	}
	return (a.paths.none() || inPath) && (len(a.commits) == 0 || inCommit)
}
