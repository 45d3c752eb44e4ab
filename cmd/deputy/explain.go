package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/all"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

func newExplain() *cobra.Command {
	var (
		format string
		files  ruleFiles
	)
	cmd := &cobra.Command{
		Use:   "explain RULE",
		Short: "Teach a rule or a pass: what it finds, what it leaves alone, what to do",
		Args:  cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			families, err := files.families()
			if err != nil {
				return nil, cobra.ShellCompDirectiveError
			}
			return ruleIDs(families), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			families, err := files.families()
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if ok, err := explainPass(out, args[0], format); ok {
				return err
			}
			e, err := explanation(families, args[0])
			if err != nil {
				return err
			}
			switch format {
			case "text":
				return text.Explain(out, e, text.Detect(out, "auto", os.Getenv))
			case "json":
				return json.Explain(out, e)
			}
			return fmt.Errorf("unknown format %q: want text or json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "`text` or json")
	files.flags(cmd.Flags())
	return cmd
}

func ruleIDs(families []all.Family) []string {
	var ids []string
	for _, f := range families {
		for _, r := range f.Detector.Rules() {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// explanation finds a rule and fills in its examples.
func explanation(families []all.Family, id string) (report.Explanation, error) {
	for _, family := range families {
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
	return report.Explanation{}, fmt.Errorf("no rule %q%s: 'deputy rules' lists them", id, suggestion(families, id))
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
			e.Values = append(e.Values, report.Value{Start: int(h.Offset), End: end, Secret: h.Secret()})
		})
		out = append(out, e)
	}
	return out
}

// suggestion proposes rules whose name shares a word with what was asked for.
func suggestion(families []all.Family, id string) string {
	var close []string
	for _, known := range ruleIDs(families) {
		for _, word := range strings.Split(id, "-") {
			if len(word) > 3 && strings.Contains(known, word) {
				close = append(close, known)
				break
			}
		}
	}
	if len(close) == 0 || len(close) > 5 {
		return ""
	}
	return " (did you mean " + strings.Join(close, ", ") + "?)"
}
