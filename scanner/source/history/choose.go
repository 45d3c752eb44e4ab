package history

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// choice is the commits from which a range goes back, and those at which it ends.
type choice struct {
	with, without map[objects.ID]bool
	tags          []objects.ID // annotated tags among with, and not among without
	loose         []objects.ID // trees and blobs that are named themselves, as by a tag
	deleted       bool         // of a ref that is deleted nothing is introduced
}

// choose reads what git rev-list takes: revisions, "^A", "A..B", "A...B", "A^!",
// "A^@", "A^-", --not, --all, --branches, --tags, --remotes and --glob. The hash of
// zeros, which hooks are given, stands for no commit: "000..B" is what the remotes do
// not have of B, or on a server what no ref has, and "A..000" brings nothing.
func (s *Source) choose(ctx context.Context, text string) (*choice, error) {
	c := &chooser{s: s, ctx: ctx, choice: &choice{with: map[objects.ID]bool{}, without: map[objects.ID]bool{}}, excluded: map[objects.ID]bool{}}
	words := splitWords(text)
	if len(words) == 0 {
		return nil, errors.New("it is empty")
	}
	not := false
	for _, word := range words {
		if word == "--not" {
			not = !not
			continue
		}
		if err := c.word(word, not); err != nil {
			return nil, err
		}
	}
	if len(c.with)+len(c.loose) == 0 && !c.deleted && !c.globbed {
		return nil, errors.New("it names no commit to go back from")
	}
	for _, tag := range c.tagged {
		if !c.excluded[tag] {
			c.tags = append(c.tags, tag)
		}
	}
	c.loose = slices.DeleteFunc(c.loose, func(id objects.ID) bool { return c.excluded[id] })
	return c.choice, nil
}

// splitWords parts words at white space outside of braces: HEAD@{1 day ago}. A text
// to look for, ":/some text", goes to the end.
func splitWords(text string) []string {
	var words []string
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return words
		}
		if strings.HasPrefix(text, ":/") || strings.HasPrefix(text, "^:/") {
			return append(words, strings.TrimRight(text, " \t\r\n"))
		}
		end, depth := 0, 0
		for ; end < len(text) && (depth > 0 || strings.IndexByte(" \t\r\n", text[end]) < 0); end++ {
			switch text[end] {
			case '{':
				depth++
			case '}':
				depth = max(0, depth-1)
			}
		}
		words = append(words, text[:end])
		text = text[end:]
	}
}

type chooser struct {
	s   *Source
	ctx context.Context // that of the scan
	*choice
	tagged   []objects.ID
	excluded map[objects.ID]bool // tags, trees and blobs
	globbed  bool                // refs were named by a pattern, which may match none
}

// refPatterns are the options that name refs.
var refPatterns = []struct{ option, prefix string }{
	{"--all", ""}, {"--branches", "refs/heads/"}, {"--tags", "refs/tags/"}, {"--remotes", "refs/remotes/"}, {"--glob", "refs/"},
}

func (c *chooser) word(word string, not bool) error {
	if strings.HasPrefix(word, "-") {
		return c.option(word, not)
	}
	if rest, ok := strings.CutPrefix(word, "^"); ok {
		return c.take(rest, !not)
	}
	if left, right, ok := cutDots(word, "..."); ok {
		return c.symmetric(left, right, not)
	}
	if left, right, ok := cutDots(word, ".."); ok {
		return c.dotted(left, right, not)
	}
	for _, suffix := range []struct {
		text string
		read func(rev, digits string, not bool) error
	}{{"^@", c.parentsOf}, {"^!", c.alone}, {"^-", c.without1}} {
		at := strings.LastIndex(word, suffix.text)
		if at > 0 && strings.Trim(word[at+2:], "0123456789") == "" && (suffix.text == "^-" || at+2 == len(word)) {
			return suffix.read(word[:at], word[at+2:], not)
		}
	}
	return c.take(word, not)
}

