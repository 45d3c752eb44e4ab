package gitdir

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxIncludes is how deep files of settings may include each other, as in git;
// and maxIncluded how often in all.
const (
	maxIncludes = 10
	maxIncluded = 100
)

// read takes in a file of settings, of the repository in, with those that it includes;
// one that is not there has none.
func (c *Config) read(in *Dir, file string, depth int) error {
	text, err := readText(file, 1<<24)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	all, err := parseSettings(string(text))
	for _, e := range all {
		if e.key != "path" || !c.includes(in, e, file) {
			c.settings = append(c.settings, e)
			continue
		}
		c.included++
		if depth == maxIncludes || c.included > maxIncluded {
			return errors.New("malformed configuration: files include each other too often")
		}
		if err := c.read(in, absolute(ExpandHome(e.value), filepath.Dir(file)), depth+1); err != nil {
			return err
		}
	}
	return err
}

// includes reports whether a setting of a file includes another one here and now.
func (c *Config) includes(in *Dir, e setting, file string) bool {
	switch {
	case e.section == "include":
		return e.sub == ""
	case e.section != "includeif":
		return false
	}
	for _, kind := range conditions {
		if pattern, ok := strings.CutPrefix(e.sub, kind.prefix); ok {
			return kind.holds(c, in, pattern, filepath.Dir(file))
		}
	}
	return false // git passes over what it does not know, too
}

// conditions are those that an include may have, see git-config(1).
var conditions = []struct {
	prefix string
	holds  func(c *Config, in *Dir, pattern, beside string) bool
}{
	{"gitdir:", func(_ *Config, in *Dir, pattern, beside string) bool {
		return in.lies(gitDirPattern(pattern, beside), false)
	}},
	{"gitdir/i:", func(_ *Config, in *Dir, pattern, beside string) bool {
		return in.lies(gitDirPattern(pattern, beside), true)
	}},
	{"onbranch:", func(_ *Config, in *Dir, pattern, _ string) bool {
		branch, ok := in.Branch()
		return ok && matches(openEnd(pattern), branch)
	}},
	{"hasconfig:remote.*.url:", func(c *Config, in *Dir, pattern, _ string) bool {
		return c.settings.hasRemote(pattern) || in.Config.settings.hasRemote(pattern)
	}},
}

// gitDirPattern completes the pattern of a git directory: "./" is where the file of
// settings lies, and a pattern from nowhere matches anywhere.
func gitDirPattern(pattern, beside string) string {
	pattern = openEnd(filepath.ToSlash(ExpandHome(pattern)))
	switch rest, here := strings.CutPrefix(pattern, "./"); {
	case here:
		return filepath.ToSlash(realPath(beside)) + "/" + rest
	case !filepath.IsAbs(pattern):
		return "**/" + pattern
	}
	return pattern
}

// openEnd has a pattern that ends in a slash match all below it.
func openEnd(pattern string) string {
	if strings.HasSuffix(pattern, "/") {
		return pattern + "**"
	}
	return pattern
}

// lies reports whether the git directory matches a pattern, links resolved or not.
func (d *Dir) lies(pattern string, fold bool) bool {
	if d == nil {
		return false
	}
	if fold {
		pattern = strings.ToLower(pattern)
	}
	typed, err := filepath.Abs(d.Git)
	if err != nil {
		return false
	}
	return slices.ContainsFunc([]string{realPath(d.Git), typed}, func(dir string) bool {
		if dir = filepath.ToSlash(dir); fold {
			dir = strings.ToLower(dir)
		}
		return matches(pattern, dir)
	})
}

// matches is false for a malformed pattern, as in git.
func matches(pattern, text string) bool {
	ok, err := doublestar.Match(pattern, text)
	return ok && err == nil
}

// hasRemote reports whether a URL of a remote matches a pattern.
func (s settings) hasRemote(pattern string) bool {
	return slices.ContainsFunc(s, func(e setting) bool {
		return e.section == "remote" && e.key == "url" && matches(openEnd(pattern), e.value)
	})
}
