package gitleaksrules

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// rule is a rule ready to be tried.
type rule struct {
	about       *finding.Rule
	required    required
	ahead       func() *ahead        // what must follow a literal
	also        []required           // literals that a match holds besides
	bytes       set                  // that a match may hold
	of, lead    func() *detect.Bytes // the same, and what may stand ahead of a literal
	byKeyword   bool                 // required are keywords, which may stand anywhere near the match
	keywords    []string
	pattern     func() *regexp.Regexp
	secretGroup int
	entropy     float64
	path        lazyPatterns
	allowlists  []*allowlist // the global ones last
	others      []other      // rules of which each must match near it, too
}

// matched is a match as allowlists see it.
type matched struct {
	whole, secret, line []byte
}

// unused says why a rule is left out; "" if it is not.
func unused(c *ruleConfig) string {
	switch {
	case c.unknown != "":
		return fmt.Sprintf("it has %s, which gitleaks does not know, so it may mean something else than its regex", c.unknown)
	case c.SkipReport:
		return "it is not to be reported (skipReport)"
	case c.Regex == "" && c.Path != "":
		return "it is about a path alone"
	case c.Regex == "":
		return "it has no regex (extend.useDefault adds nothing here)"
	}
	return ""
}

// newRule checks what a file says of a rule and prepares it. Why it cannot be used
// is told by reason.
func newRule(c *ruleConfig, id string, global []*allowlist) (r *rule, reason string, err error) {
	re, err := c.file.parse("rule "+c.named(), c.Regex, c.named())
	if err != nil {
		return nil, "", err
	}
	if c.SecretGroup < 0 || c.SecretGroup > re.MaxCap() {
		return nil, "", c.file.errorf([]string{c.named()}, "rule %q: secretGroup %d, but the regex has %d groups", c.ID, c.SecretGroup, re.MaxCap())
	}
	r = &rule{
		about:       describe(c, id),
		pattern:     sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(c.Regex) }),
		secretGroup: c.SecretGroup,
		entropy:     c.Entropy,
	}
	if c.Path != "" {
		if _, err := c.file.parse("path of rule "+c.named(), c.Path, c.named()); err != nil {
			return nil, "", err
		}
		r.path = newLazyPatterns([]string{c.Path})
	}
	for _, a := range c.Allowlists {
		list, err := newAllowlist(a.file, a, c.named())
		if err != nil {
			return nil, "", err
		}
		r.allowlists = append(r.allowlists, list)
	}
	r.allowlists = append(r.allowlists, global...)
	if !r.require(re, c.Keywords) {
		return r, "its regex requires no text of three letters or more, and it has no such keyword either", nil
	}
	return r, "", nil
}

// require chooses the literals that the rule is tried at.
func (r *rule) require(re *syntax.Regexp, keywords []string) bool {
	for _, k := range keywords {
		r.keywords = append(r.keywords, strings.ToLower(k))
	}
	re = re.Simplify()
	r.bytes = bytesOf(re)
	r.of = sync.OnceValue(func() *detect.Bytes { return detect.BytesOf(r.bytes.has) })
	r.lead = sync.OnceValue(func() *detect.Bytes { return detect.BytesOf(r.required.lead.has) })
	var derived bool
	if r.required, r.also, derived = requiredBy(re); derived {
		r.ahead = sync.OnceValue(func() *ahead { return aheadOf(r.required.follow) })
		return true
	}
	r.byKeyword = true
	r.required = required{literals: distinct(slices.Clone(r.keywords), true), fold: true, before: unbounded, after: unbounded}
	return r.required.usable()
}

// describe makes the words that a user reads about the rule.
func describe(c *ruleConfig, id string) *finding.Rule {
	about := c.Description
	if about == "" {
		about = "A rule of " + c.file.name + "."
	}
	return &finding.Rule{
		ID:       id,
		Kind:     finding.Token,
		Severity: finding.High,
		Title:    title(c),
		About:    about,
		Remedy:   "Revoke it where it was issued, then remove it from the file. It stays in history until that is rewritten.",
	}
}

// longestTitle is about a line of the rules' list.
const longestTitle = 60

