package checks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const trustJSON = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"AWS": "arn:aws:iam::464622532012:root"},
    "Condition": {"StringEquals": {"sts:ExternalId": "EXTERNAL"}}
  }]
}
`

const trustHCL = `resource "aws_iam_role" "vendor" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      identifiers = ["arn:aws:iam::464622532012:root"]
      type        = "AWS"
    }
    condition {
      test     = "StringEquals"
      values   = ["acme"]
      variable = "sts:ExternalId"
    }
  }
}
`

func TestPoliciesThatStandByThemselves(t *testing.T) {
	fence := "```"
	for _, c := range []struct {
		name, file, text string
		fails, open      []string
	}{
		{"a file", "trust.json", strings.ReplaceAll(trustJSON, "EXTERNAL", "<external-id>"),
			[]string{"trust.json:6 trust-root"}, []string{"trust.json:7 extid-static"}},
		{"empty until a script fills it in", "trust.json", strings.ReplaceAll(trustJSON, "EXTERNAL", ""),
			[]string{"trust.json:6 trust-root"}, []string{"trust.json:7 extid-wildcard"}},
		{"a fence of Markdown", "README.md", "# Set up\n\n" + fence + "json\n" + strings.ReplaceAll(trustJSON, "EXTERNAL", "your-external-id") + fence + "\n",
			[]string{"README.md:9 trust-root"}, []string{"README.md:10 extid-static"}},
		{"a fence in a list", "README.md", "1. Do\n\n   " + fence + "\n" + indent(strings.ReplaceAll(trustJSON, "EXTERNAL", "your-external-id")) + "   " + fence + "\n",
			[]string{"README.md:9 trust-root"}, []string{"README.md:10 extid-static"}},
		{"a heredoc", "setup.sh", "#!/bin/bash\ncat > trust.json <<EOF\n" + strings.ReplaceAll(trustJSON, "EXTERNAL", "$EXTERNAL_ID") + "EOF\n",
			[]string{"setup.sh:8 trust-root"}, nil},
		{"a heredoc of the own account's number", "setup.sh", "#!/bin/bash\ncat > trust.json <<EOF\n" + strings.ReplaceAll(trustJSON, "EXTERNAL", "${ACCOUNT_ID}") + "EOF\n",
			[]string{"setup.sh:8 trust-root", "setup.sh:9 extid-source"}, nil},
		{"a heredoc in a fence", "README.md", fence + "sh\ncat > trust.json <<'EOF'\n" + strings.ReplaceAll(trustJSON, "EXTERNAL", "<external-id>") + "EOF\n" + fence + "\n",
			[]string{"README.md:8 trust-root"}, []string{"README.md:9 extid-static"}},
		{"Terraform in a fence", "README.md", "# Set up\n\n" + fence + "hcl\n" + trustHCL + fence + "\n",
			[]string{"README.md:11 trust-root", "README.md:16 extid-static"}, nil},
		{"a call of a module in a fence", "README.md", "# Use\n\n" + fence + "hcl\nmodule \"role\" {\n  source      = \"./role\"\n  external_id = \"1\"\n}\n" + fence + "\n", nil, nil},
		{"a policy of the caller", "caller.json", `{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": {"StringLike": {"sts:ExternalId": "*"}}}]}`, nil, nil},
		{"some other JSON", "data.json", `{"Statement": "of accounts", "id": "sts:ExternalId"}`, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options()
			o.Only = []string{"trust-root", "extid-missing", "extid-wildcard", "extid-static", "extid-source"}
			r := check(t, map[string]string{c.file: c.text}, o)
			assert.Empty(t, r.Unexamined)
			assert.ElementsMatch(t, c.fails, places(r.Fails))
			assert.ElementsMatch(t, c.open, places(r.Unresolved))
		})
	}
}

func TestABrokenPolicyInATextIsUnexamined(t *testing.T) {
	r := check(t, map[string]string{"README.md": "```json\n{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"sts:AssumeRole\", ...}]}\n```\n"}, options())
	assert.Len(t, r.Unexamined, 1)
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("   " + line)
	}
	return b.String()
}
