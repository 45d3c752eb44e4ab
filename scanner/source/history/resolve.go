package history

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/gitdate"
	"github.com/deputy-sec/deputy/scanner/source/objects"
)

// resolve finds the commit that a revision names.
func (s *Source) resolve(ctx context.Context, rev string) (objects.ID, error) {
	id, err := s.name(ctx, rev)
	if err != nil {
		return id, err
	}
	return s.peel(id)
}

// name finds the object that a revision names, in the forms of gitrevisions(7): a
// ref by any name that git takes, a hash or the beginning of one, what git describe
// says, "@{1}", "@{-1}", "@{yesterday}", "@{upstream}", "@{push}", ":/text", each
// followed by ^, ^n, ~n, ^{commit}, ^{} or ^{/text}. What names a file or a tree is an
// error.
func (s *Source) name(ctx context.Context, rev string) (objects.ID, error) {
	if text, ok := strings.CutPrefix(rev, ":/"); ok {
		return s.find(ctx, s.everywhere(), text)
	}
	if strings.Contains(rev, ":") {
		return objects.ID{}, fmt.Errorf("%q names a file, not a commit", rev)
	}
	at := strings.IndexAny(rev, "^~")
	if at < 0 {
		at = len(rev)
	}
	base, steps := rev[:at], rev[at:]
	if open := strings.Index(rev, "@{"); open >= 0 && open < at { // dates may hold anything
		end := strings.LastIndexByte(rev, '}')
		if i := strings.IndexByte(rev[open:], '}'); i >= 0 {
			end = open + i
		}
		if end < open {
			return objects.ID{}, fmt.Errorf("%q: a brace is not closed", rev)
		}
		base, steps = rev[:end+1], rev[end+1:]
		for strings.HasPrefix(steps, "@{") { // HEAD@{1}@{2} is none, @{-1}@{u} is one
			i := strings.IndexByte(steps, '}')
			if i < 0 {
				return objects.ID{}, fmt.Errorf("%q: a brace is not closed", rev)
			}
			base, steps = base+steps[:i+1], steps[i+1:]
		}
	}
	id, err := s.base(ctx, base)
	if err != nil {
		return id, err
	}
	for steps != "" {
		if id, steps, err = s.step(ctx, id, steps); err != nil {
			return id, fmt.Errorf("%q: %w", rev, err)
		}
	}
	return id, nil
}

var errNoRevision = errors.New("it is no revision")

// step follows the first step of some.
func (s *Source) step(ctx context.Context, id objects.ID, steps string) (next objects.ID, rest string, err error) {
	op := steps[0]
	if op != '^' && op != '~' {
		return id, "", errNoRevision
	}
	if op == '^' && strings.HasPrefix(steps, "^{") {
		end := strings.IndexByte(steps, '}')
		if end < 0 {
			return id, "", errNoRevision
		}
		next, err = s.peelTo(ctx, id, steps[2:end])
		return next, steps[end+1:], err
	}
	end := 1
	for end < len(steps) && steps[end] >= '0' && steps[end] <= '9' {
		end++
	}
	n := 1
	if end > 1 {
		if n, err = number(steps[1:end]); err != nil {
			return id, "", err
		}
	}
	if id, err = s.peel(id); err != nil {
		return id, "", err
	}
	next, err = s.ancestor(id, op, n)
	return next, steps[end:], err
}

func number(digits string) (int, error) {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0, errNoRevision
	}
	return n, nil
}

// peelTo follows "^{…}".
func (s *Source) peelTo(ctx context.Context, id objects.ID, what string) (objects.ID, error) {
	switch {
	case what == "", what == "commit":
		return s.peel(id)
	case what == "object":
		return id, nil
	case what == "tag":
		if kind, _, err := s.db.Read(id); err != nil || kind != objects.Tag {
			return id, errors.New("it is no tag")
		}
		return id, nil
	case what[0] == '/':
		commit, err := s.peel(id)
		if err != nil {
			return id, err
		}
		return s.find(ctx, []objects.ID{commit}, what[1:])
	}
	return id, errNoRevision
}

