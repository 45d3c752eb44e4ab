package sweep

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/deputy-sec/deputy/internal/yamlfile"
	"github.com/deputy-sec/deputy/scanner/run"
	"github.com/deputy-sec/deputy/scanner/sweep/config"
	"github.com/deputy-sec/deputy/scanner/sweep/host"
)

// WritePlan writes a configuration down as sweeps keep it: whoever does a job goes by it.
// It names tokens, and holds none.
func WritePlan(c *config.Config) (string, error) {
	own := *c
	own.Targets = append([]config.Target(nil), c.Targets...)
	for i := range own.Targets { // a worker may be started elsewhere
		for _, dir := range []*string{&own.Targets[i].Repositories, &own.Targets[i].Documents, &own.Targets[i].URLFile} {
			if *dir == "" {
				continue
			}
			abs, err := filepath.Abs(*dir)
			if err != nil {
				return "", err
			}
			*dir = abs
		}
	}
	own.Database = "" // where this lies
	text, err := yaml.Marshal(&own)
	return string(text), err
}

// plan is a configuration with all that it names opened.
type plan struct {
	config   *config.Config
	hosts    *config.Hosts
	run      *run.Run
	identity run.Identity
	rules    map[string]bool
	titles   map[string]string // of rules
}

// openPlan opens what a plan names. keyFile holds the key of fingerprints; "" for that of
// the environment.
func openPlan(text, keyFile string, jobs int, via config.Network, log *slog.Logger) (*plan, error) {
	p := &plan{config: &config.Config{}}
	if _, err := yamlfile.Decode([]byte(text), p.config); err != nil {
		return nil, fmt.Errorf("the sweep's configuration: %w", err)
	}
	c := run.Default()
	if p.config.Scan != "" {
		if _, err := run.ReadFile(p.config.Scan, &c); err != nil {
			return nil, fmt.Errorf("scan: %w", err)
		}
	}
	c.Jobs, c.KeyFile, c.State = jobs, keyFile, ""
	c.NoMarks = !p.config.TrustRepositories
	var err error
	if p.run, err = run.New(c, func(line string) { log.Warn(line) }, log); err != nil {
		return nil, err
	}
	if p.identity, err = p.run.Identity(); err != nil {
		return nil, err
	}
	p.rules, p.titles = map[string]bool{}, map[string]string{}
	for _, r := range p.run.Rules() {
		p.rules[r.ID], p.titles[r.ID] = true, r.Title
	}
	p.hosts, err = p.config.Hosts(via)
	return p, err
}

// scanTime is how long examining one repository may take, unless the configuration says.
const scanTime = 2 * time.Hour

func (p *plan) scanTime() time.Duration {
	if t := time.Duration(p.config.Limits.ScanTime); t > 0 {
		return t
	}
	return scanTime
}

// lister returns what lists a target, nil if the plan has none of that name.
func (p *plan) lister(target string) host.Lister {
	for _, l := range p.hosts.Listers {
		if l.Target() == target {
			return l
		}
	}
	return nil
}

// targetsOf returns the names of a plan's targets.
func targetsOf(text string) ([]string, error) {
	c := &config.Config{}
	if _, err := yamlfile.Decode([]byte(text), c); err != nil {
		return nil, err
	}
	hosts, err := c.Hosts(config.Network{})
	if err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for _, l := range hosts.Listers {
		if !seen[l.Target()] {
			seen[l.Target()] = true
			names = append(names, l.Target())
		}
	}
	return names, nil
}
