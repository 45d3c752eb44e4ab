// Package config reads the configuration of sweeps: what is swept, with which tokens,
// when, within which limits, and who hears of it. The file holds no secret: tokens and
// passwords are named by the variable, file or helper that has them.
package config

import (
	_ "embed" // the schema
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/yamlfile"
	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// Schema is the JSON schema of the file. A test makes it from the types.
//
//go:embed schema.json
var Schema string

// Config is what the file says. Names of files in it are relative to its directory.
type Config struct {
	Targets  []Target `yaml:"targets" jsonschema:"required,minItems=1,description=What is swept"`
	Filters  Filters  `yaml:"filters" jsonschema:"description=What is left out of every target; beside the target's own"`
	Tokens   []Token  `yaml:"tokens" jsonschema:"description=Where the tokens of hosts are; several for one host take turns"`
	Database string   `yaml:"database" jsonschema:"description=sqlite://FILE or postgres://HOST/NAME; by default a file in the user's data directory"`
	Every    Duration `yaml:"every" jsonschema:"description=How often everything is swept; without it once"`
	Scan     string   `yaml:"scan" jsonschema:"description=File of a scan's configuration that holds for every repository"`
	// TrustRepositories lets what is swept decide about its own findings.
	TrustRepositories bool           `yaml:"trust-repositories" jsonschema:"description=Let allow marks in a repository hide findings; without it they only add a reason"`
	Limits            Limits         `yaml:"limits"`
	Notify            []Notification `yaml:"notify" jsonschema:"description=Who hears of a sweep that found something new"`
	Due               Due            `yaml:"due" jsonschema:"description=How long a finding may stay open"`
	Serve             Serve          `yaml:"serve" jsonschema:"description=The page of deputy serve"`
}

// Target is one thing to sweep. Exactly one of the first eight is set.
type Target struct {
	GitHub       string   `yaml:"github,omitempty" jsonschema:"description=An organisation or user"`
	GitLab       string   `yaml:"gitlab,omitempty" jsonschema:"description=A group with its subgroups; or a user"`
	Gitea        string   `yaml:"gitea,omitempty" jsonschema:"description=An organisation or user of Gitea or Forgejo"`
	Bitbucket    string   `yaml:"bitbucket,omitempty" jsonschema:"description=A workspace"`
	URLs         []string `yaml:"urls,omitempty" jsonschema:"description=URLs to clone from"`
	URLFile      string   `yaml:"url-file,omitempty" jsonschema:"description=A file with a URL a line"`
	Repositories string   `yaml:"repositories,omitempty" jsonschema:"description=A folder with repositories; bare or not"`
	Documents    string   `yaml:"documents,omitempty" jsonschema:"description=A directory of documents"`

	User       bool     `yaml:"user,omitempty" jsonschema:"description=The name is a user's; not an organisation's or a group's"`
	URL        string   `yaml:"url,omitempty" jsonschema:"description=The site; by default the public one"`
	API        string   `yaml:"api,omitempty" jsonschema:"description=Its API; if it is not where such sites have it"`
	CloneHosts []string `yaml:"clone-hosts,omitempty" jsonschema:"description=Further hosts that its repositories are cloned from"`
	Wikis      bool     `yaml:"wikis,omitempty"`
	Snippets   bool     `yaml:"snippets,omitempty" jsonschema:"description=Of GitLab and Bitbucket"`
	Gists      bool     `yaml:"gists,omitempty" jsonschema:"description=Of GitHub: a user's; or those of an organisation's members"`
	Filters    Filters  `yaml:",inline"`
}

// Filters leave out what somebody chose not to sweep.
type Filters struct {
	Skip    []string `yaml:"skip,omitempty" jsonschema:"enum=archived,enum=forks,enum=empty,description=Sorts of repositories that are left out"`
	MaxSize Size     `yaml:"max-size,omitempty" jsonschema:"description=Leave out what is larger"`
	MaxAge  Duration `yaml:"max-age,omitempty" jsonschema:"description=Leave out what has not moved for so long"`
	Include []string `yaml:"include,omitempty" jsonschema:"description=Globs (doublestar) over names; only what matches one is swept"`
	Exclude []string `yaml:"exclude,omitempty" jsonschema:"description=Globs over names; what matches one is left out"`
}

// Token says where the token of a host is.
type Token struct {
	Host   string `yaml:"host" jsonschema:"required,description=Name and port of the host; github.com"`
	User   string `yaml:"user,omitempty" jsonschema:"description=The name that goes with it; for Bitbucket's API tokens the e-mail address"`
	Secret `yaml:",inline"`
	Helper bool `yaml:"helper,omitempty" jsonschema:"description=Ask git's credential helpers"`
	App    *App `yaml:"app,omitempty" jsonschema:"description=Read as a GitHub App"`
}

// Secret says where a secret is.
type Secret struct {
	Env  string `yaml:"env,omitempty" jsonschema:"description=An environment variable"`
	File string `yaml:"file,omitempty" jsonschema:"description=A file that others cannot read"`
}

// App is a GitHub App.
type App struct {
	ID           string `yaml:"id" jsonschema:"required,description=Its client ID or number"`
	KeyFile      string `yaml:"key-file" jsonschema:"required,description=PEM file of its private key"`
	Installation int64  `yaml:"installation,omitempty" jsonschema:"description=By default GitHub is asked which one is the owner's"`
}

// Limits bound what a sweep takes. Zero is the default.
type Limits struct {
	Workers   int      `yaml:"workers,omitempty" jsonschema:"minimum=1,description=How many repositories a worker examines at once"`
	PerHost   int      `yaml:"per-host,omitempty" jsonschema:"minimum=1,description=How many repositories of one host are fetched at once"`
	CloneTime Duration `yaml:"clone-time,omitempty" jsonschema:"description=How long fetching one repository may take"`
	CloneSize Size     `yaml:"clone-size,omitempty" jsonschema:"description=How large one repository may be"`
	Cache     Size     `yaml:"cache,omitempty" jsonschema:"description=How much a worker keeps of mirrors"`
	CacheDir  string   `yaml:"cache-directory,omitempty" jsonschema:"description=Where a worker keeps mirrors"`
	ScanTime  Duration `yaml:"scan-time,omitempty" jsonschema:"description=How long examining one repository may take"`
	APIWait   Duration `yaml:"api-wait,omitempty" jsonschema:"description=How long one listing may wait for a host's rate limits"`
	Lease     Duration `yaml:"lease,omitempty" jsonschema:"description=How long a worker may be silent before others take over its jobs; by default 30 s"`
}

// Notification is somebody who hears of a sweep. Exactly one of the first four is set.
type Notification struct {
	Webhook *Webhook `yaml:"webhook,omitempty" jsonschema:"description=JSON; signed if there is a secret"`
	Slack   *Secret  `yaml:"slack,omitempty" jsonschema:"description=Where the URL of an incoming webhook is; of Slack or what is compatible"`
	Teams   *Secret  `yaml:"teams,omitempty" jsonschema:"description=Where the URL of a workflow of Microsoft Teams is"`
	Email   *Email   `yaml:"email,omitempty"`

	Severity finding.Severity `yaml:"min-severity,omitempty" jsonschema:"enum=low,enum=medium,enum=high,enum=critical,description=Leave out what is less"`
}

// Webhook is a URL that takes JSON.
type Webhook struct {
	URL    string `yaml:"url" jsonschema:"required"`
	Secret Secret `yaml:"secret,omitempty" jsonschema:"description=Key of the signature"`
}

// Email is how mail is sent.
type Email struct {
	To       []string `yaml:"to" jsonschema:"required,minItems=1"`
	From     string   `yaml:"from" jsonschema:"required"`
	Server   string   `yaml:"server" jsonschema:"required,description=HOST:PORT; 465 is encrypted from the first byte and others by STARTTLS"`
	User     string   `yaml:"user,omitempty"`
	Password Secret   `yaml:"password,omitempty"`
}

// Due is how long a finding may stay open, by severity. Zero is for ever.
type Due struct {
	Critical Duration `yaml:"critical,omitempty"`
	High     Duration `yaml:"high,omitempty"`
	Medium   Duration `yaml:"medium,omitempty"`
	Low      Duration `yaml:"low,omitempty"`
}

// After returns how long a finding of a severity may stay open, 0 for ever.
func (d *Due) After(s finding.Severity) time.Duration {
	switch s {
	case finding.Critical:
		return time.Duration(d.Critical)
	case finding.High:
		return time.Duration(d.High)
	case finding.Medium:
		return time.Duration(d.Medium)
	case finding.Low:
		return time.Duration(d.Low)
	}
	return 0
}

// Serve is where the page is, and who may see it.
type Serve struct {
	Listen string   `yaml:"listen,omitempty" jsonschema:"description=Address and port; by default 127.0.0.1:8787"`
	URL    string   `yaml:"url,omitempty" jsonschema:"description=Where readers find it; for links and for the check of the Host header"`
	Token  Secret   `yaml:"token,omitempty" jsonschema:"description=What readers need if it does not listen on this machine alone"`
	Hosts  []string `yaml:"hosts,omitempty" jsonschema:"description=Further names under which it may be asked"`
}

// minLease is what a machine that is busy can keep.
const minLease = time.Second

// maxFile bounds the file, in bytes.
const maxFile = 4 << 20

// Read reads a file. Errors name it and the line, or what is wrong with which target.
func Read(name string) (*Config, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxFile:
		return nil, fmt.Errorf("%s: larger than %d MiB", name, maxFile>>20)
	}
	c, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	c.relativeTo(filepath.Dir(name))
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

func parse(text []byte) (*Config, error) {
	var c Config
	if _, err := yamlfile.Decode(text, &c); err != nil {
		return nil, err
	}
	return &c, nil
}

// Folder returns the configuration of a sweep over the repositories in a folder.
func Folder(dir string) *Config { return &Config{Targets: []Target{{Repositories: dir}}} }

// relativeTo makes names of files count from a directory.
func (c *Config) relativeTo(dir string) {
	files := []*string{&c.Scan, &c.Limits.CacheDir, &c.Serve.Token.File}
	for i := range c.Targets {
		t := &c.Targets[i]
		files = append(files, &t.URLFile, &t.Repositories, &t.Documents)
	}
	for i := range c.Tokens {
		files = append(files, &c.Tokens[i].File)
		if app := c.Tokens[i].App; app != nil {
			files = append(files, &app.KeyFile)
		}
	}
	for i := range c.Notify {
		n := &c.Notify[i]
		for _, s := range []*Secret{n.Slack, n.Teams} {
			if s != nil {
				files = append(files, &s.File)
			}
		}
		if n.Webhook != nil {
			files = append(files, &n.Webhook.Secret.File)
		}
		if n.Email != nil {
			files = append(files, &n.Email.Password.File)
		}
	}
	for _, f := range files {
		if *f != "" && !filepath.IsAbs(*f) {
			*f = filepath.Join(dir, *f)
		}
	}
	if file, ok := strings.CutPrefix(c.Database, "sqlite://"); ok && file != "" && !filepath.IsAbs(file) {
		c.Database = "sqlite://" + filepath.Join(dir, file)
	}
}

// check returns what is wrong with a configuration in itself.
func (c *Config) check() error {
	if len(c.Targets) == 0 {
		return errors.New("targets: there is none")
	}
	for i := range c.Targets {
		if err := c.Targets[i].check(); err != nil {
			return fmt.Errorf("targets, number %d: %w", i+1, err)
		}
	}
	for i := range c.Tokens {
		if err := c.Tokens[i].check(); err != nil {
			return fmt.Errorf("tokens, number %d: %w", i+1, err)
		}
	}
	for i := range c.Notify {
		if err := c.Notify[i].check(); err != nil {
			return fmt.Errorf("notify, number %d: %w", i+1, err)
		}
	}
	if _, err := c.Filters.compile(); err != nil {
		return fmt.Errorf("filters: %w", err)
	}
	if err := checkDatabase(c.Database); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	if c.Serve.URL != "" {
		if u, err := url.Parse(c.Serve.URL); err != nil || u.Host == "" || u.User != nil || u.Path != "" && u.Path != "/" {
			return errors.New("serve, url: want the URL of a host, without a path")
		}
	}
	if c.Limits.Lease != 0 && time.Duration(c.Limits.Lease) < minLease {
		return fmt.Errorf("limits, lease: less than %s", minLease)
	}
	if c.Every != 0 && time.Duration(c.Every) < time.Minute {
		return errors.New("every: less than a minute")
	}
	return c.Serve.Token.optional("serve, token")
}

// checkDatabase returns what is wrong with a database's URL. A password in it would be
// seen by whoever sees the file.
func checkDatabase(text string) error {
	if text == "" {
		return nil
	}
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case !ok || scheme != "sqlite" && scheme != "postgres" && scheme != "postgresql":
		return errors.New("want sqlite://FILE or postgres://HOST/NAME")
	case rest == "":
		return errors.New("it names nothing")
	case scheme == "sqlite":
		return nil
	}
	u, err := url.Parse(text)
	if err != nil {
		return errors.New("it is no URL")
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return errors.New("it holds a password: put that into PGPASSWORD or a file that PGPASSFILE names")
	}
	return nil
}

