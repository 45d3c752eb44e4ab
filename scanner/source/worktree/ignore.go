package worktree

import (
	"path"
	"strings"

	"github.com/deputy-sec/deputy/scanner/source/filetree"
)

// ignores are the ignore rules of a directory and, through parent, those of
// the directories above it, then .git/info/exclude, then the user's own. See
// gitignore(5).
type ignores struct {
	dir    string // "" is the work tree's root
	rules  []rule
	parent *ignores
}

// rule is a line of an ignore file.
type rule struct {
	glob    []string // by path element
	byName  bool     // matches the last element, in any directory
	dirOnly bool
	negate  bool
}

// maxRules bounds the rules of one file, since every path is held against each.
const maxRules = 10_000

// loadIgnores reads an ignore file on top of parent. One that is not there, is
// no regular file or is absurdly long ignores nothing, as more is then read.
func loadIgnores(file, dir string, parent *ignores) *ignores {
	var rules []rule
	err := filetree.Read(file, func(c filetree.Content) { rules = parseRules(string(c.Data)) })
	if err != nil || len(rules) == 0 || len(rules) > maxRules {
		return parent
	}
	return &ignores{dir: dir, rules: rules, parent: parent}
}

func parseRules(text string) []rule {
	var rules []rule
	text = strings.TrimPrefix(text, "\uFEFF")
	for line := range strings.Lines(text) {
		if r, ok := parseRule(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")); ok {
			rules = append(rules, r)
		}
	}
	return rules
}

func parseRule(line string) (rule, bool) {
	var r rule
	line = trimSpaces(line)
	if line == "" || line[0] == '#' {
		return r, false
	}
	line, r.negate = strings.CutPrefix(line, "!")
	line, r.dirOnly = strings.CutSuffix(line, "/")
	r.byName = !strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	r.glob = strings.Split(line, "/")
	return r, line != ""
}

// trimSpaces drops trailing spaces but for one after a backslash.
func trimSpaces(line string) string {
	trimmed := strings.TrimRight(line, " ")
	if len(trimmed) < len(line) && strings.HasSuffix(trimmed, `\`) && !strings.HasSuffix(trimmed, `\\`) {
		trimmed += " "
	}
	return trimmed
}

// match reports whether a path, slash-separated from the work tree's root, is
// ignored by its own rules. That a directory above it is ignored is for the
// walk to know.
func (g *ignores) match(p string, isDir bool) bool {
	for ; g != nil; g = g.parent {
		rel := p
		if g.dir != "" {
			rel = strings.TrimPrefix(p, g.dir+"/")
		}
		for i := len(g.rules) - 1; i >= 0; i-- {
			if g.rules[i].match(rel, isDir) {
				return !g.rules[i].negate
			}
		}
	}
	return false
}

func (r *rule) match(rel string, isDir bool) bool {
	if r.dirOnly && !isDir {
		return false
	}
	if r.byName {
		return matchName(r.glob[0], path.Base(rel))
	}
	return matchPath(r.glob, strings.Split(rel, "/"))
}