// cutDots cuts a word at dots that stand outside of braces.
func cutDots(word, dots string) (left, right string, ok bool) {
	depth := 0
	for i := 0; i+len(dots) <= len(word); i++ {
		switch word[i] {
		case '{':
			depth++
		case '}':
			depth--
		case ':':
			return "", "", false // the rest is a text to look for, or a path
		}
		if depth == 0 && word[i:i+len(dots)] == dots {
			return word[:i], word[i+len(dots):], true
		}
	}
	return "", "", false
}

func (c *chooser) option(word string, not bool) error {
	for _, p := range refPatterns {
		pattern, given := strings.CutPrefix(word, p.option)
		if !given || pattern != "" && pattern[0] != '=' || p.option == "--all" && pattern != "" || p.option == "--glob" && pattern == "" {
			continue
		}
		c.globbed = true
		return c.refs(p.prefix, strings.TrimPrefix(pattern, "="), not)
	}
	return fmt.Errorf("%q is not supported: write revisions, or --all, --branches, --tags, --remotes, --glob, --not", word)
}

// refs takes the refs that match a pattern; one without wildcards means what is
// below it, as in git.
func (c *chooser) refs(prefix, pattern string, not bool) error {
	if pattern != "" {
		if !strings.HasPrefix(pattern, "refs/") {
			pattern = prefix + pattern
		}
		if !strings.ContainsAny(pattern, "*?[") {
			pattern = strings.TrimSuffix(pattern, "/") + "/*"
		}
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%q is no pattern", pattern)
		}
	}
	for _, r := range c.s.roots {
		if r.Log || r.Fleeting || !strings.HasPrefix(r.Name, prefix) || pattern != "" && !matchRef(pattern, r.Name) {
			continue
		}
		if err := c.add(r.ID, not); err != nil && !errors.Is(err, errNoCommit) && !errors.Is(err, objects.ErrMissing) {
			return err
		}
	}
	return nil
}

// matchRef matches a ref, for which a star takes slashes, too.
func matchRef(pattern, name string) bool {
	flat := strings.NewReplacer("/", "\x00")
	ok, _ := path.Match(flat.Replace(pattern), flat.Replace(name))
	return ok
}

var errNoCommit = errors.New("it names no commit")

// isZero reports whether a revision is the hash of zeros.
func isZero(rev string) bool {
	return (len(rev) == 40 || len(rev) == 64) && strings.Trim(rev, "0") == ""
}

// take resolves a revision and adds it.
func (c *chooser) take(rev string, not bool) error {
	if isZero(rev) {
		if !not {
			return errNoCommit
		}
		return nil
	}
	id, err := c.s.name(c.ctx, rev)
	if err != nil {
		return err
	}
	return c.add(id, not)
}

// add takes an object, and notes the tags that lead from it to a commit.
func (c *chooser) add(id objects.ID, not bool) error {
	commit, tags, err := c.s.peelTags(id)
	if err != nil {
		return err
	}
	kind, _, err := c.s.db.Read(commit)
	if err != nil {
		return err
	}
	if kind != objects.Commit {
		if not {
			c.excluded[commit] = true
		} else {
			c.loose = append(c.loose, commit)
			c.tagged = append(c.tagged, tags...)
		}
		return nil
	}
	if not {
		c.without[commit] = true
		for _, t := range tags {
			c.excluded[t] = true
		}
		return nil
	}
	c.with[commit] = true
	c.tagged = append(c.tagged, tags...)
	return nil
}

func (c *chooser) dotted(left, right string, not bool) error {
	switch {
	case left == "" && right == "":
		return errors.New("no commit on either side of the dots")
	case isZero(right):
		c.deleted = true
		return nil
	case isZero(left):
		return c.unseen(right, not)
	}
	if err := c.take(orHead(left), !not); err != nil {
		return err
	}
	return c.take(orHead(right), not)
}

func orHead(rev string) string {
	if rev == "" {
		return "HEAD"
	}
	return rev
}

