package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/scanner/sweep"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
)

func newWorker() *cobra.Command {
	var (
		o            sweepWork
		file, listen string
	)
	cmd := &cobra.Command{
		Use: "worker", Short: "Take part in the sweeps of a database",
		Long: `Does the jobs of sweeps, on this machine, until it is stopped: lists, fetches and scans.
Any number of workers may share a PostgreSQL database; one dies, and others take over its
jobs. With --config a worker begins a sweep of what the configuration names every so
often, as its key 'every' says; of several workers with the same configuration one does.

Tokens are taken from this machine, as the sweep's configuration names them. All workers
need the same --fingerprint-key.

With --listen it answers /healthz, whether it lives; /readyz, whether it renews its lease
and the database answers; and /metrics in Prometheus's format. They tell numbers alone.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, log := cmd.Context(), sweepLog(cmd.ErrOrStderr())
			var c *config.Config
			if file != "" {
				var err error
				if c, err = config.Read(file); err != nil {
					return err
				}
			}
			s, err := o.database.openAgain(ctx, c, log)
			if err != nil {
				return err
			}
			defer s.Close()
			if c != nil && c.Every > 0 {
				plan, err := sweep.WritePlan(c)
				if err != nil {
					return err
				}
				if err := s.SetSchedule(ctx, file, plan, time.Duration(c.Every), time.Now()); err != nil {
					return err
				}
			}
			w, err := o.start(ctx, s, c, log)
			if err != nil {
				return err
			}
			served := make(chan error, 1)
			if listen != "" {
				l, err := net.Listen("tcp", listen)
				if err != nil {
					return errors.Join(err, w.Stop(ctx))
				}
				_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "listening at http://%s/\n", l.Addr())
				server := &http.Server{Handler: w.Handler(), ReadTimeout: headerTime, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
				defer func() { _ = server.Close() }()
				go func() { served <- server.Serve(l) }()
			}
			select {
			case <-ctx.Done():
			case err = <-served:
			}
			short, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			return errors.Join(err, w.Stop(short))
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&listen, "listen", "", "answer /healthz, /readyz and /metrics at `ADDRESS:PORT`")
	f.StringVar(&file, "config", "", "read limits, database and schedule from the configuration `FILE`")
	o.flags(f)
	return cmd
}

// beginAnew ends this process, whose jobs are not its own any more, and begins it anew
// where the system can do that in one step. Nothing of what it was doing goes on.
func beginAnew(log *slog.Logger, reason string) {
	log.Error("this worker begins anew", "reason", reason)
	replaceProcess()
	os.Exit(exitCannotRun)
}
