package checks_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// module is a role that a vendor may assume, with the External ID that is given.
func module(externalID, declarations string) string {
	return declarations + `
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::464622532012:role/service"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [` + externalID + `]
    }
  }
}
resource "aws_iam_role" "this" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`
}

// optional is a role whose condition is a dynamic block over a variable.
func optional(variable, over string) string {
	return variable + `
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:role/service"]
    }
    dynamic "condition" {
      for_each = ` + over + `
      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [var.external_id]
      }
    }
  }
}
resource "aws_iam_role" "this" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`
}

// trusted is a role that a principal may assume without an External ID.
func trusted(principal, declarations string) string {
	return declarations + `
resource "aws_iam_role" "this" {
  assume_role_policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = ` + principal + ` } }]
  })
}
`
}

const (
	isFail = iota
	isPass
	isUnresolved
)

// trap is a text with what one check must say of it.
type trap struct {
	name, check, text string
	want              int
}

var terraformTraps = []trap{
	{"dynamic over null by default", "extid-missing", optional(`variable "external_id" { default = null }`, "var.external_id != null ? [1] : []"), isFail},
	{"dynamic over an empty text by default", "extid-missing", optional(`variable "external_id" { default = "" }`, `var.external_id == "" ? [] : [1]`), isFail},
	{"dynamic over an empty list by default", "extid-missing", optional(`variable "external_id" { default = [] }`, "length(var.external_id) > 0 ? [var.external_id] : []"), isFail},
	{"dynamic over a list that is empty by default", "extid-missing", optional(`variable "external_id" { default = [] }`, "var.external_id"), isFail},
	{"dynamic over compact", "extid-missing", optional(`variable "external_id" { default = "" }`, "compact([var.external_id])"), isFail},
	{"dynamic over a local", "extid-missing", optional("variable \"external_id\" { default = null }\nlocals { ids = var.external_id == null ? [] : [var.external_id] }", "local.ids"), isFail},
	{"dynamic over a switch that is on", "extid-missing", optional("variable \"external_id\" {}\nvariable \"demand\" { default = true }", "var.demand ? [1] : []"), isPass},
	{"dynamic over what nobody knows", "extid-missing", optional("variable \"external_id\" {}\nvariable \"demand\" {}", "var.demand ? [1] : []"), isUnresolved},
	{"static block", "extid-missing", module("var.id", `variable "id" {}`), isPass},
	{"demanded by a merged document", "extid-missing", `
data "aws_iam_policy_document" "demand" {
  statement {
    effect  = "Deny"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "StringNotEquals"
      variable = "sts:ExternalId"
      values   = [var.external_id]
    }
  }
}
data "aws_iam_policy_document" "trust" {
  source_policy_documents = [data.aws_iam_policy_document.demand.json]
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::464622532012:role/service"]
    }
  }
}
variable "external_id" {}
resource "aws_iam_role" "this" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`, isPass},

	{"caller's identity", "trust-root", trusted(`"arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"`, ""), isPass},
	{"local of the caller's identity", "trust-root", trusted(`"arn:aws:iam::${local.account}:root"`, "locals { account = data.aws_caller_identity.me.account_id }"), isPass},
	{"role of the module", "trust-root", trusted("aws_iam_role.other.arn", `resource "aws_iam_role" "other" { assume_role_policy = "{}" }`), isPass},
	{"account of the load balancers' logs", "trust-root", trusted("data.aws_elb_service_account.main.arn", ""), isPass},
	{"root whoever it is, that brings an External ID", "trust-root", `
variable "account" {}
variable "external_id" {}
resource "aws_iam_role" "this" {
  assume_role_policy = jsonencode({ Statement = { Effect = "Allow", Action = "sts:AssumeRole"
    Principal = { AWS = "arn:aws:iam::${var.account}:root" }, Condition = { StringEquals = { "sts:ExternalId" = var.external_id } } } })
}
`, isFail},
	{"ARN from a data source", "trust-root", trusted("data.terraform_remote_state.vendor.outputs.role_arn", ""), isUnresolved},
	{"ARN of a vendor's resource", "trust-root", trusted("acme_integration.this.principal_arn", `resource "acme_integration" "this" {}`), isUnresolved},
	{"ARN of a module of the registry", "trust-root", trusted("module.vendor.role_arn", `module "vendor" { source = "acme/vendor/aws" }`), isUnresolved},
	{"joined splat of a document", "trust-root", `
data "aws_iam_policy_document" "trust" {
  count = 1
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [format("arn:${data.aws_partition.current.partition}:iam::%s:root", "464622532012")]
    }
  }
}
resource "aws_iam_role" "this" {
  assume_role_policy = join("", data.aws_iam_policy_document.trust.*.json)
}
`, isFail},
	{"variable without a default", "trust-root", trusted("var.principals", `variable "principals" { type = list(string) }`), isUnresolved},

	{"literal", "extid-static", module(`"«alnum:24»"`, ""), isFail},
	{"default", "extid-static", module("var.id", `variable "id" { default = "«alnum:24»" }`), isFail},
	{"default of an object", "extid-static", module("var.vendor.id", `variable "vendor" { default = { id = "«alnum:24»" } }`), isFail},
	{"local", "extid-static", module("local.id", `locals { id = "«alnum:24»" }`), isFail},
	{"argument of a provider", "extid-static", `
provider "aws" {
  assume_role {
    role_arn    = "arn:aws:iam::111122223333:role/deploy"
    external_id = "«alnum:24»"
  }
}
`, isFail},
	{"argument of a vendor's resource", "extid-static", `
resource "acme_aws_account" "this" {
  role_arn    = "arn:aws:iam::111122223333:role/acme"
  external_id = "«alnum:24»"
}
`, isFail},
	{"external id of something else", "extid-static", `
resource "acme_user" "this" {
  name        = "ada"
  external_id = "«alnum:24»"
}
`, isPass},
	{"vendor's resource", "extid-static", module("acme_integration.this.external_id", `resource "acme_integration" "this" { role_name = "x" }`), isPass},
	{"placeholder", "extid-static", module(`"YOUR_EXTERNAL_ID"`, ""), isUnresolved},

	{"random_uuid", "extid-source", module("random_uuid.this.result", `resource "random_uuid" "this" {}`), isPass},
	{"random_password", "extid-source", module("random_password.this.result", `resource "random_password" "this" { length = 32 }`), isPass},
	{"random_id of eight bytes", "extid-source", module("random_id.this.hex", `resource "random_id" "this" { byte_length = 8 }`), isPass},
	{"one secret part", "extid-source", module(`"${var.account_id}-${random_uuid.this.result}"`, "variable \"account_id\" {}\nresource \"random_uuid\" \"this\" {}"), isPass},
	{"UUID is demanded", "extid-source", module("var.tenant_id", `
variable "tenant_id" {
  validation {
    condition     = can(regex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", var.tenant_id))
    error_message = "a UUID"
  }
}`), isPass},
	{"own account", "extid-source", module("data.aws_caller_identity.current.account_id", ""), isFail},
	{"hash of the own account", "extid-source", module("sha256(data.aws_caller_identity.current.account_id)", ""), isFail},
	{"account at the vendor", "extid-source", module("var.newrelic_account_id", `variable "newrelic_account_id" {}`), isFail},
	{"customer and words", "extid-source", module(`"acme-${var.customer_name}"`, `variable "customer_name" {}`), isFail},
	{"organisation", "extid-shared", module("data.aws_organizations_organization.this.id", ""), isFail},
	{"roles of two accounts", "extid-shared", module("var.id", "variable \"id\" { default = \"«alnum:24»\" }") + `
resource "aws_iam_role" "other" {
  provider           = aws.other
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`, isFail},
	{"two roles of one account", "extid-shared", module("var.id", "variable \"id\" { default = \"«alnum:24»\" }") + `
resource "aws_iam_role" "other" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
`, isPass},

	{"output", "extid-output", module("var.id", "variable \"id\" {}\noutput \"id\" { value = var.id }"), isFail},
	{"output that is sensitive", "extid-output", module("var.id", "variable \"id\" {}\noutput \"id\" {\n value = var.id\n sensitive = true\n}"), isPass},
	{"output of a random value", "extid-output", module("random_uuid.this.result", "resource \"random_uuid\" \"this\" {}\noutput \"id\" { value = random_uuid.this.result }"), isFail},
	{"output of the role", "extid-output", module("var.id", "variable \"id\" {}\noutput \"role\" { value = aws_iam_role.this.arn }"), isPass},
	{"parameter store", "extid-output", module("var.id", "variable \"id\" {}\nresource \"aws_ssm_parameter\" \"p\" {\n type = \"String\"\n value = var.id\n}"), isFail},
	{"parameter store, secure", "extid-output", module("var.id", "variable \"id\" {}\nresource \"aws_ssm_parameter\" \"p\" {\n type = \"SecureString\"\n value = var.id\n}"), isPass},
	{"variable", "extid-parameter", module("var.id", `variable "id" {}`), isFail},
	{"variable that is sensitive", "extid-parameter", module("var.id", "variable \"id\" {\n sensitive = true\n}"), isPass},
	{"wildcard", "extid-wildcard", `
resource "aws_iam_role" "this" {
  assume_role_policy = <<POLICY
{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::464622532012:role/x"},
  "Condition": {"StringLike": {"sts:ExternalId": "${var.prefix}*"}}}]}
POLICY
}
variable "prefix" {}
`, isFail},
}

