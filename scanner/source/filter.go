package source

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Filter chooses paths by globs. The zero value and nil let everything pass.
type Filter struct{ include, exclude []string }

// NewFilter takes doublestar globs over slash-separated paths from the target's
// root. A glob without a slash matches names in every directory, one that
// matches a directory takes all that is in it. A path passes if it matches an
// include, or there is none, and no exclude.
func NewFilter(include, exclude []string) (*Filter, error) {
	f := &Filter{}
	for _, list := range []struct {
		globs []string
		to    *[]string
	}{{include, &f.include}, {exclude, &f.exclude}} {
		for _, glob := range list.globs {
			clean := strings.TrimSuffix(strings.TrimPrefix(glob, "/"), "/")
			if clean == "" || !doublestar.ValidatePattern(clean) {
				return nil, fmt.Errorf("bad glob %q", glob)
			}
			if !strings.Contains(strings.TrimSuffix(glob, "/"), "/") {
				clean = "**/" + clean
			}
			*list.to = append(*list.to, clean)
		}
	}
	return f, nil
}

// Match says whether a path passes. "", which stands for what is no file, such
// as a commit message, passes unless certain paths are asked for.
func (f *Filter) Match(p string) bool {
	switch {
	case f == nil:
		return true
	case p == "":
		return len(f.include) == 0
	}
	return (len(f.include) == 0 || within(f.include, p)) && !within(f.exclude, p)
}

// Skip says that nothing below a directory can pass.
func (f *Filter) Skip(dir string) bool { return f != nil && within(f.exclude, dir) }

// within says that a path or a directory above it matches.
func within(globs []string, p string) bool {
	for _, glob := range globs {
		for at := p; at != "." && at != "/" && at != ""; at = path.Dir(at) {
			if doublestar.MatchUnvalidated(glob, at) {
				return true
			}
		}
	}
	return false
}
