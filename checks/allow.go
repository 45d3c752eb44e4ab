package checks

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/deputy-sec/deputy/checks/policy"
)

// A finding that is meant to be is marked in a comment of its line, or alone in the line
// above: deputy:allow RULE reason. Without a reason it does not count.
var allowMark = []byte("deputy:allow")

// allowed reports whether a mark in the text allows a fail, at its place or at the place
// that a step leads to.
func allowed(v Verdict) bool {
	return marked(v.Place, v.Rule.ID)
}

func marked(at policy.Place, rule string) bool {
	if at.File == nil {
		return false
	}
	line, _, _ := at.Position()
	if hasReason(lineOf(at.File, line), rule) {
		return true
	}
	above := lineOf(at.File, line-1)
	return onlyComment(above) && hasReason(above, rule)
}

func lineOf(f *policy.File, line int) []byte {
	lines := f.Lines()
	if line < 1 || line > len(lines) {
		return nil
	}
	end := len(f.Text)
	if line < len(lines) {
		end = lines[line]
	}
	return f.Text[lines[line-1]:end]
}

// onlyComment reports whether a line holds nothing but a comment.
func onlyComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	return bytes.HasPrefix(line, []byte("#")) || bytes.HasPrefix(line, []byte("//")) || bytes.HasPrefix(line, []byte("<!--")) || bytes.HasPrefix(line, []byte("/*"))
}

func hasReason(line []byte, rule string) bool {
	_, rest, found := bytes.Cut(line, allowMark)
	if !found {
		return false
	}
	name, reason, _ := strings.Cut(strings.TrimLeft(string(rest), " \t"), " ")
	return name == rule && strings.ContainsFunc(reason, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