func TestTerraform(t *testing.T) { spring(t, "main.tf", terraformTraps) }

// spring runs traps.
func spring(t *testing.T, file string, traps []trap) {
	for _, c := range traps {
		t.Run(c.check+"/"+c.name, func(t *testing.T) {
			o := options()
			o.Only = []string{c.check}
			r := check(t, map[string]string{file: example.Expand(c.text, 1, nil).Text}, o)
			assert.Empty(t, r.Unexamined)
			switch c.want {
			case isFail:
				assert.NotEmpty(t, r.Fails, "unresolved: %v", messages(r.Unresolved))
			case isPass:
				assert.Empty(t, messages(r.Fails))
				assert.Empty(t, messages(r.Unresolved))
			default:
				assert.Empty(t, messages(r.Fails))
				assert.NotEmpty(t, r.Unresolved)
			}
		})
	}
}

func TestAPolicyThatAModuleFillsInIsNotReadByItself(t *testing.T) {
	files := map[string]string{}
	for name, text := range forms["templatefile"] {
		files[name], _ = marks(name, text)
	}
	files["trust.json.tpl"] = `{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::${vendors[0]}:root"}}]}`
	r := check(t, files, options())
	assert.Empty(t, messages(r.Unresolved))
	assert.Contains(t, places(r.Fails), "trust.json.tpl:1 trust-root")
}

