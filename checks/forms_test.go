package checks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/checks"
)

// forms are one role in all the ways to write it: it trusts the whole account of a vendor
// that a default names, and demands no External ID. Lines that a verdict stands at are
// marked with the check's name; the mark is cut out before.
var forms = map[string]map[string]string{
	"CloudFormation, YAML": {"role.yaml": `
Parameters:
  Vendor: {Type: String, Default: "464622532012"}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow                                                     #extid-missing
            Action: sts:AssumeRole
            Principal: {AWS: !Sub "arn:aws:iam::${Vendor}:root"}              #trust-root
`},
	"CloudFormation, long form": {"role.yaml": `
Parameters:
  Vendor: {Type: String, Default: "464622532012"}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow                                                     #extid-missing
            Action: sts:AssumeRole
            Principal:
              AWS:
                Fn::Join: ["", ["arn:aws:iam::", {Ref: Vendor}, ":root"]]     #trust-root
`},
	"CloudFormation, JSON": {"role.json": `
{
  "Parameters": {"Vendor": {"Type": "String", "Default": "464622532012"}},
  "Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [
    {                                                                         #extid-missing
      "Effect": "Allow", "Action": "sts:AssumeRole",
      "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${Vendor}:root"}}        #trust-root
    }
  ]}}}}
}
`},
	"CDK output": {"cdk.out/Stack.template.json": `
{
 "Parameters": {"Vendor": {"Type": "String", "Default": "464622532012"}},
 "Resources": {
  "RoleABC": {
   "Type": "AWS::IAM::Role",
   "Properties": {
    "AssumeRolePolicyDocument": {
     "Statement": [
      {                                                                       #extid-missing
       "Action": "sts:AssumeRole",
       "Effect": "Allow",
       "Principal": {
        "AWS": {                                                              #trust-root
         "Fn::Join": [
          "",
          [
           "arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "Vendor"}, ":root"
          ]
         ]
        }
       }
      }
     ],
     "Version": "2012-10-17"
    }
   },
   "Metadata": {"aws:cdk:path": "Stack/Role/Resource"}
  }
 }
}
`},
	"nested stack": {"main.yaml": `
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.s3.amazonaws.com/v1/role.yaml
      Parameters: {Vendor: "464622532012"}
`, "role.yaml": `
Parameters:
  Vendor: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow                                                     #extid-missing
            Action: sts:AssumeRole
            Principal: {AWS: !Sub "arn:aws:iam::${Vendor}:root"}              #trust-root
`},
	"stack set": {"set.yaml": `
Resources:
  Everywhere:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: |
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties:
              AssumeRolePolicyDocument:
                Statement:
                  - Effect: Allow                                             #extid-missing
                    Action: sts:AssumeRole
                    Principal: {AWS: "arn:aws:iam::464622532012:root"}        #trust-root
`},
	"policy document": {"main.tf": `
variable "vendor" { default = "464622532012" }
data "aws_iam_policy_document" "trust" {
  statement {                                                                 #extid-missing
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.vendor}:root"]                       #trust-root
    }
  }
}
resource "aws_iam_role" "this" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`},
	"jsonencode": {"main.tf": `
variable "vendor" { default = "464622532012" }
resource "aws_iam_role" "this" {
  assume_role_policy = jsonencode({
    Statement = [{                                                            #extid-missing
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = format("arn:aws:iam::%s:root", var.vendor) }        #trust-root
    }]
  })
}
`},
	"heredoc": {"main.tf": `
locals { vendor = "464622532012" }
resource "aws_iam_role" "this" {
  assume_role_policy = <<-EOT
    {
      "Statement": [
        {                                                                     #extid-missing
          "Effect": "Allow",
          "Action": "sts:AssumeRole",
          "Principal": {"AWS": "arn:aws:iam::${local.vendor}:root"}           #trust-root
        }
      ]
    }
  EOT
}
`},
	"templatefile": {"main.tf": `
resource "aws_iam_role" "this" {
  assume_role_policy = templatefile("${path.module}/trust.json.tpl", { vendors = ["464622532012"] })
}
`, "trust.json.tpl": `
{
  "Statement": [
    {                                                                         #extid-missing
      "Effect": "Allow",
      "Action": "sts:AssumeRole",
      "Principal": {"AWS": [
        %{ for v in vendors }
        "arn:aws:iam::${v}:root"                                              #trust-root
        %{ endfor }
      ]}
    }
  ]
}
`},
	"file": {"main.tf": `
resource "aws_iam_role" "this" {
  assume_role_policy = file("${path.module}/policies/trust.json")
}
`, "policies/trust.json": `
{"Statement": [
  {                                                                           #extid-missing
    "Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": {"AWS": "arn:aws:iam::464622532012:root"}                    #trust-root
  }
]}
`},
	"local module": {"main.tf": `
module "role" {
  source = "./modules/role"
  vendor = "464622532012"
}
`, "modules/role/main.tf": `
variable "vendor" {}
resource "aws_iam_role" "this" {
  assume_role_policy = jsonencode({
    Statement = [{                                                            #extid-missing
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::${var.vendor}:root" }                 #trust-root
    }]
  })
}
`},
	"module with for_each": {"main.tf": `
module "role" {
  source   = "./modules/role"
  for_each = { datadog = "464622532012" }
  vendor   = each.value
}
`, "modules/role/main.tf": `
variable "vendor" {}
data "aws_iam_policy_document" "trust" {
  dynamic "statement" {
    for_each = toset([var.vendor])
    content {                                                                 #extid-missing
      actions = ["sts:AssumeRole"]
      principals {
        type        = "AWS"
        identifiers = [join(":", ["arn:aws:iam:", statement.value, "root"])]  #trust-root
      }
    }
  }
}
resource "aws_iam_role" "this" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`},
	"merged documents": {"main.tf": `
data "aws_iam_policy_document" "base" {
  statement {                                                                 #extid-missing
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["464622532012"]                                          #trust-root
    }
  }
}
data "aws_iam_policy_document" "trust" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
}
resource "aws_iam_role" "this" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`},
	"JSON syntax": {"main.tf.json": `
{
  "locals": {"vendor": "464622532012"},
  "data": {"aws_iam_policy_document": {"trust": {"statement": [
    {                                                                         #extid-missing
      "actions": ["sts:AssumeRole"],
      "principals": [{"type": "AWS", "identifiers": [
        "arn:aws:iam::${local.vendor}:root"                                   #trust-root
      ]}]
    }
  ]}}},
  "resource": {"aws_iam_role": {"this": {"assume_role_policy": "${data.aws_iam_policy_document.trust.json}"}}}
}
`},
	"plan": {"plan.json": `
{"format_version": "1.2", "planned_values": {"root_module": {"resources": [
  {"address": "aws_iam_role.this", "mode": "managed", "type": "aws_iam_role", "name": "this", "values": {
    "name": "vendor",
    "assume_role_policy": "{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::464622532012:root\"}}]}" #extid-missing #trust-root
  }}
]}}}
`},
	"OpenTofu": {"main.tofu": `
resource "aws_iam_role" "this" {
  assume_role_policy = jsonencode({ Statement = {                             #extid-missing
    Effect    = "Allow"
    Action    = ["sts:AssumeRole"]
    Principal = { "AWS" : 464622532012 }                                      #trust-root
  } })
}
`},
}