// base finds what stands in front of the steps.
func (s *Source) base(ctx context.Context, name string) (objects.ID, error) {
	if open := strings.Index(name, "@{"); open >= 0 {
		return s.braced(ctx, name[:open], name[open:])
	}
	if id, _, ok := s.resolveName(name); ok {
		return id, nil
	}
	if at := strings.LastIndex(name, "-g"); at > 0 { // as git describe says
		if id, err := s.abbreviated(ctx, name[at+2:]); err == nil {
			return id, nil
		}
	}
	return s.abbreviated(ctx, name)
}

// braced finds "name@{…}", of which the name may be empty.
func (s *Source) braced(ctx context.Context, name, braces string) (objects.ID, error) {
	end := strings.IndexByte(braces, '}')
	inner, more := braces[2:end], braces[end+1:]
	if back, ok := strings.CutPrefix(inner, "-"); ok && name == "" {
		branch, err := s.before(back)
		if err != nil {
			return objects.ID{}, err
		}
		if more != "" {
			return s.braced(ctx, branch, more)
		}
		return s.base(ctx, branch)
	}
	if more != "" {
		return objects.ID{}, errNoRevision
	}
	switch strings.ToLower(inner) {
	case "u", "upstream":
		return s.tracked(name, "upstream", s.dir.Config.Upstream)
	case "push":
		return s.tracked(name, "push target", s.dir.Config.Push)
	}
	ref := "HEAD"
	if branch, ok := s.dir.Branch(); name == "" && ok {
		ref = "refs/heads/" + branch
	} else if name != "" {
		_, full, ok := s.resolveName(name)
		if !ok {
			return objects.ID{}, fmt.Errorf("%q names no commit here", name)
		}
		ref = full
	}
	if ref == "@" {
		ref = "HEAD"
	}
	return s.logged(ref, inner)
}

// before returns what was checked out before the n-th last switch.
func (s *Source) before(digits string) (string, error) {
	n, err := number(digits)
	if err != nil || n == 0 {
		return "", errNoRevision
	}
	for _, e := range slices.Backward(s.dir.Reflog("HEAD")) {
		moved, ok := strings.CutPrefix(e.Message, "checkout: moving from ")
		if !ok {
			continue
		}
		if n--; n == 0 {
			from, _, _ := strings.Cut(moved, " to ")
			return from, nil
		}
	}
	return "", errors.New("there were not so many checkouts")
}

// tracked finds what a branch follows on a remote.
func (s *Source) tracked(branch, what string, of func(string) (string, bool)) (objects.ID, error) {
	if branch == "" || branch == "HEAD" || branch == "@" {
		current, ok := s.dir.Branch()
		if !ok {
			return objects.ID{}, errors.New("no branch is checked out")
		}
		branch = current
	}
	branch = strings.TrimPrefix(branch, "refs/heads/")
	ref, ok := of(branch)
	if !ok {
		return objects.ID{}, fmt.Errorf("branch %q has no %s", branch, what)
	}
	id, ok := s.dir.Resolve(ref)
	if !ok {
		return objects.ID{}, fmt.Errorf("the %s of branch %q, %s, is not here", what, branch, ref)
	}
	return id, nil
}

// logged finds what a ref was, by its reflog: so many changes ago, or at a date.
func (s *Source) logged(ref, inner string) (objects.ID, error) {
	log := s.dir.Reflog(ref)
	if n, err := strconv.Atoi(inner); err == nil && n >= 0 {
		id, ok := s.dir.Resolve(ref)
		switch {
		case n == 0 && ok:
			return id, nil
		case n < len(log):
			return log[len(log)-1-n].New, nil
		case n == len(log) && n > 0 && !log[0].Old.IsZero():
			return log[0].Old, nil
		}
		return objects.ID{}, fmt.Errorf("the reflog of %s has only %d entries", ref, len(log))
	}
	when, err := gitdate.Parse(inner, time.Now())
	if err != nil {
		return objects.ID{}, fmt.Errorf("%q: %w", inner, err)
	}
	for _, e := range slices.Backward(log) {
		if !e.When.After(when) {
			return e.New, nil
		}
	}
	if len(log) > 0 && !log[0].Old.IsZero() {
		return log[0].Old, nil
	}
	return objects.ID{}, fmt.Errorf("the reflog of %s does not go back so far", ref)
}