// title is the rule's description where that is short, else its ID in words.
func title(c *ruleConfig) string {
	if d := strings.TrimSuffix(c.Description, "."); d != "" && len(d) <= longestTitle && !strings.Contains(d, "\n") {
		return d
	}
	words := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return ' '
		}
		return r
	}, c.ID)
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}

// reach is how far a look goes where a pattern sets no limit, ahead of the
// literal. Behind it goes to the window's end: private keys are long.
const reach = 1 << 10

// detect tries the rule at a literal and reports the matches that hold it, or for
// a keyword those in the window.
//
// Most literals stand in no match, which a look at what one could take tells.
// Only where something matches there, and be it beside the literal, a wider look
// decides: which of several overlapping matches counts depends on where the one
// before it ends.
func (r *rule) detect(w *detect.Window, work *work, report func(detect.Match)) {
	if r.byKeyword {
		w.LookAll()
		for _, loc := range r.matches(w.Text, 0, len(w.Text), work) {
			r.report(w, loc, report)
		}
		return
	}
	near, ok := r.near(w, work)
	if !ok {
		return
	}
	for _, loc := range r.wide(w, near, work) {
		if loc[0] <= w.Start && loc[1] >= w.End { // at most one, for matches do not overlap
			r.report(w, loc, report)
			return
		}
	}
}

// work is what rules have done in one text.
type work struct{ bytes int } // that patterns were tried on

// Go's regexp takes up to a microsecond per byte, and a text made for it, such as
// key=key=key=…, would have a pattern tried on kilobytes for each of its words. A text
// may cost so many bytes of trying for each byte up to the place at hand, and some at its
// start; ordinary ones stay far below.
const (
	workPerByte = 4
	freeWork    = 4 << 20
)

// workIn returns what was done in a window's text; false if that is enough.
func workIn(w *detect.Window, free int) (*work, bool) {
	scratch := w.Scratch()
	done, _ := (*scratch).(*work)
	if done == nil {
		done = &work{}
		*scratch = done
	}
	return done, done.bytes <= free+workPerByte*(w.Offset()+w.End+detect.After)
}

// matches returns what the pattern matches in part of a text, with its groups.
func (r *rule) matches(text []byte, from, to int, work *work) [][]int {
	work.bytes += to - from
	locs := r.pattern().FindAllSubmatchIndex(text[from:to], -1)
	for _, loc := range locs {
		for i := range loc {
			if loc[i] >= 0 {
				loc[i] += from
			}
		}
	}
	return locs
}

// near reports whether anything matches in what a match of the literal could take,
// and the bounds of that.
func (r *rule) near(w *detect.Window, work *work) (span, bool) {
	t := r.ahead().begin()
	most := w.Scan(w.End, r.required.after, t.step)
	if !t.fits() {
		return span{}, false
	}
	start, _ := w.RunBack(w.Start, min(r.required.before, reach), r.lead())
	s := span{start, w.End + most}
	from, to := max(0, s.start-1), min(len(w.Text), s.end+1) // with the bytes that decide about \b and the like
	work.bytes += to - from
	return s, r.holdsAll(w.Text[from:to]) && r.pattern().Match(w.Text[from:to])
}

// span is part of a text.
type span struct{ start, end int }

func (s span) moved(by int) span { return span{s.start + by, s.end + by} }

// lookahead is what ahead says.
type lookahead struct {
	most int
	ok   bool
}

// around returns what a match of a literal at text[start:end] could take.
func (r *rule) around(text []byte, start, end int) (span, lookahead) {
	most, ok := r.ahead().match(text[end:min(len(text), end+r.required.after)])
	if !ok {
		return span{}, lookahead{most, false}
	}
	return span{back(text, start, min(r.required.before, reach), &r.required.lead), end + most}, lookahead{most, true}
}

