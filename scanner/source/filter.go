package source

import (
	"path"

	"github.com/deputy-sec/deputy/internal/pathglob"
)

// Filter chooses paths by globs, and parts of a target by their paths. The zero
// value and nil let everything pass.
type Filter struct {
	include, exclude pathglob.List
	parts            map[string]bool // paths of what passes; nil: all
	above            map[string]bool // directories that lead to them
}

// NewFilter takes globs as [pathglob.List] has them. A path passes if it matches an
// include, or there is none, and no exclude.
func NewFilter(include, exclude []string) (*Filter, error) {
	f := &Filter{}
	var err error
	if f.include, err = pathglob.Compile(include); err != nil {
		return nil, err
	}
	f.exclude, err = pathglob.Compile(exclude)
	return f, err
}

// Within returns a filter that lets only parts of the target pass: each a path of a
// file or a directory, as it is. Without parts it is the filter itself.
func (f *Filter) Within(parts []string) *Filter {
	if len(parts) == 0 {
		return f
	}
	out := &Filter{parts: map[string]bool{}, above: map[string]bool{}}
	for _, p := range parts {
		out.parts[p] = true
		for up := path.Dir(p); up != "." && up != "/" && !out.above[up]; up = path.Dir(up) {
			out.above[up] = true
		}
	}
	if f != nil {
		out.include, out.exclude = f.include, f.exclude
	}
	return out
}

// Named reports whether a path is a part that was asked for or leads to one, so that
// nothing but the exclusion of it leaves it out.
func (f *Filter) Named(p string) bool {
	return f != nil && (f.parts[p] || f.above[p])
}

// inParts reports whether a path lies in what was asked for.
func (f *Filter) inParts(p string) bool {
	if f.parts == nil {
		return true
	}
	for at := p; at != "." && at != "/" && at != ""; at = path.Dir(at) {
		if f.parts[at] {
			return true
		}
	}
	return false
}

// Match reports whether a path passes. "", which stands for what is no file, such
// as a commit message, passes unless certain paths are asked for.
func (f *Filter) Match(p string) bool {
	switch {
	case f == nil:
		return true
	case p == "":
		return len(f.include) == 0 && f.parts == nil
	}
	return f.inParts(p) && (len(f.include) == 0 || f.include.Match(p)) && !f.exclude.Match(p)
}

// Skip reports whether nothing below a directory can pass.
func (f *Filter) Skip(dir string) bool {
	return f != nil && (f.exclude.Match(dir) || !f.inParts(dir) && !f.Named(dir))
}
