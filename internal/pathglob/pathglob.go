// Package pathglob chooses slash-separated paths by globs, as users write them.
package pathglob

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// List are globs (doublestar) over paths from a root. A glob without a slash matches names
// in every directory, and one that matches a directory takes all that is in it.
type List []string

// Compile returns the list of some globs; an error names the one that is none.
func Compile(globs []string) (List, error) {
	var l List
	for _, glob := range globs {
		clean := strings.TrimSuffix(strings.TrimPrefix(glob, "/"), "/")
		if clean == "" || !doublestar.ValidatePattern(clean) {
			return nil, fmt.Errorf("bad glob %q", glob)
		}
		if !strings.Contains(strings.TrimSuffix(glob, "/"), "/") {
			clean = "**/" + clean
		}
		l = append(l, clean)
	}
	return l, nil
}

// Match reports whether a path, or a directory above it, matches a glob.
func (l List) Match(p string) bool {
	for i := range l {
		if l.MatchOne(i, p) {
			return true
		}
	}
	return false
}

// MatchOne reports whether a path, or a directory above it, matches the glob of an index.
func (l List) MatchOne(i int, p string) bool {
	for at := p; at != "." && at != "/" && at != ""; at = path.Dir(at) {
		if doublestar.MatchUnvalidated(l[i], at) {
			return true
		}
	}
	return false
}
