package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/sweep"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/mirror"
	"github.com/deputy-sec/deputy/scanner/sweep/queue"
	"github.com/deputy-sec/deputy/scanner/sweep/store"
)

func newSweep() *cobra.Command {
	var o sweepRun
	cmd := &cobra.Command{
		Use:   "sweep [run] (--repos DIR | --config FILE)",
		Short: "Find leaks in every repository of an organisation",
		Long: `Scans all repositories of the organisations, groups, users, lists and folders that a
configuration names, or those in a folder. What was examined before and has not changed
is not examined again; what was found is kept, and what is new is shown. A sweep that was
interrupted goes on where it was.

  deputy sweep --repos DIR                 the repositories in a folder, where they lie
  deputy sweep --config sweep.yaml         what the configuration names
  deputy sweep list --config sweep.yaml    what would be swept, and what is left out and why
  deputy sweep status                      how far the latest sweep is, and what was not examined
  deputy sweep findings, diff, export      what is known; what the latest sweep changed; reports
  deputy sweep triage FINGERPRINT          accept, dismiss, assign
  deputy worker                            take part in the sweeps of a database

Exit codes: 0 nothing found; 1 findings that nobody has settled; 2 it could not run, or
nothing was examined; 3 with --fail-on-unexamined, nothing found but something went
unexamined.`,
		Example: `  deputy sweep --repos /srv/git
  deputy sweep --config sweep.yaml --database postgres://db.example.com/deputy --every 24h`,
		Args: knownVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	o.flags(cmd.Flags())
	again := &cobra.Command{Use: "run (--repos DIR | --config FILE)", Short: "Sweep (the same as sweep without a verb)", Args: cobra.NoArgs}
	var p sweepRun
	again.RunE = func(cmd *cobra.Command, _ []string) error { return p.run(cmd) }
	p.flags(again.Flags())
	cmd.AddCommand(again, newSweepList(), newSweepSchema(), newSweepStatus(), newSweepFindings(), newSweepDiff(), newSweepExport(), newSweepTriage(), newSweepGC())
	return cmd
}

// sweepDatabase are the flags that say where sweeps are kept.
type sweepDatabase struct{ url, keyFile string }

func (d *sweepDatabase) flags(f *pflag.FlagSet) {
	f.StringVar(&d.url, "database", "", "keep everything in `URL`: sqlite://FILE or postgres://… (default a file in the user's data directory)")
	f.StringVar(&d.keyFile, "fingerprint-key", "", "read the key of fingerprints from `FILE` (default a file that is made beside the database)")
}

// dataDir is where a user's programs keep data.
func dataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "deputy"), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "deputy"), err
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", "deputy"), err
}

// open opens the database; c is the configuration, nil if there is none.
func (d *sweepDatabase) open(ctx context.Context, c *config.Config) (*store.Store, error) {
	if d.url == "" && c != nil {
		d.url = c.Database
	}
	if d.url == "" {
		dir, err := dataDir()
		if err != nil {
			return nil, err
		}
		d.url = "sqlite://" + filepath.Join(dir, "sweeps.db")
	}
	return store.Open(ctx, d.url)
}