// wide returns the matches around a literal of which the near look gave the bounds: those in the text that may be part of a match, with room for two more on
// both sides. Of that, what matches of other literals do not reach is left out.
func (r *rule) wide(w *detect.Window, near span, work *work) [][]int {
	q := &r.required
	room := min(detect.Before, 3*min(detect.Before, plus(q.before, plus(q.longest(), q.after))))
	lo, moved := w.RunBack(w.Start, room, r.of())
	near = near.moved(moved)
	hi := max(near.end, w.Run(w.End, room, r.of()))
	lo = min(near.start, lo)
	moved = w.Look(w.Start-lo+1, hi+1-w.End)
	near = near.moved(moved)
	lo, hi = max(0, lo+moved-1), min(len(w.Text), hi+moved+1)
	if len(q.literals) <= maxNeighbours && !(q.fold && otherCases(w.Text[lo:hi])) {
		from, to := r.chain(w.Text, lo, hi, near)
		from, to = max(lo, from-1), min(hi, to+1)
		locs := r.matches(w.Text, from, to, work)
		if !slices.ContainsFunc(locs, func(loc []int) bool { return loc[0] == from && from > lo || loc[1] == to && to < hi }) {
			return locs
		}
	}
	return r.matches(w.Text, lo, hi, work)
}

// otherCases reports whether a text holds ſ or K, as which a pattern takes letters that
// literals are not sought by.
func otherCases(text []byte) bool {
	return bytes.ContainsRune(text, longS) || bytes.ContainsRune(text, kelvin)
}

// maxNeighbours bounds the literals that are sought one by one.
const maxNeighbours = 16

// chain widens a span, within lo and hi, by what matches of other literals could
// take that overlap with it.
func (r *rule) chain(text []byte, lo, hi int, s span) (from, to int) {
	in := text[lo:hi]
	if r.required.fold {
		in = lowered(in)
	}
	var others []span
	for _, l := range r.required.literals {
		for at := 0; ; at++ {
			i := bytes.Index(in[at:], []byte(l))
			if i < 0 {
				break
			}
			at += i
			if o, seen := r.around(text, lo+at, lo+at+len(l)); seen.ok {
				others = append(others, o)
			}
		}
	}
	for grown := true; grown; {
		grown = false
		for _, o := range others {
			if o.start < s.end && s.start < o.end && (o.start < s.start || o.end > s.end) {
				s, grown = span{min(s.start, o.start), max(s.end, o.end)}, true
			}
		}
	}
	return max(lo, s.start), min(hi, s.end)
}

// lowered folds ASCII alone, so that everything stays in its place.
func lowered(text []byte) []byte {
	out := bytes.Clone(text)
	for i, c := range out {
		if 'A' <= c && c <= 'Z' {
			out[i] += 'a' - 'A'
		}
	}
	return out
}

// back walks to the front as long as there are bytes of a set.
func back(text []byte, at, most int, s *set) int {
	for least := max(0, at-most); at > least && s.has(text[at-1]); {
		at--
	}
	return at
}

// holdsAll reports whether the other literals of a match stand in a text. In a short
// one the pattern says so as fast.
func (r *rule) holdsAll(text []byte) bool {
	if len(r.also) == 0 || len(text) < 1<<8 {
		return true
	}
	low := lowered(text)
	for i := range r.also {
		in := text
		if r.also[i].fold {
			in = low
		}
		if !slices.ContainsFunc(r.also[i].literals, func(l string) bool { return bytes.Contains(in, []byte(l)) }) {
			return false
		}
	}
	return true
}

// allowMark in a line exempts it, for gitleaks and here.
var allowMark = []byte("gitleaks:allow")

// report tells of one match, unless something speaks against it.
func (r *rule) report(w *detect.Window, loc []int, report func(detect.Match)) {
	start, end := trimmed(w.Text, loc[0], loc[1])
	lineStart, lineEnd, moved := lines(w, start, end)
	start, end = start+moved, end+moved
	m := matched{whole: w.Text[start:end], line: w.Text[lineStart:lineEnd]}
	if bytes.Contains(m.line, allowMark) {
		return
	}
	a, b := r.secret(loc, start, end, moved)
	m.secret = w.Text[a:b]
	if r.entropy != 0 && entropy(m.secret) <= r.entropy || len(m.secret) == 0 {
		return
	}
	spoken, shift := r.spoken(w)
	if !spoken {
		return
	}
	a, b, start = a+shift, b+shift, start+shift
	exempt, ok := r.judge(&m)
	if !ok {
		return
	}
	if len(r.others) > 0 {
		shift := w.LookAll()
		a, b, start = a+shift, b+shift, start+shift
		if !r.accompanied(w, start) {
			return
		}
	}
	report(detect.Match{
		Rule: r.about, Start: a, End: b, Confidence: confidence, Anywhere: true,
		Evidence: []string{"matches the pattern of " + r.about.ID},
		Exempt:   exempt,
	})
}

