package checks

import (
	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/internal/allowmark"
)

// allowed reports whether a mark in the text allows a fail: in its line, or alone in the
// lines right above it.
func allowed(v Verdict) bool {
	at := v.Place
	if at.File == nil {
		return false
	}
	line, _, _ := at.Position()
	if m, ok := allowmark.Parse(lineOf(at.File, line)); ok && m.Allows(v.Rule.ID) {
		return true
	}
	for line--; ; line-- {
		m, ok := allowmark.Parse(lineOf(at.File, line))
		if !ok || !m.Alone {
			return false
		}
		if m.Allows(v.Rule.ID) {
			return true
		}
	}
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
