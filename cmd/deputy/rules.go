package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/text"
	"github.com/deputy-sec/deputy/scanner/run"
)

// ruleOptions are the flags that say which rules there are: the built-in ones, those of
// files, and those of the configuration.
type ruleOptions struct {
	files []string
	from  configFlags
}

func (o *ruleOptions) flags(cmd *cobra.Command) {
	ruleFlags(cmd.Flags(), &o.files)
	o.from.flags(cmd.Flags())
}

// config returns the configuration of the current directory.
func (o *ruleOptions) config(cmd *cobra.Command) (run.Config, error) {
	c := run.Default()
	_, _, err := o.from.load(cmd.Flags(), &c, ".")
	if len(o.files) > 0 {
		c.Rules = o.files
	}
	return c, err
}

func (o *ruleOptions) load(cmd *cobra.Command) (*run.Rules, error) {
	c, err := o.config(cmd)
	if err != nil {
		return nil, err
	}
	return run.LoadRules(c.Rules, c.Custom)
}

func newRules() *cobra.Command {
	var (
		format string
		o      ruleOptions
	)
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List what scan and check look for",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := o.load(cmd)
			if err != nil {
				return err
			}
			for _, w := range loaded.Warnings {
				notices(cmd.ErrOrStderr())(w)
			}
			rules := append(loaded.Set().Rules(), checkRules()...)
			out := cmd.OutOrStdout()
			switch format {
			case "text":
				return text.Rules(out, rules, text.Detect(out, "auto", os.Getenv))
			case "json":
				return json.Rules(out, rules)
			}
			return fmt.Errorf("unknown format %q: want text or json", format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "write `FORMAT`: text or json")
	o.flags(cmd)
	cmd.AddCommand(newRulesTest())
	return cmd
}

func newRulesTest() *cobra.Command {
	var o ruleOptions
	cmd := &cobra.Command{
		Use:   "test",
		Short: "Try the examples of your own rules",
		Long: `Tries the rules under custom-rules in the configuration: each must find something in
every text under match, and nothing in those under no-match. A value in an example can be
a placeholder, so that the configuration holds nothing that looks like a secret:
‹hex:32›, ‹digits:11›, ‹base62:36› and the like.

Exit codes: 0 they do as they should; 1 some do not; 2 there are none, or they cannot be
used.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := o.config(cmd)
			if err != nil {
				return err
			}
			if len(c.Custom) == 0 {
				return fmt.Errorf("no custom-rules in a %s here or above", run.FileName)
			}
			return testRules(cmd.OutOrStdout(), c.Custom)
		},
	}
	o.from.flags(cmd.Flags())
	return cmd
}

// testRules tries each rule by itself.
func testRules(out io.Writer, rules []run.Custom) error {
	failed := false
	for i := range rules {
		rule := &rules[i]
		loaded, err := run.LoadRules(nil, rules[i:i+1])
		if err != nil {
			return err
		}
		set := loaded.Set()
		matched := tryRule(out, set, rule, rule.Match, true)
		left := tryRule(out, set, rule, rule.NoMatch, false)
		failed = failed || matched < len(rule.Match) || left < len(rule.NoMatch)
		if _, err := fmt.Fprintf(out, "%s: %d of %d found, %d of %d left alone\n", rule.ID, matched, len(rule.Match), left, len(rule.NoMatch)); err != nil {
			return err
		}
	}
	if failed {
		return verdict(exitFindings)
	}
	return nil
}

// tryRule counts the texts in which a rule does as it should, and names the others.
func tryRule(out io.Writer, set *detect.Set, rule *run.Custom, texts []string, want bool) (right int) {
	for _, text := range texts {
		found := false
		set.Scan([]byte(example.Sketch(text, explainSeed, nil).Text), detect.Text{}, func(h detect.Hit) {
			found = found || h.Rule.ID == rule.ID && h.Confidence >= detect.Report
		})
		switch {
		case found == want:
			right++
		case want:
			_, _ = fmt.Fprintf(out, "%s: nothing is found in %q\n", rule.ID, text)
		default:
			_, _ = fmt.Fprintf(out, "%s: something is found in %q\n", rule.ID, text)
		}
	}
	return right
}