func (t *Token) check() error {
	ways := 0
	for _, set := range []bool{t.Env != "", t.File != "", t.Helper, t.App != nil} {
		if set {
			ways++
		}
	}
	switch {
	case t.Host == "" || strings.ContainsAny(t.Host, "/@ "):
		return fmt.Errorf("host: want a name such as github.com, got %q", t.Host)
	case ways != 1:
		return errors.New("want one of env, file, helper and app")
	case t.App != nil && (t.App.ID == "" || t.App.KeyFile == ""):
		return errors.New("app: want id and key-file")
	}
	return nil
}

// optional returns an error if a secret is in two places.
func (s *Secret) optional(what string) error {
	if s.Env != "" && s.File != "" {
		return fmt.Errorf("%s: want one of env and file", what)
	}
	return nil
}

// required returns an error if a secret is in no place or in two.
func (s *Secret) required(what string) error {
	if s.Env == "" && s.File == "" {
		return fmt.Errorf("%s: want env or file", what)
	}
	return s.optional(what)
}

// Source returns what gives the secret, nil if the configuration names none.
func (s *Secret) Source() host.Source {
	switch {
	case s.Env != "":
		return host.FromEnvironment(s.Env)
	case s.File != "":
		return host.FromFile(s.File)
	}
	return nil
}

