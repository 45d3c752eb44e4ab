package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/internal/suggest"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/exact"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/text"
	"github.com/deputy-sec/deputy/scanner/run"
)

func newExplain() *cobra.Command {
	var (
		format string
		o      ruleOptions
		all    bool
	)
	cmd := &cobra.Command{
		Use:   "explain RULE",
		Short: "Teach a rule, a pass or a check: what it finds, what it leaves alone, what to do",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			rules, err := o.load(cmd)
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return append(rules.IDs(), checkIDs()...), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			rules, err := o.load(cmd)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if ok, err := explainPass(out, args[0], format); ok {
				return err
			}
			e, ok := explainedCheck(args[0])
			if !ok {
				e, ok = explainedTrace(args[0])
			}
			if !ok {
				if e, err = explanation(rules, args[0]); err != nil {
					return err
				}
			}
			switch format {
			case "text":
				return text.Explain(out, e, all, text.Detect(out, "auto", os.Getenv))
			case "json":
				return json.Explain(out, e)
			}
			return fmt.Errorf("unknown format %q: want text or json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "write `FORMAT`: text or json")
	cmd.Flags().BoolVar(&all, "all", false, "show every example, not the first few")
	o.flags(cmd)
	return cmd
}

// explainedTrace is the rule of what a trace looks for. What it finds is what was given, so
// there are no examples.
func explainedTrace(id string) (report.Explanation, bool) {
	for _, k := range exact.Kinds() {
		if rule := exact.Rule(k); rule.ID == id {
			return report.Explanation{Rule: rule}, true
		}
	}
	return report.Explanation{}, false
}

// explanation finds a rule and fills in its examples.
func explanation(rules *run.Rules, id string) (report.Explanation, error) {
	for _, family := range rules.Families {
		for _, rule := range family.Detector.Rules() {
			if rule.ID != id {
				continue
			}
			set := detect.NewSet(family.Detector)
			return report.Explanation{
				Rule:       rule,
				Matches:    examples(rule.Matches, rule, set, family.Shapes),
				NearMisses: examples(rule.NearMisses, rule, set, family.Shapes),
			}, nil
		}
	}
	return report.Explanation{}, fmt.Errorf("no rule %q%s: 'deputy rules' lists them", id, suggest.DidYouMean(id, append(rules.IDs(), analyzers.Names()...)))
}

// explainSeed makes the values of examples the same at every call.
const explainSeed = 1

// examples expands texts and marks in each what the rule finds there.
func examples(texts []finding.Example, rule *finding.Rule, set *detect.Set, shapes map[string]example.Shape) []report.Example {
	var out []report.Example
	for _, ex := range texts {
		e := report.Example{Name: ex.Name, Text: example.Sketch(ex.Text, explainSeed, shapes).Text}
		end := 0
		set.Scan([]byte(e.Text), detect.Text{}, func(h detect.Hit) {
			if h.Rule != rule || h.Confidence < detect.Report || int(h.Offset) < end {
				return
			}
			end = int(h.Offset) + h.End - h.Start
			e.Values = append(e.Values, report.Value{Start: int(h.Offset), End: end})
		})
		out = append(out, e)
	}
	return out
}
