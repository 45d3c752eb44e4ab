package externalid

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/internal/strength"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector of External IDs. It holds no state.
func New() detect.Detector { return detector{} }

type detector struct{}

// Rules implements detect.Detector.
func (detector) Rules() []*finding.Rule { return []*finding.Rule{ExternalID} }

// Triggers implements detect.Detector.
func (detector) Triggers() []detect.Trigger {
	return []detect.Trigger{
		{Literal: "externalid", Fold: true},
		{Literal: "external_id", Fold: true},
		{Literal: "external-id", Fold: true},
		{Literal: "external id", Fold: true},
	}
}

// Detect implements detect.Detector.
func (detector) Detect(w *detect.Window, report func(detect.Match)) {
	w.LookAll()
	n, ok := nameAt(w.Text, w.Start, w.End)
	if !ok {
		return
	}
	for _, v := range append(assigned(w.Text, n), column(w.Text, n)...) {
		if m, ok := judge(w.Text, n, v); ok {
			report(m)
		}
	}
}

// roleBeside reports whether the ARN of a role, with its account, stands near a name.
func roleBeside(text []byte, n name) bool {
	for rest := around(text, n, near); ; {
		i := bytes.Index(rest, []byte(":iam::"))
		if i < 0 {
			return false
		}
		rest = rest[i+len(":iam::"):]
		if len(rest) > accountDigits && strength.IsAccount(string(rest[:accountDigits])) && bytes.HasPrefix(rest[accountDigits:], []byte(":role/")) && !placeholder.Account(string(rest[:accountDigits])) {
			return true
		}
	}
}

// accountDigits is the length of an AWS account ID.
const accountDigits = 12

// judge decides over one value assigned to a name.
func judge(text []byte, n name, v notation.Literal) (detect.Match, bool) {
	if !strength.Valid(v.Text) || reference(v.Text) {
		return detect.Match{}, false
	}
	s := strength.Of(v.Text)
	if v.Bare && !evident(s, n, v) {
		return detect.Match{}, false
	}
	confidence, why := about(text, n, v, s)
	if confidence == 0 {
		return detect.Match{}, false
	}
	m := detect.Match{
		Rule: ExternalID, Start: v.Start, End: v.End, Value: v.Text,
		Confidence: confidence, Evidence: append(why, evidence(s)...), Class: classOf(text, n, s),
	}
	if roleBeside(text, n) {
		m.Severity = finding.Critical // nothing else is needed to have the vendor read the account
		m.Evidence = append(m.Evidence, "the role that it opens stands beside it")
	}
	return m, true
}