func (n *Notification) check() error {
	ways := 0
	for _, set := range []bool{n.Webhook != nil, n.Slack != nil, n.Teams != nil, n.Email != nil} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		return errors.New("want one of webhook, slack, teams and email")
	}
	if s := n.Severity; s != "" && s.Rank() == 0 {
		return fmt.Errorf("min-severity: unknown %q", s)
	}
	switch {
	case n.Slack != nil:
		return n.Slack.required("slack")
	case n.Teams != nil:
		return n.Teams.required("teams")
	case n.Webhook != nil:
		if err := CheckWebhook(n.Webhook.URL); err != nil {
			return fmt.Errorf("webhook: %w", err)
		}
		return n.Webhook.Secret.optional("webhook, secret")
	}
	return n.Email.check()
}

// CheckWebhook returns what is wrong with a URL that messages go to. They name
// repositories and people: only this machine gets them in the clear.
func CheckWebhook(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return errors.New("want a URL")
	case u.Scheme != "https" && (u.Scheme != "http" || !host.Loopback(u.Hostname())):
		return errors.New("want https")
	case u.User != nil:
		return errors.New("its URL holds a user or password")
	}
	return nil
}

func (e *Email) check() error {
	if len(e.To) == 0 {
		return errors.New("email: nobody is to get it")
	}
	for _, a := range append([]string{e.From}, e.To...) {
		if _, err := mail.ParseAddress(a); err != nil {
			return fmt.Errorf("email: %q is no address", a)
		}
	}
	if name, port, ok := strings.Cut(e.Server, ":"); !ok || name == "" || port == "" {
		return errors.New("email, server: want HOST:PORT")
	}
	return e.Password.optional("email, password")
}
