package token

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// form is what a token looks like: a literal that the prefilter finds, and the
// rest as an RE2 pattern.
type form struct {
	literals []string // one of them
	rest     string
	what     string // "GitHub personal access token"
	lead     lead   // what of the token stands before the literal, usually nothing
	verify   check  // what else must hold; the zero check if the form alone decides
	near     []string
	severity finding.Severity // if not the rule's
}

// lead is a run of an alphabet that a token has before its literal.
type lead struct {
	alphabet string
	min, max int
	begins   string // its first characters, if they are always the same
}

// tok is a form that begins with its literal.
func tok(literal, rest, what string) form {
	return form{literals: []string{literal}, rest: rest, what: what}
}

// anyOf is a form that begins with one of several literals.
func anyOf(literals []string, rest, what string) form {
	return form{literals: literals, rest: rest, what: what}
}

// led is a form that begins with a run of another alphabet.
func led(alphabet string, least, most int, rest, what string, literals ...string) form {
	return form{literals: literals, rest: rest, what: what, lead: lead{alphabet: alphabet, min: least, max: most}}
}

func (f form) beginning(with string) form { f.lead.begins = with; return f }

func (f form) checked(c check) form { f.verify = c; return f }

// nearby demands one of the words (in lower case) near the token, for a form
// that other things share.
func (f form) nearby(words ...string) form { f.near = words; return f }

func (f form) graded(s finding.Severity) form { f.severity = s; return f }

// longest is how many bytes a token takes at most.
const longest = 3 << 10

func (f form) compile() matcher {
	return &formMatcher{f, lazily(f.rest)}
}

// lazily compiles an anchored pattern when it is first needed. The longest of
// its alternatives matches, in whatever order the table lists them.
func lazily(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		re := regexp.MustCompile(`^(?:` + pattern + `)`)
		re.Longest()
		return re
	})
}

type formMatcher struct {
	form
	pattern func() *regexp.Regexp // of what follows the literal
}

func (f *formMatcher) match(w *detect.Window) (detect.Match, bool) {
	w.Look(f.lead.max+escapeReach+1, 0)
	start, ok := f.lead.walk(w.Text, w.Start)
	if !ok || !starts(w.Text, start) {
		return detect.Match{}, false
	}
	w.Look(0, w.Run(w.End, longest, ofTokens)-w.End+2)
	found := f.pattern().FindIndex(w.Text[w.End:min(len(w.Text), w.End+longest)])
	if found == nil {
		return detect.Match{}, false
	}
	end := w.End + found[1]
	if !ends(w.Text, end) || placeholder.Random(string(w.Text[start:w.Start])+string(w.Text[w.End:end])) {
		return detect.Match{}, false
	}
	if len(f.near) > 0 {
		moved := w.Look(w.Start-start+nearBefore, end-w.End+nearAfter)
		start, end = start+moved, end+moved
	}
	m := detect.Match{Start: start, End: end, ShowHead: len(f.lead.begins), Severity: f.severity, Confidence: 0.9}
	if start == w.Start {
		m.ShowHead = w.End - w.Start
	}
	return f.decide(w.Text, m)
}

// walk goes back from the literal at i over the token's lead.
func (l lead) walk(text []byte, i int) (start int, ok bool) {
	start = i
	for start > 0 && i-start <= l.max && strings.IndexByte(l.alphabet, text[start-1]) >= 0 {
		start--
	}
	return start, i-start >= l.min && i-start <= l.max && bytes.HasPrefix(text[start:i], []byte(l.begins))
}

// decide asks for what must hold beside the form, and says why it believes.
func (f *formMatcher) decide(text []byte, m detect.Match) (detect.Match, bool) {
	if f.verify.holds != nil {
		evidence, ok := f.verify.holds(string(text[m.Start:m.End]))
		if !ok {
			return detect.Match{}, false
		}
		m.Evidence = append(m.Evidence, evidence)
		m.Confidence = 0.98
	}
	m.Evidence = append(m.Evidence, "has the form of "+article(f.what))
	if len(f.near) > 0 {
		word := nearWord(text, m.Start, m.End, f.near)
		if word == "" {
			return detect.Match{}, false
		}
		m.Evidence = append(m.Evidence, word+" stands near it")
		m.Confidence = max(0.8, m.Confidence-0.1)
	}
	return m, true
}

// How far from a token the word may stand that names its provider: an import or
// a comment some lines above, the host of the call below.
const (
	nearBefore = 512
	nearAfter  = 256
)

// nearWord returns the first of the words that stands near text[start:end], in
// any case.
func nearWord(text []byte, start, end int, words []string) string {
	around := bytes.ToLower(text[max(0, start-nearBefore):start])
	around = append(around, 0)
	around = append(around, bytes.ToLower(text[end:min(len(text), end+nearAfter)])...)
	for _, word := range words {
		if bytes.Contains(around, []byte(word)) {
			return word
		}
	}
	return ""
}

// article is a noun with the article that its first letter asks for.
func article(noun string) string {
	if strings.IndexByte("AEIOaeio", noun[0]) >= 0 || strings.HasPrefix(noun, "HCP") || strings.HasPrefix(noun, "npm") || strings.HasPrefix(noun, "X ") || strings.HasPrefix(noun, "xAI") {
		return "an " + noun
	}
	return "a " + noun
}
