package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"

	"github.com/spf13/cobra"
)

// diagnostics are the hidden flags that show what a command does with its time and memory.
type diagnostics struct {
	cpu, memory, trace string
	debug              bool
}

// diagnosed adds flags for profiles, an execution trace and a debug log to a command. They
// are for whoever works on deputy, and are listed in CONTRIBUTING.md.
func diagnosed(cmd *cobra.Command) *cobra.Command {
	var d diagnostics
	f := cmd.Flags()
	f.StringVar(&d.cpu, "cpuprofile", "", "write a CPU profile to `FILE`")
	f.StringVar(&d.memory, "memprofile", "", "write a heap profile to `FILE`")
	f.StringVar(&d.trace, "trace", "", "write an execution trace to `FILE`")
	f.BoolVar(&d.debug, "debug", false, "log what is done to standard error; no value is ever logged")
	for _, name := range []string{"cpuprofile", "memprofile", "trace", "debug"} {
		_ = f.MarkHidden(name) // it exists
	}
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		stop, err := d.start()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, stop()) }()
		cmd.SetContext(withLog(cmd.Context(), d.logger(cmd.ErrOrStderr())))
		return run(cmd, args)
	}
	return cmd
}

// start begins what is asked for, and returns what ends it.
func (d *diagnostics) start() (stop func() error, err error) {
	var stops []func() error
	stop = func() error {
		var all []error
		for _, s := range stops {
			all = append(all, s())
		}
		return errors.Join(all...)
	}
	for _, kind := range []struct {
		file  string
		begin func(io.Writer) error
		end   func(io.Writer) error
	}{
		{d.cpu, pprof.StartCPUProfile, func(io.Writer) error { pprof.StopCPUProfile(); return nil }},
		{d.trace, trace.Start, func(io.Writer) error { trace.Stop(); return nil }},
		{d.memory, func(io.Writer) error { return nil }, heapProfile},
	} {
		if kind.file == "" {
			continue
		}
		f, err := os.Create(kind.file)
		if err != nil {
			return stop, err
		}
		if err := kind.begin(f); err != nil {
			return stop, err
		}
		stops = append(stops, func() error { return errors.Join(kind.end(f), f.Close()) })
	}
	return stop, nil
}

func heapProfile(w io.Writer) error {
	runtime.GC() // so that it shows what is live
	return pprof.WriteHeapProfile(w)
}

func (d *diagnostics) logger(errs io.Writer) *slog.Logger {
	if !d.debug {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

type logKey struct{}

func withLog(ctx context.Context, log *slog.Logger) context.Context {
	return context.WithValue(ctx, logKey{}, log)
}

// logOf returns the command's debug log, which discards unless --debug is given.
func logOf(ctx context.Context) *slog.Logger {
	if log, ok := ctx.Value(logKey{}).(*slog.Logger); ok {
		return log
	}
	return slog.New(slog.DiscardHandler)
}
