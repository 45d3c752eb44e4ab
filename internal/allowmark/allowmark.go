// Package allowmark reads the marks by which a text says that a finding in it is meant to
// be there:
//
//	role = "arn:…"  # deputy:allow aws-account-id our integration account
//	-- deputy:allow aws-account-id, external-id: made up for the tests
//
// in the line of the finding, or above it in a line that holds nothing else. A mark needs a
// reason, in any script. The marks of other scanners count where they stand, without one.
package allowmark

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// Mark is what a line says.
type Mark struct {
	Rules   []string // that are allowed; nil for the mark of another scanner, which means all
	Reason  string   // "" if none is given
	Foreign bool     // it is the mark of another scanner
	Alone   bool     // the line holds nothing else, so it is about the next one
	Verb    string   // what it says in place of "allow", for which it does not count; else ""
}

var (
	deputy        = []byte("eputy") // with either letter in front
	allow, ignore = []byte("llow"), []byte("gnore")
)

// foreign are the marks of other scanners: gitleaks, betterleaks, trufflehog, kingfisher,
// detect-secrets and ggshield.
var foreign = [][]byte{
	[]byte("gitleaks:allow"), []byte("betterleaks:allow"), []byte("trufflehog:ignore"),
	[]byte("kingfisher:ignore"), []byte("pragma: allowlist secret"), []byte("ggignore"),
}

// Parse returns the mark in a line, or false if there is none.
func Parse(line []byte) (Mark, bool) {
	// Nearly all lines hold none, and some are long: one of two words is in every mark.
	if !bytes.Contains(line, allow) && !bytes.Contains(line, ignore) {
		return Mark{}, false
	}
	if start, end, verb := directive(line); start >= 0 {
		rules, reason := split(string(line[end:]))
		m := Mark{Rules: rules, Reason: reason, Alone: commentOnly(line[:start])}
		if verb != "allow" {
			m.Verb = verb
		}
		return m, true
	}
	for _, mark := range foreign {
		if i := bytes.Index(line, mark); i >= 0 && !within(line, i, len(mark)) {
			return Mark{Foreign: true}, true
		}
	}
	if i := bytes.Index(line, nextLine); i >= 0 && commentOnly(line[:i]) {
		return Mark{Foreign: true, Alone: true}, true
	}
	return Mark{}, false
}

// nextLine is the mark of detect-secrets that is about the line below.
var nextLine = []byte("pragma: allowlist nextline secret")

// directive finds "deputy:VERB" as people write it, with a capital or a space, and returns
// where it begins and ends; -1 if there is none.
func directive(line []byte) (start, end int, verb string) {
	for at := 0; ; {
		i := bytes.Index(line[at:], deputy)
		if i < 0 {
			return -1, 0, ""
		}
		start, at = at+i-1, at+i+len(deputy)
		if start < 0 || line[start]|0x20 != 'd' {
			continue
		}
		rest, ok := bytes.CutPrefix(line[at:], []byte{':'})
		rest = bytes.TrimLeft(rest, " ")
		n := 0
		for n < len(rest) && wordlike(rune(rest[n])) && rest[n] < utf8.RuneSelf {
			n++
		}
		if verb = strings.ToLower(string(rest[:n])); ok && (verb == "allow" || verb == "ignore") {
			return start, len(line) - len(rest) + n, verb
		}
	}
}

// within reports whether the bytes at a place are part of a longer word.
func within(line []byte, at, n int) bool {
	before, _ := utf8.DecodeLastRune(line[:at])
	after, _ := utf8.DecodeRune(line[at+n:])
	return wordlike(before) || wordlike(after)
}

// Allows reports whether the mark counts for a rule.
func (m Mark) Allows(rule string) bool {
	return m.Foreign || m.Names(rule) && m.Reason != "" && m.Verb == ""
}

// Names reports whether the mark names a rule, with or without a reason.
func (m Mark) Names(rule string) bool {
	for _, r := range m.Rules {
		if r == rule {
			return true
		}
	}
	return false
}

// Problem says why a mark does not count for a rule, "" if it does.
func (m Mark) Problem(rule string) string {
	switch {
	case m.Allows(rule):
		return ""
	case m.Verb != "":
		return "the deputy:" + m.Verb + " beside it does not count: write deputy:allow RULE reason"
	case len(m.Rules) == 0:
		return "the deputy:allow beside it does not count: it names no rule"
	case !m.Names(rule):
		return "the deputy:allow beside it is about " + strings.Join(m.Rules, ", ") + ", not about " + rule
	}
	return "the deputy:allow beside it does not count: it gives no reason"
}

// ruleName is what rules are called: words in lower case with hyphens between.
var ruleName = lazyregexp.New(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// split parts the rules from the reason behind them. Rules stand one behind the other, with
// commas or without; the first word that cannot be another rule's name begins the reason.
// A list without commas leaves its last names to a reason that would be empty.
func split(text string) (rules []string, reason string) {
	rest := strings.TrimLeft(text, " \t:=")
	comma := true // behind one, or at the beginning, another rule follows
	var ends []string
	for {
		word, after := cutWord(rest)
		if !ruleName.MatchString(word) || !comma && !strings.Contains(word, "-") {
			break
		}
		rules, ends = append(rules, word), append(ends, rest)
		rest = strings.TrimLeft(after, " \t")
		rest, comma = strings.CutPrefix(rest, ",")
		rest = strings.TrimLeft(rest, " \t")
	}
	reason = trimReason(rest)
	for n := len(rules) - 1; reason == "" && n > 0 && !strings.Contains(ends[n-1][:len(ends[n-1])-len(ends[n])], ","); n-- {
		reason, rules = trimReason(ends[n]), rules[:n]
	}
	return rules, reason
}

// cutWord cuts the next word off, without what may stand behind it.
func cutWord(s string) (word, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '-') })
	if end < 0 {
		end = len(s)
	}
	word = strings.TrimRight(s[:end], "-") // "rule - reason" written without a space
	return word, s[len(word):]
}

// closers end comments.
var closers = []string{"*/", "-->", "#}", "%>", "--%>", "*)", "-}", `"`, `",`}

// trimReason takes off what stands around a reason. It is "" without a letter or digit of
// any script.
func trimReason(s string) string {
	s = strings.TrimSpace(s)
	for _, c := range closers {
		s = strings.TrimSpace(strings.TrimSuffix(s, c))
	}
	s = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) || unicode.IsSymbol(r) })
	if !strings.ContainsFunc(s, wordlike) {
		return ""
	}
	return s
}

func wordlike(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsNumber(r))
}

// commentWords begin comments in languages that have words for it: batch files, m4, and the
// keys that JSON and its like have instead.
var commentWords = map[string]bool{"rem": true, "dnl": true, "_comment": true, "comment": true, "note": true, "_note": true}

// commentOnly reports whether nothing stands in front of a mark but what begins a comment.
func commentOnly(before []byte) bool {
	for word := range bytes.FieldsFuncSeq(before, func(r rune) bool { return r != '_' && !wordlike(r) }) {
		if !commentWords[strings.ToLower(string(word))] {
			return false
		}
	}
	return true
}
