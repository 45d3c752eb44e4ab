package checks

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

var resourceDirect = &Check{
	Rule: &finding.Rule{
		ID: "resource-direct", Kind: Template, Severity: finding.High,
		Title:  "A resource lets a vendor in directly",
		About:  "The policy of a bucket, queue, topic, key, repository, secret, function or bus names a vendor's account. There is no External ID in such a request, so any customer of the vendor may come through it.",
		Remedy: "Let the vendor assume a role of this account that reaches the resource, with an External ID. Notify the customers who have this policy.",
		Guide:  "Direct Resource Access issues are those where a third party AWS account ID is granted access to a resource’s IAM policy (like a bucket policy). In these cases, there is no externalId available. The correct means of granting access to third parties is to have the vendor assume the role in the customer account and then have the assumed role access the resource. If the vendor accountID is found in any S3 or other resource policy, the policy must be changed and customers must be notified. A CVE is recommended.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
	},
	run: func(p *pass) {
		for _, r := range append(append([]*policy.Resource{}, p.unit.Resources...), p.unit.Loose...) {
			switch doc := resourcePolicyOf(r); {
			case doc != nil:
				p.resourcePolicy(r, doc)
			case r.Type == "AWS::Lambda::Permission":
				p.permission(r)
			}
		}
	},
}

// policyProps are the properties that hold a resource's policy, by its type.
var policyProps = map[string]string{
	"AWS::S3::BucketPolicy": "PolicyDocument", "AWS::S3::Bucket": "PolicyDocument", "AWS::SQS::QueuePolicy": "PolicyDocument",
	"AWS::SQS::Queue": "PolicyDocument", "AWS::SNS::TopicPolicy": "PolicyDocument", "AWS::SNS::Topic": "PolicyDocument",
	"AWS::KMS::Key": "KeyPolicy", "AWS::ECR::Repository": "RepositoryPolicyText", "AWS::ECR::RepositoryPolicy": "PolicyDocument",
	"AWS::SecretsManager::ResourcePolicy": "ResourcePolicy", "AWS::SecretsManager::Secret": "PolicyDocument",
	"AWS::Events::EventBusPolicy": "PolicyDocument", "AWS::Glacier::Vault": "PolicyDocument", "AWS::EFS::FileSystemPolicy": "PolicyDocument",
	"AWS::OpenSearchService::DomainPolicy": "PolicyDocument", "AWS::ResourcePolicy": "PolicyDocument",
}

func resourcePolicyOf(r *policy.Resource) *policy.Value {
	name, ok := policyProps[r.Type]
	if !ok {
		return nil
	}
	if v := policyOf(r.Props.Get(name)); v != nil {
		return v
	}
	return policyOf(r.Props.Get("PolicyDocument"))
}

func (p *pass) resourcePolicy(r *policy.Resource, doc *policy.Value) {
	var out decided
	for _, w := range policy.Worlds([]*policy.Cond{r.Exists}, doc) {
		d := policy.NewDocument(doc.In(w))
		own := p.namesOwn(d)
		for _, s := range d.Statements {
			if s.Allow != policy.True || s.NotPrincipal {
				continue
			}
			for i, pr := range s.Principals {
				if pr.Type != "AWS" {
					continue
				}
				v := Verdict{Rule: p.rule, Place: placeOr(pr.Value.Place, s.Place), Steps: append(append([]policy.Step{}, s.Via...), pr.Value.Via...),
					Address: fmt.Sprintf("%s/%s/Principal.%d", r.Address, sidOf(s), i), Instead: "a role of this account that the vendor assumes with an External ID"}
				v.Outcome, v.Message = p.direct(r, newSubject(pr.Value).narrowed(s), own)
				out.add(fmt.Sprint(r.Address, placeOr(pr.Value.Slot, pr.Value.Place)), v)
			}
		}
	}
	out.tell(p.tell)
}

func sidOf(s *policy.Statement) string {
	if s.Sid != "" {
		return s.Sid
	}
	return fmt.Sprint(s.Index)
}

// namesOwn reports whether a policy names principals of whoever deploys it, beside which
// a parameter for an account is somebody else's.
func (p *pass) namesOwn(d *policy.Document) bool {
	for _, s := range d.Statements {
		for _, pr := range s.Principals {
			if owner, _ := p.facts.owner(newSubject(pr.Value), false); pr.Type == "AWS" && owner == Own {
				return true
			}
		}
	}
	return false
}

func (p *pass) direct(r *policy.Resource, subjects []subject, besideOwn bool) (Outcome, string) {
	out, message := Pass, ""
	for _, s := range subjects {
		if s.everyone || s.value != nil && strings.Contains(s.value.Sketch(), ":iam::cloudfront:") {
			continue // public, or a service's identity: no vendor
		}
		owner, name := p.facts.owner(s, false)
		if owner == Unknown && besideOwn && s.hole != nil && s.hole.Origin == policy.Parameter && strings.Contains(squeezed(s.hole.Name), "account") {
			owner = Foreign
		}
		switch owner {
		case Own, AWS:
		case Foreign:
			if name == "" {
				name = "a vendor"
			}
			return Fail, fmt.Sprintf("%s lets %s in directly", r.Name, name)
		default:
			out, message = Unresolved, whose(s)
		}
	}
	return out, message
}

