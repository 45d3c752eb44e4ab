package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/text"
	"github.com/deputy-sec/deputy/scanner/run"
)

func newRules() *cobra.Command {
	var (
		format string
		files  []string
	)
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List what scan and check look for",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			loaded, err := run.LoadRules(files)
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
	ruleFlags(cmd.Flags(), &files)
	return cmd
}
