package source

import (
	"path"
	"sync/atomic"

	"github.com/deputy-sec/deputy/internal/names"
	"github.com/deputy-sec/deputy/internal/pathglob"
)

// Filter chooses paths by globs, and parts of a target by their paths. The zero
// value and nil let everything pass.
type Filter struct {
	include, exclude *counted
	parts            map[string]bool // paths of what passes; nil: all
	above            map[string]bool // directories that lead to them
	names            func([]byte) bool
}

// NewFilter takes globs as [pathglob.List] has them. A path passes if it matches an
// include, or there is none, and no exclude.
func NewFilter(include, exclude []string) (*Filter, error) {
	f := &Filter{}
	var err error
	if f.include, err = count(include); err != nil {
		return nil, err
	}
	f.exclude, err = count(exclude)
	return f, err
}

// counted are globs that know which of them have matched something.
type counted struct {
	pathglob.List
	asked []string // as they were written
	used  []atomic.Bool
	all   atomic.Bool
}

func count(globs []string) (*counted, error) {
	l, err := pathglob.Compile(globs)
	return &counted{List: l, asked: globs, used: make([]atomic.Bool, len(l))}, err
}

func (c *counted) none() bool { return c == nil || len(c.List) == 0 }

// match asks every glob until each has matched, and from then on until one does.
func (c *counted) match(p string) bool {
	switch {
	case c.none():
		return false
	case c.all.Load():
		return c.Match(p)
	}
	matched, all := false, true
	for i := range c.List {
		if c.MatchOne(i, p) {
			matched = true
			c.used[i].Store(true)
		}
		all = all && c.used[i].Load()
	}
	c.all.Store(all)
	return matched
}

// Unmatched returns the globs that nothing has matched so far.
func (f *Filter) Unmatched() []string {
	if f == nil {
		return nil
	}
	var out []string
	for _, c := range []*counted{f.include, f.exclude} {
		for i := range c.used {
			if !c.used[i].Load() {
				out = append(out, c.asked[i])
			}
		}
	}
	return out
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
		out.include, out.exclude, out.names = f.include, f.exclude, f.names
	}
	return out
}

// WithNames returns a filter by which names are worth to be looked at that a function holds
// for, in place of those that may hold an identifier.
func (f *Filter) WithNames(worth func([]byte) bool) *Filter {
	out := &Filter{}
	if f != nil {
		*out = *f
	}
	out.names = worth
	return out
}

// OnlyNames returns a filter that lets everything pass, and judges names as this one does.
func (f *Filter) OnlyNames() *Filter {
	if f == nil || f.names == nil {
		return nil
	}
	return &Filter{names: f.names}
}

// Worth reports whether a name, of a file, a folder or a ref, is worth to be looked at.
func (f *Filter) Worth(name []byte) bool {
	if f == nil || f.names == nil {
		return names.Worth(name)
	}
	return f.names(name)
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
		return f.include.none() && f.parts == nil
	}
	return f.inParts(p) && (f.include.none() || f.include.match(p)) && !f.exclude.match(p)
}

// Skip reports whether nothing below a directory can pass.
func (f *Filter) Skip(dir string) bool {
	return f != nil && (f.exclude.match(dir) || !f.inParts(dir) && !f.Named(dir))
}
