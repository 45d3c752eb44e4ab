package interp

import (
	"strings"

	"golang.org/x/tools/go/ssa"
)

// assumesByHand reports whether a function makes a request to STS itself: what it sends
// there is where the External ID belongs. STS is known by the action that it is asked for,
// as a form's value or within the text of a query.
func (f *frame) assumesByHand() bool {
	if f.byHand == nil {
		found := asksSTS(f.fn)
		f.byHand = &found
	}
	return *f.byHand
}

func asksSTS(fn *ssa.Function) bool {
	action, assume := false, false
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			for _, op := range instr.Operands(nil) {
				s, ok := constString(*op)
				switch {
				case !ok:
				case strings.Contains(s, "Action=AssumeRole"):
					return true
				case s == "Action":
					action = true
				case s == "AssumeRole":
					assume = true
				}
			}
		}
	}
	return action && assume
}