// everywhere returns the commits of all refs.
func (s *Source) everywhere() []objects.ID {
	var out []objects.ID
	for _, r := range s.roots {
		if r.Log || r.Fleeting {
			continue
		}
		if id, err := s.peel(r.ID); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// find finds the youngest commit that some reach and whose message matches.
func (s *Source) find(ctx context.Context, from []objects.ID, text string) (objects.ID, error) {
	text, negate := strings.CutPrefix(text, "!-")
	if !negate {
		text = strings.Replace(text, "!!", "!", 1)
	}
	pattern, err := regexp.Compile(text)
	if err != nil {
		return objects.ID{}, fmt.Errorf("%q is no pattern", text)
	}
	var queue newest
	seen := map[ordinal]bool{}
	push := func(n ordinal) {
		if c, err := s.load(n); err == nil && !seen[n] {
			seen[n] = true
			heap.Push(&queue, c)
		}
	}
	for _, id := range from {
		push(s.objectIndex.of(id))
	}
	for len(queue) > 0 && ctx.Err() == nil {
		c := heap.Pop(&queue).(*commit)
		kind, data, err := s.db.Read(c.id)
		if err == nil && pattern.Match(objects.TextsOf(kind, data).Message) != negate {
			return c.id, nil
		}
		for _, p := range c.parents {
			push(p)
		}
	}
	return objects.ID{}, fmt.Errorf("no commit's message matches %q", text)
}

// resolveName finds a ref, and its full name, or a whole hash.
func (s *Source) resolveName(name string) (id objects.ID, ref string, ok bool) {
	if id, ok := objects.ParseID(strings.ToLower(name)); ok {
		return id, name, len(id.Bytes()) == s.db.IDSize()
	}
	if name == "@" || name == "" {
		name = "HEAD"
	}
	// The order of gitrevisions(7).
	for _, pattern := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		ref := fmt.Sprintf(pattern, name)
		if id, ok := s.dir.Resolve(ref); ok {
			return id, ref, true
		}
	}
	return objects.ID{}, "", false
}

// minAbbreviation is how short git lets hashes be.
const minAbbreviation = 4

// abbreviated finds the one commit or tag whose hash begins so.
func (s *Source) abbreviated(ctx context.Context, prefix string) (objects.ID, error) {
	none := fmt.Errorf("%q names no commit here", prefix)
	prefix = strings.ToLower(prefix)
	if len(prefix) < minAbbreviation || strings.Trim(prefix, "0123456789abcdef") != "" {
		return objects.ID{}, none
	}
	ids, err := s.db.WithPrefix(ctx, prefix)
	if err != nil {
		return objects.ID{}, err
	}
	ids = slices.DeleteFunc(ids, func(id objects.ID) bool {
		kind, _, err := s.db.Read(id)
		return err != nil || kind != objects.Commit && kind != objects.Tag
	})
	switch len(ids) {
	case 0:
		return objects.ID{}, none
	case 1:
		return ids[0], nil
	}
	return objects.ID{}, fmt.Errorf("%q is the beginning of %d commits", prefix, len(ids))
}

// peel follows tags to a commit.
func (s *Source) peel(id objects.ID) (objects.ID, error) {
	id, _, err := s.peelTags(id)
	return id, err
}

// peelTags follows tags to what they are about, and returns them, too.
func (s *Source) peelTags(id objects.ID) (target objects.ID, tags []objects.ID, err error) {
	for range 64 {
		kind, data, err := s.db.Read(id)
		if err != nil {
			return id, tags, err
		}
		if kind != objects.Tag {
			return id, tags, nil
		}
		tags = append(tags, id)
		t, err := objects.ParseTag(data)
		if err != nil {
			return id, tags, err
		}
		id = t.Target
	}
	return id, tags, errors.New("tags in a circle")
}

// ancestor goes to the n-th parent (^) or n first parents up (~).
func (s *Source) ancestor(id objects.ID, op byte, n int) (objects.ID, error) {
	up, nth := n, 1
	if op == '^' {
		up, nth = min(n, 1), n // ^0 is the commit itself
	}
	for range up {
		c, err := s.load(s.objectIndex.of(id))
		if err != nil {
			return id, err
		}
		if len(c.parents) < nth {
			return id, errors.New("it has no such parent")
		}
		id = s.objectIndex.id(c.parents[nth-1])
	}
	return id, nil
}
