// Package codeowners reads CODEOWNERS files, as GitHub, GitLab and Gitea have them, and
// says whose a path is.
//
// https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners,
// https://docs.gitlab.com/user/project/codeowners/reference/
package codeowners

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Places are where the file is looked for, in order. The first that is there counts.
var Places = []string{".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"}

// Bounds of what is read: a file by GitHub's limit, and what a path is compared with.
const (
	MaxFile  = 3 << 20
	maxRules = 20_000
	maxGlob  = 1000
)

// Owners are the rules of a file, in its order.
type Owners []rule

type rule struct {
	globs  []string // any of which the path matches
	owners []string // none: the path is nobody's
}

// Parse reads a file. Lines that are none are passed over, as the hosts do.
func Parse(text string) Owners {
	if len(text) > MaxFile {
		return nil
	}
	var all Owners
	var section []string // whose is what a section names without an owner
	for line := range strings.Lines(text) {
		fields := fieldsOf(line)
		if len(fields) == 0 || len(all) == maxRules {
			continue
		}
		if owners, ok := sectionOf(line); ok {
			section = owners
			continue
		}
		globs := globsOf(fields[0])
		if globs == nil {
			continue
		}
		owners := ownersIn(fields[1:])
		if len(owners) == 0 {
			owners = section
		}
		all = append(all, rule{globs, owners})
	}
	return all
}

// Of returns whose a path is: the owners of the last rule that matches it, nil if there is
// none.
func (o Owners) Of(p string) []string {
	for i := len(o) - 1; i >= 0; i-- {
		for _, glob := range o[i].globs {
			if ok, err := doublestar.Match(glob, p); err == nil && ok {
				return o[i].owners
			}
		}
	}
	return nil
}

// fieldsOf splits a line at spaces, but for those with a backslash in front, and leaves
// out a comment.
func fieldsOf(line string) (fields []string) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			fields = append(fields, b.String())
			b.Reset()
		}
	}
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			if r != ' ' && r != '#' {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
			escaped = false
		case r == '\\':
			escaped = true
		case r == '#' && b.Len() == 0:
			flush()
			return fields
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return fields
}

// sectionOf reads GitLab's heading of a section, "[Name][2] @owner" with "^" in front of
// one that is optional.
func sectionOf(line string) (owners []string, ok bool) {
	line = strings.TrimPrefix(strings.TrimSpace(line), "^")
	if !strings.HasPrefix(line, "[") {
		return nil, false
	}
	end := strings.LastIndexByte(line, ']')
	if end < 0 {
		return nil, false
	}
	return ownersIn(fieldsOf(line[end+1:])), true
}

// ownersIn keeps what is an owner: @name, @organisation/team, an address.
func ownersIn(fields []string) (owners []string) {
	for _, f := range fields {
		if strings.Contains(f, "@") && len(f) > 1 {
			owners = append(owners, f)
		}
	}
	return owners
}

// globsOf returns the globs of a pattern, as of .gitignore without "!" and "[ ]".
func globsOf(pattern string) []string {
	if len(pattern) > maxGlob || strings.HasPrefix(pattern, "!") {
		return nil
	}
	anchored := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	folder := strings.HasSuffix(pattern, "/")
	p := strings.NewReplacer("[", `\[`, "]", `\]`, "{", `\{`, "}", `\}`).Replace(strings.Trim(pattern, "/"))
	if p == "" {
		return nil
	}
	if !anchored {
		p = "**/" + p
	}
	if !doublestar.ValidatePattern(p) {
		return nil
	}
	switch {
	case folder:
		return []string{p + "/**"}
	case anchored && path.Base(p) == "*": // what lies there itself alone
		return []string{p}
	}
	return []string{p, p + "/**"}
}
