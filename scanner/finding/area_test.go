package finding_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestAreaOf(t *testing.T) {
	for path, want := range map[string]finding.Area{
		"":                              finding.Source,
		"main.go":                       finding.Source,
		"docs/test.md":                  finding.Source,
		"contest/latest.go":             finding.Source,
		"src/Contest.java":              finding.Source,
		"spectest.go":                   finding.Source,
		"vendored/x.go":                 finding.Source,
		"vendor":                        finding.Source, // a file of that name
		"vendor/a/b.go":                 finding.ThirdParty,
		"web/node_modules/x/test/a.js":  finding.ThirdParty,
		"ios/Pods/AWSCore/a.m":          finding.ThirdParty,
		"lib/python3/site-packages/a":   finding.ThirdParty,
		"scan_test.go":                  finding.Tests,
		"a/Testdata/x.json":             finding.Tests,
		"src/app.spec.ts":               finding.Tests,
		"src/test/java/a/RoleTest.java": finding.Tests,
		"RoleTests.cs":                  finding.Tests,
		"pkg/test_roles.py":             finding.Tests,
		"examples/basic/main.tf":        finding.Examples,
		"examples/test/main.tf":         finding.Examples,
		"config/secrets.yml.example":    finding.Examples,
		"static/example.key.pem":        finding.Examples,
		"keys.example/saml.key":         finding.Examples,
		"keys.samples.d/saml.key":       finding.Examples,
		"examplekeys/saml.key":          finding.Source,
		"resampled.csv":                 finding.Source,
		"example":                       finding.Source,
		"helm/app/charts/db-1.2.3.tgz":  finding.ThirdParty,
		"helm/app/charts/db/key.pem":    finding.Source,
		"dist/charts.tgz":               finding.Source,
		"e2e-tests/key.pem":             finding.Tests,
		"src/integration_tests/a.json":  finding.Tests,
		"terraform/account-test/a.tf":   finding.Source, // an environment
		"contests/a.md":                 finding.Source,
		"portal/t/saml-lib.pm":          finding.Tests,
		"src/regress/rsa.prv":           finding.Tests,
		"portal/roles.t":                finding.Tests,
		"lib/t/locale.json":             finding.Source,
		"lib/Portal/saml.pm":            finding.Source,
		"cache/fog-1.2.gem/lib/a.rb":    finding.ThirdParty,
		"cache/fog-1.2.gem":             finding.Source, // the archive itself holds no line
	} {
		assert.Equal(t, want, finding.AreaOf(path), path)
	}
}

func TestAreaIsThatOfTheBestPlace(t *testing.T) {
	at := func(paths ...string) *finding.Finding {
		f := &finding.Finding{}
		for _, p := range paths {
			f.Sightings = append(f.Sightings, finding.Sighting{Path: p})
		}
		return f
	}
	assert.Equal(t, finding.Source, at().Area())
	assert.Equal(t, finding.ThirdParty, at("vendor/a.go", "vendor/b.go").Area())
	assert.Equal(t, finding.Source, at("vendor/a.go", "main.go").Area())
	assert.Equal(t, finding.Source, at("vendor/a.go", "").Area(), "a commit message is the project's own")
	assert.Equal(t, finding.Tests, at("examples/a.go", "tests/a.go").Area())
}

func TestAMemberOfAnArchiveIsInTheAreaOfItsWayThere(t *testing.T) {
	f := &finding.Finding{Sightings: []finding.Sighting{{Path: "dist/package.zip", Inside: []string{"node_modules/http/README.md"}}}}
	assert.Equal(t, finding.ThirdParty, f.Area())
	f.Sightings[0].Inside = []string{"lib/main.js"}
	assert.Equal(t, finding.Source, f.Area())
}

func TestStillThere(t *testing.T) {
	in := func(layer finding.Layer) *finding.Finding {
		return &finding.Finding{Sightings: []finding.Sighting{{Layer: layer}}}
	}
	assert.True(t, (&finding.Finding{InHead: true}).StillThere())
	assert.True(t, in(finding.Plain).StillThere())
	assert.True(t, in(finding.WorkTree).StillThere())
	assert.True(t, in(finding.Staged).StillThere())
	assert.False(t, in(finding.History).StillThere())
	assert.False(t, in(finding.Unreachable).StillThere())
	assert.False(t, (&finding.Finding{}).StillThere())
}
