// Package golangci is the module plugin of golangci-lint v2. A build of golangci-lint
// with it is described by a .custom-gcl.yml as the one beside this file; its linter is
// then enabled in .golangci.yml:
//
//	linters:
//	  enable: [deputy]
//	  settings:
//	    custom:
//	      deputy:
//	        type: module
//	        settings:
//	          config: deputy-vet.yaml # sources, sinks and sanitizers (package policy)
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

func init() { register.Plugin("deputy", New) }

// Settings are the plugin's in .golangci.yml.
type Settings struct {
	Config string   `json:"config"` // a policy file
	Fields []string `json:"fields"` // as -externalid.fields
	Passes []string `json:"passes"` // those to run; all if empty
}

// New makes the linter.
func New(raw any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](raw)
	if err != nil {
		return nil, fmt.Errorf("deputy's settings: %w", err)
	}
	return &plugin{s}, nil
}

type plugin struct{ settings Settings }

// BuildAnalyzers hands golangci-lint the passes that were chosen.
func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	var cfg policy.Config
	if p.settings.Config != "" {
		if err := cfg.ReadFile(p.settings.Config); err != nil {
			return nil, err
		}
	}
	for _, f := range p.settings.Fields {
		if err := cfg.AddField(f); err != nil {
			return nil, fmt.Errorf("deputy's fields: %q: %w", f, err)
		}
	}
	return analyzers.Choose(analyzers.New(cfg, nil), p.settings.Passes)
}

// GetLoadMode asks for types.
func (*plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