// confidence is that of every match: the rule's author has decided.
const confidence = 0.9

// trimmed leaves line breaks at the ends of a match out.
func trimmed(text []byte, start, end int) (int, int) {
	for start < end && text[start] == '\n' {
		start++
	}
	for end > start && text[end-1] == '\n' {
		end--
	}
	return start, end
}

// lines returns the bounds of the lines that hold a match, and by how much it has moved.
func lines(w *detect.Window, start, end int) (from, to, moved int) {
	from, moved = w.RunBack(start, detect.Before, inLine)
	return from, w.Run(end+moved, detect.Before, inLine), moved
}

var inLine = detect.BytesOf(func(c byte) bool { return c != '\n' })

// secret returns the bounds of the secret in a match that has moved: those of the group that
// is asked for, or of the first one that holds something, or of the match.
func (r *rule) secret(loc []int, start, end, moved int) (int, int) {
	if g := 2 * r.secretGroup; g > 0 {
		if loc[g] < 0 {
			return 0, 0
		}
		return loc[g] + moved, loc[g+1] + moved
	}
	for g := 2; g+1 < len(loc); g += 2 {
		if loc[g] >= 0 && loc[g+1] > loc[g] {
			return loc[g] + moved, loc[g+1] + moved
		}
	}
	return start, end
}

// spoken reports whether one of the keywords stands in the window, and by how much that
// has moved. Where the literals imply one, that is so.
func (r *rule) spoken(w *detect.Window) (ok bool, moved int) {
	if len(r.keywords) == 0 || r.byKeyword || r.implied() {
		return true, 0
	}
	moved = w.LookAll()
	lower := bytes.ToLower(w.Text)
	return slices.ContainsFunc(r.keywords, func(k string) bool { return bytes.Contains(lower, []byte(k)) }), moved
}

// implied reports whether every literal holds a keyword.
func (r *rule) implied() bool {
	return !slices.ContainsFunc(r.required.literals, func(l string) bool {
		return !slices.ContainsFunc(r.keywords, func(k string) bool { return strings.Contains(strings.ToLower(l), k) })
	})
}

// judge asks the allowlists. A match that they let pass may still be exempt in
// some places.
func (r *rule) judge(m *matched) (exempt func(path, commit string) bool, ok bool) {
	var places []*allowlist
	for _, a := range r.allowlists {
		switch verdict := a.judge(m); {
		case verdict == allowed:
			return nil, false
		case verdict == allowedThere, !a.all && (!a.paths.none() || len(a.commits) > 0):
			places = append(places, a)
		}
	}
	if len(places) == 0 && r.path.none() {
		return nil, true
	}
	return func(path, commit string) bool {
		return !r.path.none() && !r.path.match([]byte(path)) ||
			slices.ContainsFunc(places, func(a *allowlist) bool { return a.exempts(path, commit) })
	}, true
}

// entropy is Shannon's, in bits per byte, of the characters of a text as gitleaks
// reckons it.
func entropy(text []byte) float64 {
	counts := map[rune]int{}
	for _, c := range string(text) {
		counts[c]++
	}
	var bits float64
	for _, n := range counts {
		f := float64(n) / float64(len(text))
		bits -= f * math.Log2(f)
	}
	return bits
}

// triggers returns what the prefilter looks for on behalf of the rule.
func (r *rule) triggers() []detect.Trigger {
	var out []detect.Trigger
	for _, l := range r.required.literals {
		out = append(out, detect.Trigger{Literal: l, Fold: r.required.fold})
	}
	return out
}