func TestTfvarsGiveValues(t *testing.T) {
	r := check(t, map[string]string{
		"main.tf":          module("var.id", `variable "id" {}`),
		"terraform.tfvars": example.Expand(`id = "«alnum:24»"`, 1, nil).Text,
		"other.tfvars":     `id = "other"`,
	}, options())
	assert.Contains(t, places(r.Fails), "main.tf:12 extid-static")
}

func TestEmptyTfvarsAreAFormToFillIn(t *testing.T) {
	r := check(t, map[string]string{
		"main.tf":          module("var.id", `variable "id" {}`),
		"terraform.tfvars": `id = ""`,
	}, options())
	assert.NotContains(t, messages(r.Fails), "the External ID is empty")
}

func TestModulesThatCallEachOtherEnd(t *testing.T) {
	r := check(t, map[string]string{
		"a/main.tf": "module \"b\" { source = \"../b\" }\nlocals {\n x = local.y\n y = local.x\n}\nresource \"aws_iam_role\" \"r\" { assume_role_policy = local.x }",
		"b/main.tf": "module \"a\" { source = \"../a\" }",
	}, options())
	assert.Empty(t, messages(r.Fails))
	assert.Empty(t, r.Unexamined)
}

// holding is a role that a vendor may assume, which holds what the declarations say.
func holding(declarations string) string {
	return module("var.id", "variable \"id\" {}\n"+declarations)
}

