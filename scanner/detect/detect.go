// Package detect is the engine that turns text into matches.
//
// It works in tiers of cost. A prefilter looks at every byte and knows only
// literals and runs of digits ([Trigger]). Around each trigger a [Window] of
// bounded size is cut, and the [Detector] that asked for the trigger decides
// over it, cheap tests first. No detector ever sees a whole file.
//
// The invariant everything rests on: what a detector reports is a pure function
// of its window, and a window is exactly the bytes from [Before] ahead of the
// trigger to [After] behind it, cut only where the text itself begins or ends.
// Scanning in chunks, in full or only where a delta changed something therefore
// gives the same matches.
package detect

import (
	"slices"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// How far a window reaches around its trigger, in bytes. Before is the larger
// one because the key that says what a value is stands ahead of it: a list of
// accounts under one key easily takes some kilobytes. After holds the rest of a
// private key.
const (
	Before = 8 << 10
	After  = 4 << 10
)

// Confidence bounds. A match at or above Report is a finding by itself. One
// between Keep and Report is weak: it is reported only when the same value is
// found with confidence somewhere else in the target. Below Keep it is nothing.
const (
	Report = 0.5
	Keep   = 0.2
)

// Detector decides over the candidates of one family of secrets. It must be
// safe for concurrent use and must compile its patterns when first needed:
// start-up is paid on every commit hook.
type Detector interface {
	// Rules lists what Detect can report.
	Rules() []*finding.Rule
	// Triggers lists what the prefilter should look for on its behalf.
	Triggers() []Trigger
	// Detect reports the matches that belong to the window's trigger, in the
	// positions that Text has when it reports them. It must not keep w.Text.
	Detect(w *Window, report func(Match))
}

// Trigger is what makes the engine call a detector: a literal, or a shape of
// digits.
type Trigger struct {
	Literal string // at least three bytes of ASCII
	Fold    bool   // the literal matches in any case
	Raw     bool   // in binary text, the window is more than the printable run that holds the literal
	Digits  bool   // a group of account-like digits instead of a literal, see literal.Digits
}

// Match is what a detector says about a place in its window.
type Match struct {
	Rule       *finding.Rule
	Start, End int    // in Window.Text: the bytes a person would see marked
	Value      string // canonical form (dashes removed, escapes decoded); Text[Start:End] if empty
	ShowHead   int    // bytes at the front of the value that are public (AKIA, ghp_)
	Hidden     bool   // show nothing of the value, not even its tail
	Confidence float64
	Evidence   []string // why we think so, each a phrase, the strongest first
	Class      finding.Class
	Severity   finding.Severity // if not the rule's
	Account    string           // AWS account that the value belongs to, where it says so
	Anywhere   bool             // it counts in the middle of a blob of base64, too
	Always     bool             // no mark in the text allows it

	// Exempt says where the match does not count: in a file, or in the commit that
	// put it there ("" if none did). Nil: it counts everywhere. A window does not
	// know its place, so this is asked when that is looked up.
	Exempt func(path, commit string) bool
}

// Surer orders matches of one value by confidence, and equally sure ones by
// their evidence, so that which one is kept does not depend on which came first.
func (m *Match) Surer(than *Match) bool {
	if m.Confidence != than.Confidence {
		return m.Confidence > than.Confidence
	}
	return slices.Compare(m.Evidence, than.Evidence) < 0
}

// Secret wraps the value with the mask that the match asks for.
func (m *Match) Secret() finding.Secret {
	s := finding.NewSecret(m.Value).WithHead(m.ShowHead)
	if m.Hidden {
		return s.Opaque()
	}
	return s
}

// Hit is a match with its place in the scanned text.
type Hit struct {
	Match
	Position       // zero where the text was scanned for its triggers, see ScanTraced
	Offset   int64 // of the first byte
	Allowed  bool  // a mark in the text, with a reason, allows it

	// Inside says how the text was decoded in which the match stands, outermost first:
	// "base64", "gzip". The offset is that of the encoded value then.
	Inside []string
	// Embedded is a document that lies encoded in the text. Such a hit has no value.
	Embedded *Embedded
}

// embeddedRule is the rule of hits that are none, but documents to be read.
var embeddedRule = &finding.Rule{}
