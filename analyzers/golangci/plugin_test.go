package golangci_test

import (
	"os"
	"reflect"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/deputy-sec/deputy/analyzers"
	"github.com/deputy-sec/deputy/analyzers/golangci"
	"github.com/deputy-sec/deputy/analyzers/policy"
)

func TestThePluginIsRegistered(t *testing.T) {
	newPlugin, err := register.GetPlugin("deputy")
	require.NoError(t, err)
	p, err := newPlugin(map[string]any{"fields": []string{"shop/store.Integration.Handshake"}})
	require.NoError(t, err)
	require.Equal(t, register.LoadModeTypesInfo, p.GetLoadMode())
	passes, err := p.BuildAnalyzers()
	require.NoError(t, err)
	require.Len(t, passes, len(analyzers.New(policy.Config{}, nil)))
}

func TestTheSettingsBecomeTheSuitesConfiguration(t *testing.T) {
	p, err := golangci.New(map[string]any{"fields": []string{"b.T.B"}, "passes": []string{"idlogged"}})
	require.NoError(t, err)
	passes, err := p.BuildAnalyzers()
	require.NoError(t, err)
	dir, cleanup, err := analysistest.WriteFiles(map[string]string{"b/b.go": "package b\n\nimport \"log\"\n\ntype T struct{ A, B string }\n\nfunc f(t T) {\n\tlog.Println(t.A)\n\tlog.Println(t.B) // want `External ID logged`\n}\n"})
	require.NoError(t, err)
	defer cleanup()
	analysistest.Run(t, dir, passes[0], "b")
	p, err = golangci.New(map[string]any{"fields": []string{"B"}})
	require.NoError(t, err)
	_, err = p.BuildAnalyzers()
	require.ErrorContains(t, err, "path/of/package")
}

func TestPassesCanBeChosen(t *testing.T) {
	p, err := golangci.New(map[string]any{"passes": []string{"idlogged"}})
	require.NoError(t, err)
	passes, err := p.BuildAnalyzers()
	require.NoError(t, err)
	require.Len(t, passes, 1)
	p, err = golangci.New(map[string]any{"passes": []string{"idlaugh"}})
	require.NoError(t, err)
	_, err = p.BuildAnalyzers()
	require.ErrorContains(t, err, "idlaugh")
	_, err = golangci.New(map[string]any{"sinks": 1})
	require.Error(t, err, "a misspelt setting must not pass silently")
}

func TestTheBuildFileNamesThisPackage(t *testing.T) {
	data, err := os.ReadFile(".custom-gcl.yml")
	require.NoError(t, err)
	var build struct {
		Plugins []struct{ Module, Import string }
	}
	require.NoError(t, yaml.Unmarshal(data, &build))
	require.Len(t, build.Plugins, 1)
	require.Equal(t, reflect.TypeFor[golangci.Settings]().PkgPath(), build.Plugins[0].Import)
}
