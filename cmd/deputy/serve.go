package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os/user"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/deputy-sec/deputy/internal/buildinfo"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
	"github.com/deputy-sec/deputy/scanner/sweep/page"
)

// serveOptions are the flags of serve.
type serveOptions struct {
	config              string
	database            sweepDatabase
	listen              string
	tokenFile, tokenEnv string
	cert, key           string
	hosts               []string
}

func newServe() *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use: "serve", Short: "Show what sweeps found as a page",
		Long: `Serves a page, and an API, on what sweeps found: what is open and where, what was not
examined and why, and what became of each finding.

Without a token it listens on this machine alone. With --token-file or --token-env it may
listen anywhere; readers exchange the token for a cookie, which browsers keep over HTTPS
only: give a certificate, or put a proxy in front.

  /healthz and /readyz say whether it lives and whether the database answers; /metrics is
  in Prometheus's format, /api/openapi.json describes the API.

Exit codes: 0 it was told to stop; 2 it could not run.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.config, "config", "", "read the database and its key 'serve' from the configuration `FILE` of sweeps; flags go before it")
	f.StringVar(&o.database.url, "database", "", "`URL` of the sweeps: sqlite://FILE or postgres://… (default a file in the user's data directory)")
	f.StringVar(&o.listen, "listen", "", "listen at `ADDRESS:PORT` (default 127.0.0.1:8787)")
	f.StringVar(&o.tokenFile, "token-file", "", "read the token that readers need from `FILE`")
	f.StringVar(&o.tokenEnv, "token-env", "", "read it from the environment `VARIABLE`")
	f.StringArrayVar(&o.hosts, "host", nil, "the `NAME` that readers know the page by; may be repeated")
	f.StringVar(&o.cert, "tls-cert", "", "certificate `FILE` for HTTPS")
	f.StringVar(&o.key, "tls-key", "", "its key `FILE`")
	return cmd
}

// configured lays the configuration of sweeps under the flags. It is nil if none was named.
func (o *serveOptions) configured() (*config.Config, error) {
	c := &config.Config{}
	if o.config != "" {
		var err error
		if c, err = config.Read(o.config); err != nil {
			return nil, err
		}
	}
	o.listen = cmp.Or(o.listen, c.Serve.Listen, "127.0.0.1:8787")
	o.hosts = append(o.hosts, c.Serve.Hosts...)
	if u, err := url.Parse(c.Serve.URL); err == nil && u.Host != "" {
		o.hosts = append(o.hosts, u.Hostname())
	}
	return c, nil
}

// source returns where the token is, nil if there is none.
func (o *serveOptions) source(c *config.Config) (host.Source, error) {
	named := c.Serve.Token.Source()
	switch {
	case o.tokenFile != "" && o.tokenEnv != "":
		return nil, errors.New("want one of --token-file and --token-env")
	case o.tokenFile != "":
		return host.FromFile(o.tokenFile), nil
	case o.tokenEnv != "":
		return host.FromEnvironment(o.tokenEnv), nil
	case named != nil:
		return named, nil
	}
	name, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return nil, fmt.Errorf("--listen: want ADDRESS:PORT, got %q", o.listen)
	}
	if !host.Loopback(name) {
		return nil, fmt.Errorf("%s can be reached from elsewhere: readers need a token (--token-file or --token-env)", o.listen)
	}
	return nil, nil
}

// How long requests may take, and how long they are waited for at the end.
const (
	headerTime   = 10 * time.Second
	requestTime  = 5 * time.Minute // an export of everything
	idleTime     = 2 * time.Minute
	farewellTime = 20 * time.Second
)

func (o *serveOptions) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	c, err := o.configured()
	if err != nil {
		return err
	}
	token, err := o.source(c)
	if err != nil {
		return err
	}
	if token != nil {
		if _, _, err := token.Token(ctx, host.Scope{}); err != nil {
			return err
		}
	}
	if (o.cert == "") != (o.key == "") {
		return errors.New("want --tls-cert and --tls-key together")
	}
	db, err := o.database.open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	rules, err := run.LoadRules(nil, nil)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
	hosts := make([]string, len(o.hosts))
	for i, h := range o.hosts {
		hosts[i] = strings.ToLower(h)
	}
	server := &http.Server{
		Handler: page.New(page.Options{
			Store: db, Rules: titled(rules), Token: token, Hosts: hosts, Who: whoami(), Version: buildinfo.Version(), Log: log,
		}),
		ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: requestTime, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	return o.serve(ctx, server, l, log)
}

// serve answers until the context ends, and then what has begun.
func (o *serveOptions) serve(ctx context.Context, server *http.Server, l net.Listener, log *slog.Logger) error {
	scheme := "http"
	failed := make(chan error, 1)
	if o.cert != "" {
		scheme = "https"
		go func() { failed <- server.ServeTLS(l, o.cert, o.key) }()
	} else {
		go func() { failed <- server.Serve(l) }()
	}
	log.Info("serving", "url", scheme+"://"+l.Addr().String()+"/")
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	farewell, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewellTime)
	defer cancel()
	if err := server.Shutdown(farewell); err != nil {
		return errors.Join(err, server.Close())
	}
	log.Info("stopped")
	return nil
}

// titled sorts rules by title, as a list to choose from has them.
func titled(rules *run.Rules) []*finding.Rule {
	var all []*finding.Rule
	for _, f := range rules.Families {
		all = append(all, f.Detector.Rules()...)
	}
	return slices.SortedFunc(slices.Values(all), func(a, b *finding.Rule) int { return strings.Compare(a.Title, b.Title) })
}

// whoami returns the name that stands beside what whoever sits here decides.
func whoami() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "this machine"
}