// marks cuts the marks out of a text and returns them with their lines.
func marks(name, text string) (string, []string) {
	var out []string
	var plain strings.Builder
	line := 0
	for l := range strings.Lines(strings.TrimPrefix(text, "\n")) {
		line++
		parts := strings.Split(strings.TrimSuffix(l, "\n"), " #")
		for _, check := range parts[1:] {
			out = append(out, fmt.Sprintf("%s:%d %s", name, line, strings.TrimSpace(check)))
		}
		plain.WriteString(strings.TrimRight(parts[0], " ") + "\n")
	}
	return plain.String(), out
}

func TestOneRoleInAllForms(t *testing.T) {
	for name, files := range forms {
		t.Run(name, func(t *testing.T) {
			plain, want := map[string]string{}, []string{}
			for file, text := range files {
				p, m := marks(file, text)
				plain[file] = p
				want = append(want, m...)
			}
			o := options()
			o.Only = []string{"trust-root", "extid-missing"}
			r := check(t, plain, o)
			assert.Empty(t, r.Unexamined)
			assert.Empty(t, messages(r.Unresolved))
			assert.ElementsMatch(t, want, places(r.Fails))
		})
	}
}

func places(verdicts []checks.Verdict) []string {
	var out []string
	for _, v := range verdicts {
		line, _, _ := v.Place.Position()
		out = append(out, fmt.Sprintf("%s:%d %s", v.Place.Path(), line, v.Rule.ID))
	}
	slices.Sort(out)
	return out
}
