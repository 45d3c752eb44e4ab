package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/buildinfo"
)

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built from and with",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "deputy %s\n%s\n", buildinfo.Version(), built())
			return err
		},
	}
}

// built says which commit and compiler a program comes from, as far as it knows.
func built() string {
	out := fmt.Sprintf("%s %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			out += ", commit " + s.Value
		case "vcs.modified":
			if s.Value == "true" {
				out += " with changes"
			}
		}
	}
	return out
}