// openAgain opens the database, and waits for it while it is away.
func (d *sweepDatabase) openAgain(ctx context.Context, c *config.Config, log *slog.Logger) (*store.Store, error) {
	for wait := time.Second; ; wait = min(2*wait, 15*time.Second) {
		s, err := d.open(ctx, c)
		if err == nil || !store.Lost(err) || os.Getenv(restarted) == "" {
			return s, err
		}
		log.Warn("the database is away", "error", err.Error())
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// key returns the file of the fingerprints' key, which is made for a database that has
// none; "" for the environment's.
func (d *sweepDatabase) key(ctx context.Context, s *store.Store) (string, error) {
	if d.keyFile != "" {
		return d.keyFile, nil
	}
	if os.Getenv(run.KeyVariable) != "" {
		return "", nil
	}
	dir, err := dataDir()
	if err != nil {
		return "", err
	}
	file := store.KeyFile(d.url, dir)
	if _, err := os.Stat(file); err != nil {
		keyed, err := s.Keyed(ctx)
		if err != nil {
			return "", err
		}
		if keyed {
			return "", fmt.Errorf("%w (it was looked for in %s)", store.ErrOtherKey, file)
		}
	}
	return file, store.MakeKey(file)
}

// sweepWork are the flags that say how a process works.
type sweepWork struct {
	database sweepDatabase
	jobs     int
	cache    string
}

func (o *sweepWork) flags(f *pflag.FlagSet) {
	o.database.flags(f)
	f.IntVar(&o.jobs, "jobs", 0, "examine `N` repositories at once (default: as many as there are processors)")
	f.StringVar(&o.cache, "cache", "", "keep mirrors in `DIR` (default in the user's cache directory)")
}

// restarted is the environment variable that says that a worker has begun anew.
const restarted = "DEPUTY_RESTARTED"

// start starts a worker.
func (o *sweepWork) start(ctx context.Context, s *store.Store, c *config.Config, log *slog.Logger) (*sweep.Worker, error) {
	keyFile, err := o.database.key(ctx, s)
	if err != nil {
		return nil, err
	}
	limits := config.Limits{}
	if c != nil {
		limits = c.Limits
	}
	if o.jobs == 0 {
		o.jobs = limits.Workers
	}
	if o.jobs == 0 {
		o.jobs = runtime.NumCPU()
	}
	if o.cache == "" {
		o.cache = limits.CacheDir
	}
	cache, err := os.UserCacheDir()
	if err != nil && o.cache == "" {
		return nil, err
	}
	if o.cache == "" {
		o.cache = filepath.Join(cache, "deputy", "mirrors")
	}
	locks := filepath.Join(o.cache, "workers-"+strings.TrimSuffix(filepath.Base(store.KeyFile(o.database.url, "")), ".key"))
	if file := s.File(); file != "" {
		locks = file + ".workers"
	}
	machine, _ := os.Hostname() // for people
	return sweep.Start(ctx, s, sweep.Options{
		Name: fmt.Sprintf("%s/%d", machine, os.Getpid()), KeyFile: keyFile, CacheDir: o.cache, LockDir: locks, Jobs: o.jobs, Log: log,
		Timing: queue.Lease(time.Duration(limits.Lease)),
		Limits: mirror.Limits{Time: time.Duration(limits.CloneTime), Size: int64(limits.CloneSize), Cache: int64(limits.Cache), PerHost: limits.PerHost},
		Lost:   func(reason string) { beginAnew(log, reason) },
	})
}

// sweepLog writes to standard error.
func sweepLog(errs io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// sweepRun is a sweep with its flags.
type sweepRun struct {
	targets sweepTargets
	work    sweepWork
	every   string
	strict  bool
	quiet   bool
}

func (o *sweepRun) flags(f *pflag.FlagSet) {
	f.SortFlags = false
	o.targets.flags(f)
	o.work.flags(f)
	f.StringVar(&o.every, "every", "", "sweep again and again, every `DURATION` (24h, 7d), until it is stopped")
	f.BoolVar(&o.strict, "fail-on-unexamined", false, "exit with 3 if anything could not be examined whole")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print nothing but findings that are new or reappeared")
}

func (o *sweepRun) run(cmd *cobra.Command) error {
	ctx, log := cmd.Context(), sweepLog(cmd.ErrOrStderr())
	c, err := o.targets.load()
	if err != nil {
		return err
	}
	every := time.Duration(c.Every)
	if o.every != "" {
		if every, err = config.ParseDuration(o.every); err != nil {
			return fmt.Errorf("--every: %w", err)
		}
		if every < time.Second {
			return errors.New("--every: less than a second")
		}
	}
	plan, err := sweep.WritePlan(c)
	if err != nil {
		return err
	}
	s, err := o.work.database.openAgain(ctx, c, log)
	if err != nil {
		return err
	}
	defer s.Close()
	w, err := o.work.start(ctx, s, c, log)
	if err != nil {
		return err
	}
	stop := func() error {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return w.Stop(short)
	}
	for {
		began := time.Now()
		n, err := begun(ctx, s, w.Inserter, plan)
		if err == nil {
			err = await(ctx, s, n, cmd.ErrOrStderr())
		}
		if err != nil {
			return errors.Join(err, stop())
		}
		if every == 0 {
			if err := stop(); err != nil {
				return err
			}
			return o.tell(ctx, s, n, cmd.OutOrStdout())
		}
		if err := o.tell(ctx, s, n, cmd.OutOrStdout()); err != nil && !isVerdict(err) {
			return errors.Join(err, stop())
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), stop())
		case <-time.After(time.Until(began.Add(every))):
		}
	}
}

func isVerdict(err error) bool {
	var v verdict
	return errors.As(err, &v)
}

// begun returns the sweep of a plan that is running, or begins one.
func begun(ctx context.Context, s *store.Store, q *queue.Inserter, plan string) (int64, error) {
	running, err := s.RunningSweep(ctx)
	switch {
	case err == nil && running.Plan == plan:
		return running.ID, nil
	case err != nil && !errors.Is(err, store.ErrNone):
		return 0, err
	}
	who := "somebody"
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	return sweep.Begin(ctx, s, q, plan, who)
}

// await waits until a sweep has ended. While the database is away it goes on waiting: the
// worker decides when that is too long.
func await(ctx context.Context, s *store.Store, n int64, errs io.Writer) error {
	stop := showCount(errs)
	defer stop(nil)
	for {
		w, err := s.Sweep(ctx, n)
		if err != nil && !store.Lost(err) && ctx.Err() == nil {
			return err
		}
		if err == nil {
			if w.Status != store.Running {
				return nil
			}
			stop(&w)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tell prints what a sweep came to, and returns the verdict.
func (o *sweepRun) tell(ctx context.Context, s *store.Store, n int64, out io.Writer) error {
	t, err := summarise(ctx, s, n)
	if err != nil {
		return err
	}
	if err := t.write(out, o.quiet); err != nil {
		return err
	}
	return t.verdict(o.strict)
}
