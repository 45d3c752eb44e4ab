package credential

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPlacesOfOthersAreExempt(t *testing.T) {
	for _, file := range []string{
		"pkg/login_test.go", "src/login.spec.ts", "tests/data/x.json", "docs/setup.txt", "README.md", "node_modules/aws-sdk/apis/iam.json",
		"lib/site-packages/botocore/x.json", "vendor/github.com/x/y.go", "sample.props.template", "config/settings.example.yml", "test_scenarios/run.sh",
	} {
		assert.True(t, ofOthers(file, ""), file)
	}
	for _, file := range []string{"terraform.tfvars", "charts/shop/values.yaml", "src/main/resources/application.properties", ".env", "latest/contest.go", ""} {
		assert.False(t, ofOthers(file, ""), file)
	}
}
