package awsaccount

import (
	"bytes"

	"github.com/deputy-sec/deputy/internal/placeholder"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector of AWS account IDs.
func New() detect.Detector { return detector{} }

type detector struct{}

func (detector) Rules() []*finding.Rule { return []*finding.Rule{rule} }

func (detector) Triggers() []detect.Trigger { return []detect.Trigger{{Digits: true}} }

// Detect weighs the signals for and against the candidate, the cheap ones
// first: what the neighbouring bytes make it, what notation it is written in,
// and only if that does not decide, the words around it.
func (detector) Detect(w *detect.Window, report func(detect.Match)) {
	w.Look(8, 8) // enough for the escapes and letters that these two look for
	c, ok := candidateAt(w)
	if !ok || hashed(w, c) {
		return
	}
	c = c.moved(w.Look(nearBefore, nearAfter))
	s := surveyOf(w)
	p := &s.here
	p.look(w, c, nearBefore, nearAfter)
	if disguised(p) {
		return
	}
	c.value = digitsOf(w.Text[c.start:c.end])
	p.value = c.value
	var v verdict
	form := shapeOf(p)
	v.add(form)
	class, published := publicity(c.value)
	switch {
	case form.weight >= decisive:
	case class != finding.Unknown:
		weighPublic(&v, p, class)
	default:
		p.moved(w.LookAll())
		weigh(&v, p, s)
		if v.confidence() >= detect.Keep && ofService(p) {
			class, published = finding.Vendor, []string{"one of a table of accounts by region, as services publish them"}
		}
	}
	m := detect.Match{
		Rule: rule, Start: p.start, End: p.end, Value: c.value,
		Confidence: v.confidence(), Class: class, Account: c.value,
	}
	if m.Confidence < detect.Keep {
		return
	}
	m.Evidence = append(v.evidence(), published...)
	if m.Class == finding.Unknown {
		switch why := publisherOf(p, s); {
		case why != "":
			m.Class, m.Evidence = finding.Vendor, append(m.Evidence, why)
		case form.weight < decisive && calledExample(p):
			m.Class, m.Evidence = finding.Sample, append(m.Evidence, "prose calls it an example")
		case form.weight >= decisive && countedOn(p):
			m.Class, m.Evidence = finding.Sample, append(m.Evidence, "made by changing the end of a number near by")
		}
		m.Start, m.End = p.start, p.end
	}
	report(m)
}

// hashed is the cheapest test: letters on both sides, or a letter on one that no
// escape can explain.
func hashed(w *detect.Window, c candidate) bool {
	if c.end < len(w.Text) && isLetter(w.Text[c.end]) && c.end+1 < len(w.Text) && isAlnum(w.Text[c.end+1]) &&
		c.start > 0 && isHex(w.Text[c.start-1]) && !bytes.ContainsAny(w.Text[max(0, c.start-6):c.start], `\%`) {
		return true
	}
	return false
}

// shapeOf returns the signal of the notation that the digits are written in.
func shapeOf(p *place) signal {
	for _, s := range shapes {
		if s.is(p) {
			return s.signal
		}
	}
	return signal{}
}

// publicity tells placeholders, and accounts that are public on purpose with who
// published them, from the rest.
func publicity(id string) (class finding.Class, evidence []string) {
	if placeholder.Account(id) {
		return finding.Sample, nil
	}
	if service, ok := documented()[id]; ok {
		return finding.Sample, []string{"stands in the examples of AWS's API model of " + service}
	}
	if v, ok := vendors()[id]; ok {
		return finding.Vendor, []string{"published by " + v.Owner + " (" + v.Purpose + ")"}
	}
	return finding.Unknown, nil
}
