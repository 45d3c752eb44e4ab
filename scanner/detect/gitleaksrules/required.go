package gitleaksrules

import (
	"cmp"
	"math"
	"math/bits"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/internal/literal"
)

// required is a set of literals of which every match of a pattern holds at least
// one, and how far the match reaches around it.
type required struct {
	literals      []string // in lower case if fold
	fold          bool
	before, after int // bytes of the match ahead of the literal and behind it, at most; unbounded if there is no limit

	lead   set              // the bytes that may stand ahead of the literal in a match
	follow []*syntax.Regexp // what stands behind the literal in the pattern, or something that matches more
}

const unbounded = math.MaxInt32

// maxLiterals bounds the strings that a piece of a pattern is written out as.
const maxLiterals = 64

// requiredBy derives literals from a pattern, and further sets of which a match
// holds one each. It reports none if there is no set of which each is long enough
// for the prefilter.
func requiredBy(re *syntax.Regexp) (r required, also []required, ok bool) {
	s := analyse(re.Simplify())
	r, ok = s.best()
	also = slices.DeleteFunc(s.allHeld(), func(n required) bool { return slices.Equal(n.literals, r.literals) })
	return r, also, ok
}

// shape is what is known of the texts that an expression matches.
type shape struct {
	exact  []string   // all of them, if they are few; else nil
	fold   bool       // of exact: any case
	length int        // of the longest in bytes; unbounded if there is none
	holds  *required  // what each holds, if that is known and better than exact
	held   []required // what each holds one of each, the rarest first: literals alone
}

// maxHeld bounds the sets of literals that are known of an expression.
const maxHeld = 4

// allHeld returns sets of literals of which each text holds one each, the rarest
// first.
func (s shape) allHeld() []required {
	list := s.held
	if exact := (required{literals: s.exact, fold: s.fold}); exact.usable() {
		list = append(slices.Clone(list), exact)
	}
	slices.SortStableFunc(list, func(a, b required) int {
		return cmp.Or(cmp.Compare(b.rarity(), a.rarity()), slices.Compare(a.literals, b.literals))
	})
	return list[:min(len(list), maxHeld)]
}

func (s shape) best() (required, bool) {
	var candidates []required
	if s.exact != nil {
		candidates = append(candidates, required{literals: s.exact, fold: s.fold})
	}
	if s.holds != nil {
		candidates = append(candidates, *s.holds)
	}
	return rarest(candidates)
}

// rarest picks the set that ordinary text holds least often.
func rarest(candidates []required) (required, bool) {
	var (
		best  required
		found bool
	)
	for _, c := range candidates {
		if c.usable() && (!found || c.rarity() > best.rarity()) {
			best, found = c, true
		}
	}
	return best, found
}

// rarity ranks sets: a letter more in the shortest literal is worth four times as
// many literals. From eight letters on all are rare.
func (r required) rarity() int {
	shortest := 8
	for _, l := range r.literals {
		shortest = min(shortest, len(l))
	}
	return 2*shortest - bits.Len(uint(len(r.literals)-1))
}

// longest returns the length of the longest literal.
func (r required) longest() int {
	n := 0
	for _, l := range r.literals {
		n = max(n, len(l))
	}
	return n
}

// maxRequired bounds the literals of a rule.
const maxRequired = 512

func (r required) usable() bool {
	return len(r.literals) > 0 && len(r.literals) <= maxRequired && !slices.ContainsFunc(r.literals, func(l string) bool { return !literal.Fits(l) })
}

// analyse works out the shape of a simplified expression.
func analyse(re *syntax.Regexp) shape {
	switch re.Op {
	case syntax.OpNoMatch:
		return shape{exact: []string{}}
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return shape{exact: []string{""}}
	case syntax.OpLiteral:
		if parts := flat(nil, re); len(parts) > 1 {
			return concatShape(parts)
		}
		return literalShape(re)
	case syntax.OpCharClass:
		return classShape(re)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return shape{length: utf8.UTFMax}
	case syntax.OpCapture:
		return analyse(re.Sub[0])
	case syntax.OpQuest:
		s := analyse(re.Sub[0])
		if s.exact != nil {
			return shape{exact: distinct(append([]string{""}, s.exact...), s.fold), fold: s.fold, length: s.length}
		}
		return shape{length: s.length}
	case syntax.OpStar:
		return shape{length: unbounded}
	case syntax.OpPlus:
		return plusShape(re.Sub[0])
	case syntax.OpConcat:
		return concatShape(flat(nil, re))
	case syntax.OpAlternate:
		return alternateShape(re.Sub)
	}
	return shape{length: unbounded}
}

