package token

import (
	"strings"
	"sync"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// New returns the detector for tokens with a form of their own and for those
// that stand behind a name of their provider.
func New() detect.Detector {
	d := &detector{}
	known := map[detect.Trigger]int{}
	for i := range providers {
		p := &providers[i]
		rule := p.rule()
		d.rules = append(d.rules, rule)
		for _, f := range p.forms {
			matcher := f.compile()
			for _, literal := range f.literals {
				d.add(known, detect.Trigger{Literal: literal}, target{rule, matcher})
			}
		}
		for _, k := range p.keyed {
			matcher := k.compile()
			for _, name := range k.spellings() {
				d.add(known, detect.Trigger{Literal: name, Fold: true}, target{rule, matcher})
			}
		}
	}
	return d
}

type detector struct {
	rules    []*finding.Rule
	triggers []detect.Trigger
	targets  [][]target // by trigger
}

// target is what a trigger may belong to.
type target struct {
	rule *finding.Rule
	matcher
}

// matcher decides over one window; it sets everything but the rule.
type matcher interface {
	match(w *detect.Window) (detect.Match, bool)
}

// add lets t share the trigger with others that want the same one; known holds
// the triggers so far.
func (d *detector) add(known map[detect.Trigger]int, trigger detect.Trigger, t target) {
	i, ok := known[trigger]
	if !ok {
		i = len(d.triggers)
		known[trigger] = i
		d.triggers = append(d.triggers, trigger)
		d.targets = append(d.targets, nil)
	}
	d.targets[i] = append(d.targets[i], t)
}

func (d *detector) Rules() []*finding.Rule     { return d.rules }
func (d *detector) Triggers() []detect.Trigger { return d.triggers }

func (d *detector) Detect(w *detect.Window, report func(detect.Match)) {
	for _, t := range d.targets[w.Trigger] {
		if m, ok := t.match(w); ok {
			m.Rule = t.rule
			report(m)
		}
	}
}

// tokenIn says what provider's token a text begins with, "" if none.
func tokenIn(text string) (what string) {
	for _, f := range plainForms() {
		for _, literal := range f.literals {
			if !strings.HasPrefix(text, literal) {
				continue
			}
			if _, ok := f.match(detect.NewWindow([]byte(text), 0, len(literal), 0)); ok {
				return f.what
			}
		}
	}
	return ""
}

// plainForms are the forms that decide by themselves and begin with their literal.
var plainForms = sync.OnceValue(func() []*formMatcher {
	var forms []*formMatcher
	for i := range providers {
		for _, f := range providers[i].forms {
			if f.lead.max == 0 && len(f.near) == 0 {
				forms = append(forms, &formMatcher{f, lazily(f.rest)})
			}
		}
	}
	return forms
})
