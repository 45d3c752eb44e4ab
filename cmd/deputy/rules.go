package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/report/json"
	"github.com/deputy-sec/deputy/scanner/report/text"
)

func newRules() *cobra.Command {
	var (
		format string
		files  ruleFiles
	)
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List what scan looks for",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			families, err := files.families()
			if err != nil {
				return err
			}
			files.warn(cmd.ErrOrStderr())
			rules := detect.NewSet(detectorsOf(families)...).Rules()
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
	cmd.Flags().StringVar(&format, "format", "text", "`text` or json")
	files.flags(cmd.Flags())
	return cmd
}