// permission judges the permission of a function, which has a principal but no policy.
func (p *pass) permission(r *policy.Resource) {
	for _, w := range policy.Worlds(nil, r.Props.Get("Principal")) {
		v := r.Props.Get("Principal").In(w)
		if v == nil || strings.HasSuffix(v.Sketch(), ".amazonaws.com") || strings.Contains(v.Sketch(), ".amazonaws.") {
			continue
		}
		outcome, message := p.direct(r, []subject{newSubject(v)}, false)
		p.tell(Verdict{Rule: p.rule, Outcome: outcome, Message: message, Place: placeOr(v.Place, r.Place), Address: r.Address + "/Principal", Steps: v.Via,
			Instead: "a role of this account that the vendor assumes with an External ID"})
	}
}

var userKey = &Check{
	Rule: &finding.Rule{
		ID: "user-key", Kind: Template, Severity: finding.High,
		Title:  "A user's key is made and shown",
		About:  "The template makes a key that lasts, and puts its secret into an output. Everybody who may describe the stack, or read the state, has it.",
		Remedy: "Let the vendor assume a role. If there must be a key, put it into a secret store and nowhere else.",
		Guide:  "Ideally, support a terraform or ansible provider that allows for complete automation of AWS IAM policies.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
	},
	run: func(p *pass) {
		for _, r := range p.unit.Resources {
			if r.Type != "AWS::IAM::AccessKey" {
				continue
			}
			shown := false
			for _, o := range p.unit.Outputs {
				if secretOf(o.Value, r) {
					shown = true
					p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: o.Place, Address: "output " + o.Name, Steps: []policy.Step{{Place: r.Place, Message: "the key is made here"}},
						Message: fmt.Sprintf("the %s %s shows the secret of a key", o.Word, o.Name), Instead: "a role that the vendor assumes"})
				}
			}
			if !shown {
				p.pass(r.Place, r.Address)
			}
		}
	},
}

// secretOf reports whether a value holds the secret of a key.
func secretOf(v *policy.Value, key *policy.Resource) bool {
	found := false
	v.Walk(func(x *policy.Value) bool {
		for _, h := range x.Holes() {
			secret := h.Attr == "SecretAccessKey" || h.Attr == "secret"
			found = found || secret && instanceKey.ReplaceAllString(h.Resource, "") == instanceKey.ReplaceAllString(key.Address, "")
		}
		return !found
	})
	return found
}

var nameFixed = &Check{
	Rule: &finding.Rule{
		ID: "name-fixed", Kind: Template, Severity: finding.Low,
		Title:  "A resource has a name that can be guessed",
		About:  "Whoever knows the account's number can ask AWS whether a role, user or bucket of this name is there, without any rights, and so find a vendor's customers. And a second stack in the same account fails.",
		Remedy: "Leave the name out: CloudFormation and name_prefix add a random suffix.",
		Guide:  "Add a random suffix to any IAM, Lambda or other CloudFormation resources established in a customer’s account.",
		Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html",
	},
	run: func(p *pass) {
		for _, r := range p.unit.Resources {
			if prop, ok := nameProps[r.Type]; ok {
				p.name(r, prop)
			}
		}
	},
}

// nameProps are the properties that name a resource, by its type. Inline policies have
// names, too, that nobody can ask for.
var nameProps = map[string]string{
	"AWS::IAM::Role": "RoleName", "AWS::IAM::User": "UserName", "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
	"AWS::IAM::InstanceProfile": "InstanceProfileName", "AWS::Lambda::Function": "FunctionName", "AWS::Serverless::Function": "FunctionName",
	"AWS::S3::Bucket": "BucketName", "AWS::SecretsManager::Secret": "Name",
}

func (p *pass) name(r *policy.Resource, prop string) {
	v := r.Props.Get(prop)
	if v == nil || v.Kind == policy.Null || r.Props.Get("NamePrefix") != nil {
		p.pass(r.Place, r.Address+"/"+prop)
		return
	}
	var out decided
	for _, w := range policy.Worlds(nil, v) {
		x := v.In(w)
		verdict := Verdict{Rule: p.rule, Place: placeOr(x.Sure().Place, r.Place), Address: r.Address + "/" + prop, Steps: x.Sure().Via, Instead: "no name, or one with a random suffix"}
		verdict.Outcome, verdict.Message = p.named(r, x)
		verdict.name, _ = x.Known()
		if verdict.Outcome == Fail {
			verdict.Message += byDefault(w, x)
		}
		out.add(r.Address, verdict)
	}
	out.tell(p.tell)
}

func (p *pass) named(r *policy.Resource, v *policy.Value) (Outcome, string) {
	if v == nil || v.Kind == policy.Null {
		return Pass, ""
	}
	if text, ok := v.Known(); ok && text == "" {
		return Pass, ""
	}
	for _, h := range v.Holes() {
		if strings.HasPrefix(h.Name, "random_") {
			return Pass, "" // a name needs less chance than a secret
		}
		switch h.Origin {
		case policy.OwnAccount, policy.Ambient, policy.OrgID:
		case policy.OwnStack:
			if h.Name == "AWS::StackId" {
				return Pass, ""
			}
		case policy.Random, policy.OfResource, policy.Issued, policy.Secret:
			return Pass, ""
		default:
			return Unresolved, "what is " + r.Name + " called? " + why(h)
		}
	}
	return Fail, "the name of " + r.Name + " can be guessed"
}