var terraformGrants = []trap{
	{"attached policy", "perm-broad", holding(`
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}`), isFail},
	{"attached policy of the module", "perm-escalation", holding(`
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["iam:PutRolePolicy"]
    resources = ["*"]
  }
}
resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.p.json }
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.this.id
  policy_arn = aws_iam_policy.p.arn
}`), isFail},
	{"policy of the role", "perm-escalation", holding(`
resource "aws_iam_role_policy" "p" {
  role   = aws_iam_role.this.name
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = aws_iam_role.worker.arn }] })
}
resource "aws_iam_role" "worker" { assume_role_policy = "{}" }`), isPass},
	{"policies attached exclusively", "perm-broad", holding(`
data "aws_iam_policy" "read" { name = "ReadOnlyAccess" }
resource "aws_iam_role_policy_attachments_exclusive" "a" {
  role_name   = aws_iam_role.this.name
  policy_arns = [data.aws_iam_policy.read.arn]
}`), isFail},
	{"policy looked up by its ARN", "perm-broad", holding(`
data "aws_iam_policy" "admin" { arn = "arn:aws:iam::aws:policy/AdministratorAccess" }
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.this.name
  policy_arn = data.aws_iam_policy.admin.arn
}`), isFail},
	{"policy looked up under a path of one's own", "perm-broad", holding(`
data "aws_iam_policy" "read" {
  name        = "ReadOnlyAccess"
  path_prefix = "/acme/"
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.this.name
  policy_arn = data.aws_iam_policy.read.arn
}`), isPass},
	{"narrow policy looked up", "perm-broad", holding(`
data "aws_iam_policy" "audit" { name = "SecurityAudit" }
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.this.name
  policy_arn = data.aws_iam_policy.audit.arn
}`), isPass},
	{"policy of another role", "perm-broad", holding(`
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_iam_role" "worker" { assume_role_policy = "{}" }`), isPass},
	{"name_prefix", "name-fixed", `resource "aws_iam_role" "r" { name_prefix = "acme-" }`, isPass},
	{"random suffix", "name-fixed", "resource \"random_id\" \"s\" { byte_length = 4 }\nresource \"aws_iam_role\" \"r\" { name = \"acme-${random_id.s.hex}\" }", isPass},
	{"literal name", "name-fixed", `resource "aws_iam_role" "r" { name = "acme" }`, isFail},
	{"variable with a default", "name-fixed", "variable \"n\" { default = \"acme\" }\nresource \"aws_s3_bucket\" \"b\" { bucket = var.n }", isFail},
	{"variable without a default", "name-fixed", "variable \"n\" {}\nresource \"aws_s3_bucket\" \"b\" { bucket = var.n }", isUnresolved},
	{"bucket policy", "resource-direct", `
data "aws_iam_policy_document" "b" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::464622532012:root", data.aws_elb_service_account.main.arn]
    }
  }
}
resource "aws_s3_bucket_policy" "b" { policy = data.aws_iam_policy_document.b.json }`, isFail},
	{"logs of load balancers", "resource-direct", `
data "aws_elb_service_account" "main" {}
resource "aws_s3_bucket_policy" "b" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:PutObject", Resource = "*", Principal = { AWS = data.aws_elb_service_account.main.arn } }] })
}`, isPass},
	{"key in an output", "user-key", "resource \"aws_iam_access_key\" \"k\" { user = \"u\" }\noutput \"s\" {\n value = aws_iam_access_key.k.secret\n sensitive = true\n}", isFail},
	{"key in a secret of the repository", "user-key", "resource \"aws_iam_access_key\" \"k\" { user = \"u\" }\nresource \"github_actions_secret\" \"s\" { plaintext_value = aws_iam_access_key.k.secret }", isPass},
	{"session of twelve hours", "session-length", `
variable "id" {}
resource "aws_iam_role" "this" {
  max_session_duration = 43200
  assume_role_policy = jsonencode({ Statement = { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::464622532012:role/x" } } })
}`, isFail},
	{"identity policy over everything", "trustee-scope", `
resource "aws_iam_policy" "p" { policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole"], Resource = "*" }] }) }`, isFail},
}

func TestTerraformGrants(t *testing.T) { spring(t, "main.tf", terraformGrants) }
