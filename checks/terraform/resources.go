package terraform

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/checks/syntax"
)

// kind is a resource type in CloudFormation's words, with its arguments.
type kind struct {
	name string
	args map[string]string
}

// kinds are the types that the checks know. Arguments that are the same word in both
// vocabularies but for the way it is written are translated by rule (see [properties]).
var kinds = map[string]kind{
	"aws_iam_role": {"AWS::IAM::Role", map[string]string{
		"assume_role_policy": "AssumeRolePolicyDocument", "name": "RoleName", "managed_policy_arns": "ManagedPolicyArns",
		"max_session_duration": "MaxSessionDuration",
	}},
	"aws_iam_policy":                            {"AWS::IAM::ManagedPolicy", map[string]string{"policy": "PolicyDocument", "name": "ManagedPolicyName"}},
	"aws_iam_role_policy":                       {"AWS::IAM::RolePolicy", map[string]string{"policy": "PolicyDocument", "role": "RoleName", "name": "PolicyName"}},
	"aws_iam_user_policy":                       {"AWS::IAM::UserPolicy", map[string]string{"policy": "PolicyDocument", "user": "UserName", "name": "PolicyName"}},
	"aws_iam_group_policy":                      {"AWS::IAM::GroupPolicy", map[string]string{"policy": "PolicyDocument", "group": "GroupName", "name": "PolicyName"}},
	"aws_iam_role_policy_attachment":            {"AWS::IAM::RolePolicyAttachment", map[string]string{"role": "RoleName", "policy_arn": "PolicyArn"}},
	"aws_iam_policy_attachment":                 {"AWS::IAM::PolicyAttachment", map[string]string{"roles": "Roles", "policy_arn": "PolicyArn", "name": ""}},
	"aws_iam_role_policy_attachments_exclusive": {"AWS::IAM::RolePolicyAttachment", map[string]string{"role_name": "RoleName", "policy_arns": "PolicyArn"}},
	"aws_iam_user":                              {"AWS::IAM::User", map[string]string{"name": "UserName"}},
	"aws_iam_access_key":                        {"AWS::IAM::AccessKey", map[string]string{"user": "UserName"}},
	"aws_iam_instance_profile":                  {"AWS::IAM::InstanceProfile", map[string]string{"name": "InstanceProfileName"}},
	"aws_lambda_function":                       {"AWS::Lambda::Function", map[string]string{"function_name": "FunctionName", "role": "Role"}},
	"aws_lambda_permission":                     {"AWS::Lambda::Permission", map[string]string{"function_name": "FunctionName", "principal": "Principal", "source_account": "SourceAccount"}},
	"aws_s3_bucket":                             {"AWS::S3::Bucket", map[string]string{"bucket": "BucketName", "policy": "PolicyDocument"}},
	"aws_s3_bucket_policy":                      {"AWS::S3::BucketPolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_sqs_queue":                             {"AWS::SQS::Queue", map[string]string{"name": "QueueName", "policy": "PolicyDocument"}},
	"aws_sqs_queue_policy":                      {"AWS::SQS::QueuePolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_sns_topic":                             {"AWS::SNS::Topic", map[string]string{"name": "TopicName", "policy": "PolicyDocument"}},
	"aws_sns_topic_policy":                      {"AWS::SNS::TopicPolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_kms_key":                               {"AWS::KMS::Key", map[string]string{"policy": "KeyPolicy"}},
	"aws_kms_key_policy":                        {"AWS::KMS::Key", map[string]string{"policy": "KeyPolicy"}},
	"aws_ecr_repository_policy":                 {"AWS::ECR::RepositoryPolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_secretsmanager_secret":                 {"AWS::SecretsManager::Secret", map[string]string{"name": "Name", "policy": "PolicyDocument"}},
	"aws_secretsmanager_secret_policy":          {"AWS::SecretsManager::ResourcePolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_cloudwatch_event_bus_policy":           {"AWS::Events::EventBusPolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_ssm_parameter":                         {"AWS::SSM::Parameter", map[string]string{"value": "Value", "type": "Type"}},
	"aws_cloudformation_stack":                  {"AWS::CloudFormation::Stack", nil},
	"aws_cloudformation_stack_set":              {"AWS::CloudFormation::StackSet", nil},
	"aws_glacier_vault":                         {"AWS::Glacier::Vault", map[string]string{"access_policy": "PolicyDocument"}},
	"aws_efs_file_system_policy":                {"AWS::EFS::FileSystemPolicy", map[string]string{"policy": "PolicyDocument"}},
	"aws_opensearch_domain_policy":              {"AWS::OpenSearchService::DomainPolicy", map[string]string{"access_policies": "PolicyDocument"}},
}

// words are the arguments that all types share.
var words = map[string]string{"description": "Description", "tags": "Tags", "path": "Path", "permissions_boundary": "PermissionsBoundary"}

// documents are the properties that hold a policy.
var documents = map[string]bool{"AssumeRolePolicyDocument": true, "PolicyDocument": true, "KeyPolicy": true}

// resource reads a resource, once for each instance that is told apart.
func (m *module) resource(b *block) {
	if *m.steps <= 0 {
		return
	}
	for _, s := range m.each(b) {
		r := &policy.Resource{
			Address: m.prefix + b.label(0) + "." + b.label(1) + s.key, Name: b.label(1), Type: b.label(0), Word: b.label(0),
			Place: b.place, Text: b.file, Exists: s.exists, Account: m.account,
		}
		if p := b.attrs["provider"]; p != nil {
			at := p.place()
			r.Account += "/" + string(at.File.Text[at.Start:at.End])
		}
		r.Props = m.properties(b, s)
		if k, ok := kinds[b.label(0)]; ok {
			r.Type = k.name
		}
		m.unit.Resources = append(m.unit.Resources, r)
		m.externalIDs(b, s, r.Address)
	}
}

// properties translates a resource's arguments.
func (m *module) properties(b *block, s *scope) *policy.Value {
	k := kinds[b.label(0)]
	out := &policy.Value{Kind: policy.Map, Place: b.place}
	add := func(name string, v *policy.Value) {
		if v != nil && name != "" {
			if documents[name] {
				v = document(v)
			}
			out.Entries = append(out.Entries, policy.Entry{Key: name, KeyPlace: b.place, Value: v})
		}
	}
	for _, arg := range b.names() {
		e := b.attrs[arg]
		name, ok := k.args[arg]
		if !ok {
			name = words[arg]
		}
		if name != "" {
			add(name, e.eval(s))
		} else if arg == "name_prefix" || arg == "bucket_prefix" {
			add("NamePrefix", e.eval(s))
		} else if arg == "parameters" || arg == "template_body" {
			add(arg, e.eval(s))
		}
	}
	if k.name == "AWS::IAM::Role" {
		add("Policies", inlinePolicies(b, s))
	}
	return out
}

// document returns a policy that is JSON in a text.
func document(v *policy.Value) *policy.Value {
	return policy.Map1(v, func(x *policy.Value) *policy.Value {
		if x != nil && x.Kind == policy.Text {
			x, _ = syntax.Embedded(x)
		}
		return x
	})
}

func inlinePolicies(b *block, s *scope) *policy.Value {
	var out *policy.Value
	for _, p := range b.inner("inline_policy") {
		v := p.eval("policy", s)
		if v == nil {
			continue
		}
		if out == nil {
			out = &policy.Value{Kind: policy.List, Place: p.place}
		}
		out.Items = append(out.Items, &policy.Value{Kind: policy.Map, Place: p.place, Entries: []policy.Entry{
			{Key: "PolicyDocument", KeyPlace: p.place, Value: document(v)},
		}})
	}
	return out
}

// provider reads the External ID that a provider assumes its role with.
func (m *module) provider(b *block) {
	s := &scope{m: m, file: b.file}
	for _, a := range b.inner("assume_role") {
		if v := a.eval("external_id", s); v != nil && v.Kind != policy.Null {
			m.unit.Given = append(m.unit.Given, &policy.Given{Address: m.prefix + "provider." + b.label(0), Place: a.attrs["external_id"].place(), Value: v})
		}
	}
}

// externalIDs reads arguments that are named as External IDs, beside the ARN of a role.
func (m *module) externalIDs(b *block, s *scope, address string) {
	if strings.HasPrefix(b.label(0), "aws_") && b.label(0) != "aws_iam_role" {
		return
	}
	for _, name := range b.names() {
		e := b.attrs[name]
		if name != "external_id" && name != "aws_external_id" || !besideARN(b) {
			continue
		}
		if v := e.eval(s); v != nil && v.Kind != policy.Null {
			m.unit.Given = append(m.unit.Given, &policy.Given{Address: address, Place: e.place(), Value: v})
		}
	}
}

func besideARN(b *block) bool {
	for name := range b.attrs {
		if strings.HasSuffix(name, "role_arn") || strings.HasSuffix(name, "iam_role") || name == "arn" || name == "aws_role_arn" || name == "role_name" {
			return true
		}
	}
	return false
}

// attribute returns what a resource or a data source of the module returns.
func (m *module) attribute(address string, t hcl.Traversal, place policy.Place, s *scope) *policy.Value {
	for len(t) > 0 && attr(t[0]) == "" { // the index of an instance
		t = t[1:]
	}
	name := attrAt(t, 0)
	if name == "" {
		return whole(address, place, func(attr string, place policy.Place) *policy.Value {
			return m.attribute(address, hcl.Traversal{hcl.TraverseAttr{Name: attr}}, place, s)
		})
	}
	b := m.blocks[address]
	typ, data := strings.CutPrefix(address, "data.")
	typ, _, _ = strings.Cut(typ, ".")
	if data {
		if v := m.lookedUp(typ, address, name, b, place); v != nil {
			return s.steps(v, rest(t, 1), place)
		}
	}
	if b != nil && b.attrs[name] != nil && name != "arn" && !random2(typ) && !(name == "name" && strings.HasPrefix(typ, "aws_iam_")) {
		e := b.attrs[name]
		v := m.once(address+"."+name, place, func() *policy.Value { return e.eval(m.each(b)[0].orPlain(m, b)) })
		return s.steps(v.At(place), rest(t, 1), place)
	}
	r := &policy.Reference{Name: written2(address, name), Origin: origin(typ, name, data, m.byteLength(b)), Why: "is known when it is made", Place: place}
	if b != nil {
		r.Place = b.place
	}
	if !data {
		r.Resource, r.Attr = m.prefix+address, name
	} else {
		r.Why = "is looked up when it runs"
	}
	if b == nil && !data {
		r.Why = "is not declared"
	}
	return policy.Unknown(r, place)
}

// orPlain guards against blocks without instances.
func (s *scope) orPlain(m *module, b *block) *scope {
	if s != nil {
		return s
	}
	return &scope{m: m, file: b.file}
}

func written2(address, name string) string {
	if name == "" {
		return address
	}
	return address + "." + name
}

func random2(typ string) bool { return strings.HasPrefix(typ, "random_") }

// byteLength is how many bytes a random_id has; 0 if it does not say.
func (m *module) byteLength(b *block) int {
	n := 0
	if b != nil {
		text, _ := b.eval("byte_length", &scope{m: m, file: b.file}).Known()
		_, _ = fmt.Sscan(text, &n)
	}
	return n
}

// neutral are providers whose resources hand out no External IDs.
var neutral = map[string]bool{
	"aws": true, "awscc": true, "null": true, "local": true, "time": true, "tls": true, "http": true, "archive": true, "external": true,
	"template": true, "terraform": true, "kubernetes": true, "helm": true, "azurerm": true, "google": true, "azuread": true, "cloudinit": true,
}

// minRandomBytes is from how many bytes on a random_id cannot be guessed.
const minRandomBytes = 8

// origin says what an attribute is.
func origin(typ, name string, data bool, bytes int) policy.Origin {
	provider, _, _ := strings.Cut(typ, "_")
	switch {
	case typ == "random_uuid", typ == "random_password", typ == "random_string":
		return policy.Random
	case typ == "random_id" && bytes >= minRandomBytes:
		return policy.Random
	case provider == "random":
		return policy.Elsewhere
	case data:
		return dataOrigin(typ, name)
	case !neutral[provider]:
		return policy.Issued
	}
	return policy.OfResource
}

// sources are the data sources whose answers we know the meaning of.
var sources = map[string]policy.Origin{
	"aws_caller_identity": policy.OwnAccount, "aws_partition": policy.Ambient, "aws_region": policy.Ambient,
	"aws_elb_service_account": policy.AWSAccount, "aws_cloudtrail_service_account": policy.AWSAccount,
	"aws_redshift_service_account": policy.AWSAccount, "aws_billing_service_account": policy.AWSAccount,
	"aws_canonical_user_id": policy.OwnAccount, "aws_cloudfront_origin_access_identity": policy.AWSAccount,
	"aws_secretsmanager_secret_version": policy.Secret, "aws_secretsmanager_random_password": policy.Random,
	"aws_organizations_organization": policy.OrgID,
}

func dataOrigin(typ, name string) policy.Origin {
	if o, ok := sources[typ]; ok {
		if typ == "aws_organizations_organization" && name != "id" {
			return policy.OwnAccount
		}
		return o
	}
	if provider, _, _ := strings.Cut(typ, "_"); !neutral[provider] {
		return policy.Issued
	}
	return policy.Elsewhere
}

// lookedUp returns what a data source makes of its own arguments; nil if it asks somebody.
func (m *module) lookedUp(typ, address, name string, b *block, place policy.Place) *policy.Value {
	if b == nil {
		return nil
	}
	s := &scope{m: m, file: b.file}
	switch {
	case typ == "aws_iam_policy_document" && (name == "json" || name == "minified_json"):
		v := m.once(address, place, func() *policy.Value { return m.policyDocument(b) })
		return v.With(policy.Step{Place: b.place, Message: "the policy document " + b.label(1)})
	case typ == "aws_iam_policy" && (name == "arn" || name == "id"):
		return managedPolicy(b, s, place)
	case typ == "template_file" && name == "rendered":
		return m.once(address, place, func() *policy.Value { return s.templateData(b, place) })
	case typ == "aws_iam_role" || typ == "aws_iam_user" || typ == "aws_iam_session_context":
		if b.attrs["provider"] == nil {
			return policy.Unknown(&policy.Reference{Name: address + "." + name, Origin: policy.OfResource, Attr: "arn", Why: "is looked up when it runs", Place: b.place}, place)
		}
	}
	return nil
}

// managedPolicy returns the ARN of a policy that is looked up by it, or by its name. A name is
// taken for that of AWS's own policy: who looks up one of theirs mostly says its path, too.
func managedPolicy(b *block, s *scope, place policy.Place) *policy.Value {
	if v := b.eval("arn", s); v != nil {
		return v.At(place)
	}
	if name, ok := b.eval("name", s).Known(); ok && b.attrs["path_prefix"] == nil {
		return policy.Literal("arn:aws:iam::aws:policy/"+name, place).With(policy.Step{Place: b.place, Message: "the policy is looked up by its name"})
	}
	return nil
}

// templateData carries out data.template_file, the elder way to write templatefile.
func (s *scope) templateData(b *block, place policy.Place) *policy.Value {
	vars := variablesIn(b.eval("vars", s))
	e := b.attrs["template"]
	if e == nil {
		return hole(place, b.label(1), "has no template")
	}
	if h, ok := e.(hclExpr); ok {
		if c, ok := h.e.(*hclsyntax.FunctionCallExpr); ok && c.Name == "file" && len(c.Args) == 1 {
			if f := s.open(s.in(b.file).eval(c.Args[0])); f != nil {
				return s.rendered(f, vars)
			}
		}
	}
	v := e.eval(s)
	text, ok := v.Known()
	if !ok {
		return v
	}
	part := policy.Part{Text: text, Place: v.Place}
	if len(v.Parts) == 1 {
		part = v.Parts[0]
	}
	return s.template(text, part.Place.File, part.Place, part.Sub, vars)
}
