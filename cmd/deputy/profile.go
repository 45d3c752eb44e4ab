package main

import (
	"os"
	"runtime/pprof"

	"github.com/spf13/cobra"
)

// profiled adds a hidden flag that writes a CPU profile of a command, for
// `go tool pprof`.
func profiled(cmd *cobra.Command) *cobra.Command {
	var file string
	cmd.Flags().StringVar(&file, "cpuprofile", "", "write a CPU profile to `FILE`")
	_ = cmd.Flags().MarkHidden("cpuprofile") // it exists
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if file == "" {
			return run(cmd, args)
		}
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
		return run(cmd, args)
	}
	return cmd
}
