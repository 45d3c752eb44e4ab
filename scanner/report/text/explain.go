package text

import (
	"fmt"
	"io"
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Rules writes a table of rules, by ID.
func Rules(w io.Writer, rules []*finding.Rule, o Options) error {
	p := newPage(w, o)
	ordered := report.OrderedRules(rules)
	wide := 0
	for _, rule := range ordered {
		wide = max(wide, len(rule.ID))
	}
	for _, rule := range ordered {
		p.line(fmt.Sprintf("%-*s  ", wide, rule.ID),
			p.paint(looks[rule.Severity], fmt.Sprintf("%-8s", rule.Severity)), "  ", report.Printable(rule.Title))
	}
	return p.flush()
}

// Explain writes what a rule looks for, what a finding of it means, and what to
// do then; with all examples, or a few of each sort.
func Explain(w io.Writer, e report.Explanation, all bool, o Options) error {
	p := newPage(w, o)
	rule := e.Rule
	p.line(p.paint(bold, report.Printable(rule.Title)), "  ", p.paint(dim, rule.ID))
	p.line(p.paint(looks[rule.Severity], string(rule.Severity)), p.paint(dim, " · "+string(rule.Kind)))
	p.chapter("", rule.About)
	p.chapter("What to do", rule.Remedy)
	p.steps("In this order", rule.Order())
	p.chapter("The guide says", rule.Guide)
	p.examples("Found", e.Matches, all)
	p.examples("Not found", e.NearMisses, all)
	p.chapter("Format", rule.Source)
	p.chapter("If it is meant to be there", "Say so in its line, or alone in the line above: deputy:allow "+rule.ID+" reason")
	return p.flush()
}

func (p *page) chapter(heading, s string) {
	if s == "" {
		return
	}
	p.line()
	if heading != "" {
		p.line(p.paint(bold, heading))
	}
	for _, l := range fill(report.Printable(s), p.columns()-len(indent)) {
		p.line(indent, l)
	}
}

func (p *page) steps(heading string, steps []string) {
	if len(steps) == 0 {
		return
	}
	p.line()
	p.line(p.paint(bold, heading))
	for i, step := range steps {
		for j, l := range fill(report.Printable(step), p.columns()-2*len(indent)) {
			number := strings.Repeat(" ", len(indent))
			if j == 0 {
				number = fmt.Sprintf("%-*d", len(indent), i+1)
			}
			p.line(indent, number, l)
		}
	}
}

// maxExampleLines bounds an example on the page; the JSON has it whole.
const maxExampleLines = 12

// fewExamples is how many of each sort are shown unless all are asked for.
const fewExamples = 3

func (p *page) examples(heading string, examples []report.Example, all bool) {
	if len(examples) == 0 {
		return
	}
	more := 0
	if !all && len(examples) > fewExamples {
		more, examples = len(examples)-fewExamples, examples[:fewExamples]
	}
	p.line()
	p.line(p.paint(bold, heading))
	for _, e := range examples {
		p.line(indent, p.paint(dim, strings.ReplaceAll(report.Printable(e.Name), "-", " ")))
		lines := p.exampleLines(e)
		for _, l := range lines[:min(len(lines), maxExampleLines)] {
			p.line(indent, indent, l)
		}
		if more := len(lines) - maxExampleLines; more > 0 {
			p.line(indent, indent, p.paint(dim, "and "+report.Count(int64(more), "more line", "more lines")))
		}
	}
	if more > 0 {
		p.line(indent, p.paint(dim, fmt.Sprintf("and %d more (--all)", more)))
	}
}

// exampleLines are an example's lines with its values standing out, cut to the
// page.
func (p *page) exampleLines(e report.Example) []string {
	var lines []string
	line, used := "", 0
	room := p.columns() - 2*len(indent)
	add := func(st style, s string) {
		s = shorten(report.Printable(strings.ReplaceAll(s, "\t", "    ")), room-used)
		used += columnsOf(s)
		line += p.paint(st, s)
	}
	for _, part := range e.Parts() {
		st := bare
		if part.Value {
			st = cyan
		}
		for i, s := range strings.Split(part.Text, "\n") {
			if i > 0 {
				lines = append(lines, line)
				line, used = "", 0
			}
			add(st, s)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
