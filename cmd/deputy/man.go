package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/deputy-sec/deputy/internal/buildinfo"
)

// newMan writes the manual pages, for those who package deputy.
func newMan() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIRECTORY",
		Short:  "Write the manual pages into a directory",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // it holds the day
			return doc.GenManTree(root, &doc.GenManHeader{Title: "DEPUTY", Section: "1", Source: "deputy " + buildinfo.Version()}, args[0])
		},
	}
}