// unseen takes what nobody else has of a revision: what is on no branch of a
// remote or, where there is no work tree and pushes come in, what no ref has.
func (c *chooser) unseen(rev string, not bool) error {
	id, err := c.s.name(c.ctx, orHead(rev))
	if err != nil {
		return err
	}
	server := c.s.dir.WorkTree == "" || c.s.dir.Quarantine
	for _, r := range c.s.roots {
		seen := strings.HasPrefix(r.Name, "refs/remotes/") || server && strings.HasPrefix(r.Name, "refs/") && r.ID != id
		if r.Log || r.Fleeting || !seen {
			continue
		}
		if err := c.add(r.ID, !not); err != nil && !errors.Is(err, errNoCommit) && !errors.Is(err, objects.ErrMissing) {
			return err
		}
	}
	return c.add(id, not)
}

// symmetric takes what one of two revisions reaches and not both.
func (c *chooser) symmetric(left, right string, not bool) error {
	if isZero(left) || isZero(right) {
		return c.dotted(left, right, not)
	}
	var ends [2]objects.ID
	for i, rev := range []string{left, right} {
		id, err := c.s.name(c.ctx, orHead(rev))
		if err != nil {
			return err
		}
		if err := c.add(id, not); err != nil {
			return err
		}
		if ends[i], err = c.s.peel(id); err != nil {
			return err
		}
	}
	for _, base := range c.s.mergeBases(ends[0], ends[1]) {
		c.without[base] = true
	}
	return nil
}

// parentsOf takes "A^@".
func (c *chooser) parentsOf(rev, _ string, not bool) error {
	_, parents, err := c.family(rev)
	for _, p := range parents {
		err = errors.Join(err, c.add(p, not))
	}
	return err
}

// alone takes "A^!": the commit without what its parents reach.
func (c *chooser) alone(rev, _ string, not bool) error {
	id, parents, err := c.family(rev)
	if err != nil {
		return err
	}
	for _, p := range parents {
		if err := c.add(p, !not); err != nil {
			return err
		}
	}
	return c.add(id, not)
}

// without1 takes "A^-n": the commit without what its n-th parent reaches.
func (c *chooser) without1(rev, digits string, not bool) error {
	id, parents, err := c.family(rev)
	if err != nil {
		return err
	}
	n := 1
	if digits != "" {
		if n, err = number(digits); err != nil {
			return err
		}
	}
	if n < 1 || n > len(parents) {
		return fmt.Errorf("%q: it has no such parent", rev)
	}
	if err := c.add(parents[n-1], !not); err != nil {
		return err
	}
	return c.add(id, not)
}

// family returns what a revision names, and the parents of the commit.
func (c *chooser) family(rev string) (id objects.ID, parents []objects.ID, err error) {
	if id, err = c.s.name(c.ctx, rev); err != nil {
		return id, nil, err
	}
	commit, err := c.s.peel(id)
	if err != nil {
		return id, nil, err
	}
	of, err := c.s.load(c.s.objectIndex.of(commit))
	if err != nil {
		return id, nil, err
	}
	for _, p := range of.parents {
		parents = append(parents, c.s.objectIndex.id(p))
	}
	return id, parents, nil
}

// mergeBases returns common ancestors of two commits, all of the latest ones among
// them: it goes back from both, the newest commits first, until all that is left is
// behind one that both reach.
func (s *Source) mergeBases(a, b objects.ID) []objects.ID {
	const left, right, stale = 1, 2, 4
	flags := map[ordinal]int{}
	var queue newest
	push := func(n ordinal, how int) {
		if flags[n]|how == flags[n] {
			return
		}
		flags[n] |= how
		if c, err := s.load(n); err == nil {
			heap.Push(&queue, c)
		}
	}
	push(s.objectIndex.of(a), left)
	push(s.objectIndex.of(b), right)
	var bases []objects.ID
	for len(queue) > 0 {
		c := heap.Pop(&queue).(*commit)
		how := flags[c.ordinal]
		if how&(left|right) == left|right && how&stale == 0 {
			bases = append(bases, c.id)
			how |= stale
		}
		for _, p := range c.parents {
			push(p, how)
		}
		if !anyFresh(queue, flags, stale) {
			break
		}
	}
	return bases
}

func anyFresh(queue newest, flags map[ordinal]int, stale int) bool {
	for _, c := range queue {
		if flags[c.ordinal]&stale == 0 {
			return true
		}
	}
	return false
}