func literalShape(re *syntax.Regexp) shape {
	text := string(re.Rune)
	fold := re.Flags&syntax.FoldCase != 0
	length := len(text)
	if fold {
		text = lower(text)
		length = utf8.UTFMax * len(re.Rune) // other cases may be longer: ſ for s
	}
	return shape{exact: []string{text}, fold: fold, length: length}
}

func classShape(re *syntax.Regexp) shape {
	length, size := 1, 0
	for i := 0; i < len(re.Rune); i += 2 {
		length = max(length, utf8.RuneLen(re.Rune[i+1]))
		size += int(re.Rune[i+1]-re.Rune[i]) + 1
	}
	if size > maxLiterals+2 {
		return shape{length: length}
	}
	var exact []string
	for i := 0; i < len(re.Rune); i += 2 {
		for c := re.Rune[i]; c <= re.Rune[i+1]; c++ {
			if c != longS && c != kelvin {
				exact = append(exact, string(c))
			}
		}
	}
	if len(exact) == 0 || len(exact) > maxLiterals {
		return shape{length: length}
	}
	return shape{exact: exact, length: length}
}

// These two are other cases of s and k, so classes and literals of any case match
// them. Nobody writes them in a token; they are not looked for.
const (
	longS  = '\u017f'
	kelvin = '\u212a'
)

// plusShape is that of one or more times an expression: each text holds what the
// expression's holds.
func plusShape(re *syntax.Regexp) shape {
	sub := analyse(re)
	out := shape{length: unbounded, held: sub.allHeld()}
	if r, ok := sub.best(); ok {
		out.holds = &required{literals: r.literals, fold: r.fold, before: unbounded, after: unbounded, lead: bytesOf(re), follow: anyOf(bytesOf(re))}
	}
	return out
}

// maxStretch bounds the parts that are written out together: eight letters are rare
// enough, and patterns of thousands of parts are still analysed in no time.
const maxStretch = 32

// concatShape writes out neighbours as long as they are few strings, and picks
// the best of such stretches and of what single parts hold.
func concatShape(subs []*syntax.Regexp) shape {
	n := len(subs)
	parts := make([]shape, n)
	for i, sub := range subs {
		if i > 0 && sub == subs[i-1] { // x{20} is twenty times the same
			parts[i] = parts[i-1]
			continue
		}
		parts[i] = analyse(sub)
	}
	before, after := make([]int, n+1), make([]int, n+1) // bytes ahead of a part, and from it on
	for i, p := range parts {
		before[i+1] = plus(before[i], p.length)
	}
	for i := n - 1; i >= 0; i-- {
		after[i] = plus(after[i+1], parts[i].length)
	}
	out := shape{length: before[n]}
	type candidate struct {
		required
		first, end int // parts
	}
	var best candidate
	var stretches []candidate
	consider := func(c candidate) { // of equal ones the first is taken
		if len(best.literals) == 0 || c.rarity() > best.rarity() {
			best = c
		}
	}
	for i := range parts {
		stretch := shape{exact: []string{""}}
		for end := i; end < min(n, i+maxStretch); end++ {
			var ok bool
			if stretch, ok = product(stretch, parts[end]); !ok {
				break
			}
			if c := (candidate{required{literals: stretch.exact, fold: stretch.fold}, i, end + 1}); c.usable() {
				consider(c)
				stretches = append(stretches, c)
			}
			if i == 0 && end == n-1 {
				out.exact, out.fold = stretch.exact, stretch.fold
			}
		}
	}
	for i, p := range parts { // behind the stretches, of which more is known
		if p.holds != nil {
			consider(candidate{*p.holds, i, i + 1})
		}
		if i == 0 || subs[i] != subs[i-1] {
			out.held = append(out.held, p.held...)
		}
	}
	slices.SortStableFunc(stretches, func(a, b candidate) int { return cmp.Compare(b.rarity(), a.rarity()) })
	for taken := []candidate{}; len(stretches) > 0 && len(taken) < maxHeld; { // the rarest, and of the rest those apart from it
		c := stretches[0]
		taken, out.held = append(taken, c), append(out.held, c.required)
		stretches = slices.DeleteFunc(stretches, func(d candidate) bool { return d.first < c.end && c.first < d.end })
	}
	out.held = shape{held: out.held}.allHeld()
	if q := best.required; len(q.literals) > 0 {
		q.before, q.after = plus(before[best.first], q.before), plus(q.after, after[best.end])
		for i, sub := range subs[:best.first] {
			if i == 0 || sub != subs[i-1] {
				q.lead.unite(bytesOf(sub))
			}
		}
		q.follow = slices.Concat(q.follow, subs[best.end:])
		out.holds = &q
	}
	return out
}

