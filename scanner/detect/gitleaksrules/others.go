package gitleaksrules

import (
	"bytes"
	"fmt"

	"github.com/deputy-sec/deputy/scanner/detect"
)

// other is a rule that must match beside another one for that to count
// ([[rules.required]]; https://github.com/gitleaks/gitleaks#composite-rules-multi-part-or-required-rules).
// gitleaks looks through the whole file; here it is the window, so that a verdict follows from
// that.
type other struct {
	rule           *rule
	lines, columns int // how far from the match its own may begin; -1: anywhere
}

// link gives rules the others that they require, by the names of the file. Why a rule cannot
// be used is returned.
func link(c *ruleConfig, r *rule, parts map[string]*rule) (reason string) {
	for _, q := range c.Required {
		part := parts[q.ID]
		switch {
		case part == nil:
			return fmt.Sprintf("it requires %q, of which there is no usable rule", q.ID)
		case !part.path.none():
			return fmt.Sprintf("it requires %q, which is about certain paths", q.ID)
		}
		r.others = append(r.others, other{part, least(q.WithinLines), least(q.WithinColumns)})
	}
	return ""
}

func least(n *int) int {
	if n == nil {
		return -1
	}
	return max(0, *n)
}

// accompanied reports whether every rule that is required matches near a match that begins at
// a place in a window of which all is shown.
func (r *rule) accompanied(w *detect.Window, start int) bool {
	line, column := placeIn(w.Text, start)
	for _, o := range r.others {
		if !o.matchesNear(w.Text, line, column) {
			return false
		}
	}
	return true
}

func (o *other) matchesNear(text []byte, line, column int) bool {
	if len(o.rule.keywords) > 0 && !holdsAny(bytes.ToLower(text), o.rule.keywords) {
		return false
	}
	for _, loc := range o.rule.pattern().FindAllSubmatchIndex(text, -1) {
		start, end := trimmed(text, loc[0], loc[1])
		a, b := o.rule.secret(loc, start, end, 0)
		l, c := placeIn(text, start)
		if o.lines >= 0 && abs(l-line) > o.lines || o.columns >= 0 && abs(c-column) > o.columns {
			continue
		}
		m := matched{whole: text[start:end], secret: text[a:b], line: lineOf(text, start, end)}
		if len(m.secret) == 0 || o.rule.entropy != 0 && entropy(m.secret) <= o.rule.entropy {
			continue
		}
		if _, ok := o.rule.judge(&m); ok {
			return true
		}
	}
	return false
}

func holdsAny(lower []byte, keywords []string) bool {
	for _, k := range keywords {
		if bytes.Contains(lower, []byte(k)) {
			return true
		}
	}
	return false
}

// placeIn returns the line of a text that an offset is in, and its column.
func placeIn(text []byte, at int) (line, column int) {
	return bytes.Count(text[:at], []byte("\n")), at - bytes.LastIndexByte(text[:at], '\n')
}

func lineOf(text []byte, start, end int) []byte {
	from := bytes.LastIndexByte(text[:start], '\n') + 1
	if i := bytes.IndexByte(text[end:], '\n'); i >= 0 {
		return text[from : end+i]
	}
	return text[from:]
}

func abs(n int) int { return max(n, -n) }
