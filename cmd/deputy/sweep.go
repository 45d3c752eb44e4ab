package main

import "github.com/spf13/cobra"

func newSweep() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Find leaks in every repository of an organisation",
		Long: `sweep looks at all repositories of the organisations, groups, users, lists and folders
that a configuration names.

  deputy sweep list --config sweep.yaml    what would be swept, and what is left out and why
  deputy sweep schema                      the JSON schema of the configuration`,
		Args: knownVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newSweepList(), newSweepSchema())
	return cmd
}