// flat appends the parts of a concatenation to list, those of groups and
// repetitions in it one by one. Literals are cut where ASCII begins and ends: only
// that can be looked for.
func flat(list []*syntax.Regexp, re *syntax.Regexp) []*syntax.Regexp {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	switch re.Op {
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			list = flat(list, sub)
		}
		return list
	case syntax.OpLiteral:
		for start := 0; start < len(re.Rune); {
			end := start + 1
			for end < len(re.Rune) && (re.Rune[end] < utf8.RuneSelf) == (re.Rune[start] < utf8.RuneSelf) {
				end++
			}
			list = append(list, &syntax.Regexp{Op: syntax.OpLiteral, Flags: re.Flags, Rune: re.Rune[start:end]})
			start = end
		}
		return list
	}
	return append(list, re)
}

// product writes out one string behind the other, if both are known and few.
func product(a, b shape) (shape, bool) {
	if a.exact == nil || b.exact == nil || len(a.exact)*len(b.exact) > maxLiterals {
		return shape{}, false
	}
	switch {
	case len(a.exact) == 1 && a.exact[0] == "":
		return b, true
	case len(b.exact) == 1 && b.exact[0] == "":
		return a, true
	}
	var out []string
	for _, x := range a.exact {
		for _, y := range b.exact {
			out = append(out, x+y)
		}
	}
	fold := a.fold || b.fold
	return shape{exact: distinct(out, fold), fold: fold}, true
}

// alternateShape is that of either: each text holds what one of the branches
// holds.
func alternateShape(subs []*syntax.Regexp) shape {
	var (
		out  = shape{exact: []string{}}
		held required
		tail set    // what stands behind the literals in the branches
		all  = true // branches hold something
	)
	for i, sub := range subs {
		s := analyse(sub)
		out.held = eachOf(i == 0, out.held, s.allHeld())
		out.length = max(out.length, s.length)
		out.fold = out.fold || s.fold
		if out.exact != nil && s.exact != nil && len(out.exact)+len(s.exact) <= maxLiterals {
			out.exact = append(out.exact, s.exact...)
		} else {
			out.exact = nil
		}
		r, ok := s.best()
		all = all && ok
		held = required{
			literals: append(held.literals, r.literals...), fold: held.fold || r.fold,
			before: max(held.before, r.before), after: max(held.after, r.after), lead: held.lead.and(r.lead),
		}
		for _, part := range r.follow {
			tail.unite(bytesOf(part))
		}
	}
	if out.exact != nil {
		out.exact = distinct(out.exact, out.fold)
	}
	if all {
		held.literals = distinct(held.literals, held.fold)
		held.follow = anyOf(tail)
		out.holds = &held
	}
	return out
}

// lower folds ASCII alone: İ in lower case would begin with an i that no text holds.
func lower(text string) string {
	return strings.Map(func(c rune) rune {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A'
		}
		return c
	}, text)
}

// eachOf joins what the branches of an alternative hold: either's rarest, either's
// second, and so on.
func eachOf(first bool, a, b []required) []required {
	if first {
		return b
	}
	var out []required
	for i := range min(len(a), len(b)) {
		joined := required{literals: slices.Concat(a[i].literals, b[i].literals), fold: a[i].fold || b[i].fold}
		joined.literals = distinct(joined.literals, joined.fold)
		if joined.usable() {
			out = append(out, joined)
		}
	}
	return out
}

// distinct returns the strings without doubles, in lower case if fold.
func distinct(list []string, fold bool) []string {
	if fold {
		for i := range list {
			list[i] = lower(list[i])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func plus(a, b int) int { return min(unbounded, a+b) }
