package checks

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// vendorRoles returns the trust policies by which somebody foreign may assume a role.
func (p *pass) vendorRoles() []*policy.Resource {
	var out []*policy.Resource
	for _, t := range p.facts.trusts {
		if p.facts.lets(t) {
			out = append(out, t.role)
		}
	}
	return out
}

// lets reports whether somebody foreign may assume the role of a trust policy in any
// world.
func (f *facts) lets(t *trust) bool {
	for _, w := range t.worlds {
		d := policy.NewDocument(t.value.In(w))
		denied := demandedByDeny(d)
		for _, s := range d.Statements {
			if s.Allow != policy.True || s.Allows("sts:AssumeRole") != policy.True {
				continue
			}
			for _, pr := range s.Principals {
				if pr.Type != "AWS" {
					continue
				}
				for _, x := range newSubject(pr.Value).narrowed(s) {
					if owner, _ := f.owner(x, t.named[s.Place] || denied); owner == Foreign {
						return true
					}
				}
			}
		}
	}
	return false
}

// address is the logical address of a granting statement.
func (g grant) address() string {
	if g.statement.Sid != "" {
		return g.holder.Address + "/policy/" + g.statement.Sid
	}
	return fmt.Sprintf("%s/policy/%d", g.holder.Address, g.statement.Index)
}

// granted runs a judge over all that the roles hold, and tells what it says in all worlds.
// A judge returns a message for what fails or is open, and Pass with none.
func (p *pass) granted(roles []*policy.Resource, judge func(grant) (Outcome, string), instead string) {
	for _, role := range roles {
		var out decided
		held := heldBy(p.unit, role)
		for _, d := range held.documents {
			grants(role, d, func(g grant) {
				v := Verdict{Rule: p.rule, Place: g.statement.Place, Address: g.address(), Steps: g.statement.Via}
				v.Outcome, v.Message = judge(g)
				if v.Outcome == Fail {
					v.Instead = instead
				}
				out.add(fmt.Sprint(role.Address, g.statement.Place), v)
			})
		}
		out.tell(p.tell)
	}
}

var permBroad = &Check{
	Rule: &finding.Rule{
		ID: "perm-broad", Kind: Template, Severity: finding.Medium,
		Title:  "A vendor's role may do more than it says",
		About:  "The role that a vendor may assume holds a managed policy that reads everything, all actions of a service, or reads data, secrets and keys wherever they are. Whoever gets into the vendor gets all of it.",
		Remedy: "List the actions that the product needs; read data from named resources only. SecurityAudit and ViewOnlyAccess read configuration without data.",
		Guide:  "Use minimal scoping of IAM permissions",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
	},
	run: func(p *pass) {
		roles := p.vendorRoles()
		for _, role := range roles {
			for _, arn := range heldBy(p.unit, role).arns {
				p.managed(role, arn)
			}
		}
		p.granted(roles, broad, "the actions that are needed, on named resources")
	},
}

// tooBroad are managed policies that read, or do, nearly everything.
var tooBroad = map[string]bool{"AdministratorAccess": true, "PowerUserAccess": true, "ReadOnlyAccess": true}

func (p *pass) managed(role *policy.Resource, arn *policy.Value) {
	sketch := arn.Sketch()
	name := sketch[strings.LastIndexByte(sketch, '/')+1:]
	if strings.Contains(sketch, "iam::aws:policy/") && tooBroad[name] {
		p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: placeOr(arn.Place, role.Place), Address: role.Address + "/" + name, Steps: arn.Via,
			Message: "a vendor's role has " + name, Instead: "arn:aws:iam::aws:policy/SecurityAudit, and what is needed beside it"})
		return
	}
	p.pass(placeOr(arn.Place, role.Place), role.Address+"/"+name)
}

// data are actions that read data or secrets, decrypt or invoke.
var data = []string{
	"s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath", "kms:Decrypt",
	"dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:BatchGetItem", "lambda:InvokeFunction", "sqs:ReceiveMessage",
	"kinesis:GetRecords", "rds-data:ExecuteStatement", "codecommit:GitPull", "athena:GetQueryResults", "ssm:SendCommand",
}

func broad(g grant) (Outcome, string) {
	size, _ := scopeOf(g.statement)
	if size == scoped || len(g.statement.Conditions) > 0 {
		return Pass, ""
	}
	message := ""
	switch {
	case len(g.statement.NotActions) > 0:
		message = "a vendor's role may do everything but what NotAction names"
	case wholeService(g.statement) != "":
		message = "a vendor's role may do " + wholeService(g.statement) + " on everything"
	default:
		if action := allowsAny(g.statement, data); action != "" {
			message = "a vendor's role may " + action + " on everything"
		}
	}
	switch {
	case message == "":
		return Pass, ""
	case size == notKnown:
		return Unresolved, "on which resources?"
	}
	return Fail, message
}

// wholeService returns an action of a statement that is all of a service, or all there is.
func wholeService(s *policy.Statement) string {
	for _, a := range s.Actions {
		text, ok := a.Known()
		service, name, found := strings.Cut(text, ":")
		if ok && (text == "*" || found && strings.Trim(name, "*") == "" && service != "") {
			return text
		}
	}
	return ""
}

var permEscalation = &Check{
	Rule: &finding.Rule{
		ID: "perm-escalation", Kind: Template, Severity: finding.High,
		Title:  "A vendor's role can give itself more rights",
		About:  "With these actions on everything the role can write a policy, attach one, or hand a stronger role to a service that it controls. Its other limits mean nothing then.",
		Remedy: "Name the roles and policies; allow attaching only named policies (iam:PolicyARN), or demand a boundary (iam:PermissionsBoundary). A pattern into which the role may put new roles is no limit.",
		Guide:  "When using CloudFormation templates to install resources to a client, take great care that resources created do not introduce un-necessary privileges like invoking lambdas and modifying IAM arbitrarily.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
	},
	run: func(p *pass) {
		roles := p.vendorRoles()
		creates := p.creates(roles)
		p.granted(roles, func(g grant) (Outcome, string) { return escalates(g, creates[g.holder]) }, "named roles, or a condition on iam:PolicyARN or iam:PermissionsBoundary")
	},
}

// escalation are the published ways by which a principal raises its own rights.
var escalation = []string{
	"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile",
	"iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy",
	"iam:AddUserToGroup", "iam:UpdateAssumeRolePolicy", "iam:PassRole", "iam:DeleteRolePermissionsBoundary", "lambda:UpdateFunctionCode",
}

// creates returns the patterns in which each role may create roles.
func (p *pass) creates(roles []*policy.Resource) map[*policy.Resource][]string {
	out := map[*policy.Resource][]string{}
	for _, role := range roles {
		for _, d := range heldBy(p.unit, role).documents {
			grants(role, d, func(g grant) {
				if g.statement.Allows("iam:CreateRole") != policy.True || conditioned(g.statement, "iam:permissionsboundary") {
					return
				}
				for _, r := range g.statement.Resources {
					out[role] = append(out[role], r.Sketch())
				}
			})
		}
	}
	return out
}

func escalates(g grant, creates []string) (Outcome, string) {
	action := allowsAny(g.statement, escalation)
	if action == "" || conditioned(g.statement, "iam:policyarn", "iam:permissionsboundary", "aws:resourcetag", "iam:resourcetag") {
		return Pass, ""
	}
	switch size, by := scopeOf(g.statement); size {
	case everything:
		return Fail, "a vendor's role may " + action + " on everything"
	case notKnown:
		return Unresolved, "on which resources may it " + action + "? " + why(by.Holes()[0])
	}
	for _, r := range g.statement.Resources {
		sketch := r.Sketch()
		if !strings.ContainsAny(sketch, "*?") || strings.Contains(sketch, "aws-service-role") {
			continue
		}
		for _, c := range creates {
			if c == sketch || strings.Trim(c, "*") == "" || Covers(c, sketch) {
				return Fail, "a vendor's role may " + action + " on a pattern into which it can put new roles"
			}
		}
	}
	return Pass, ""
}

// Covers reports whether a pattern holds a text, which may be a pattern itself.
func Covers(pattern, text string) bool { return policy.Glob(pattern, text) }

var permReview = &Check{
	Rule: &finding.Rule{
		ID: "perm-review", Kind: Template, Severity: finding.Low,
		Title:  "A vendor's role may open what a person should look at",
		About:  "To remove a rule that breaks a policy is safe to automate. To create one, or to rewrite who may use a bucket, key or queue, deserves a look.",
		Remedy: "Generate the change and let a person apply it; that needs no permission.",
		Guide:  "But rather than granting permission to modify a policy arbitrarily, consider just generating the suggested policy which requires no permissions. ec2:CreateSecurityGroup - Consider carefully. Prefer generating a policy and letting a human apply with their own credentials.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
	},
	run: func(p *pass) {
		p.granted(p.vendorRoles(), func(g grant) (Outcome, string) {
			if action := allowsAny(g.statement, opening); action != "" && wholeService(g.statement) != "*" {
				return Fail, "a vendor's role may " + action
			}
			return Pass, ""
		}, "a generated change that a person applies")
	},
}

// opening are actions that open something or rewrite who may use it.
var opening = []string{
	"ec2:CreateSecurityGroup", "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress", "s3:PutBucketPolicy", "s3:PutBucketAcl",
	"s3:DeleteBucketPolicy", "kms:PutKeyPolicy", "kms:CreateGrant", "sqs:AddPermission", "sqs:SetQueueAttributes", "sns:AddPermission", "lambda:AddPermission",
}

var helperPrivilege = &Check{
	Rule: &finding.Rule{
		ID: "helper-privilege", Kind: Template, Severity: finding.High,
		Title:  "A helper of the template keeps rights over IAM",
		About:  "Beside the vendor's role the template makes another one, for a custom resource or the execution of stack sets, that may change IAM or invoke any function. It stays in the account when its work is done.",
		Remedy: "Name the resources it works on, or remove it after use. Notify customers who have this version: a stack update can take it away.",
		Guide:  "If the assume-role is deployed via a CloudFormation template, the template should be reviewed for any resources deployed into the customer account. If excess-privileged resources were left over, customers should be notified with a CVE to clean-up the resource, or a stack modification update should be added to the CFN stack to fix the issue.",
		Source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html",
	},
	run: func(p *pass) {
		vendors := map[*policy.Resource]bool{}
		for _, r := range p.vendorRoles() {
			vendors[r] = true
		}
		if len(vendors) == 0 {
			return
		}
		var helpers []*policy.Resource
		for _, r := range p.unit.Resources {
			if r.Type == "AWS::IAM::Role" && !vendors[r] {
				helpers = append(helpers, r)
			}
		}
		for _, role := range helpers {
			for _, arn := range heldBy(p.unit, role).arns {
				if sketch := arn.Sketch(); strings.HasSuffix(sketch, "/AdministratorAccess") || strings.HasSuffix(sketch, "/IAMFullAccess") || strings.HasSuffix(sketch, "/PowerUserAccess") {
					p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: placeOr(arn.Place, role.Place), Address: role.Address, Steps: arn.Via,
						Message: "the helper " + role.Name + " has " + sketch[strings.LastIndexByte(sketch, '/')+1:], Instead: "the actions that are needed, on named resources"})
				}
			}
		}
		p.granted(helpers, helps, "named resources, or no role that stays")
	},
}

// writes are what a helper does to IAM, beyond the ways to raise its rights.
var writes = append([]string{"iam:CreateRole", "iam:CreateUser", "iam:CreatePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "lambda:InvokeFunction"}, escalation...)

func helps(g grant) (Outcome, string) {
	action := allowsAny(g.statement, writes)
	if action == "" || conditioned(g.statement, "iam:policyarn", "iam:permissionsboundary", "aws:resourcetag", "iam:resourcetag", "iam:passedtoservice") {
		return Pass, ""
	}
	switch size, by := scopeOf(g.statement); size {
	case everything:
		return Fail, fmt.Sprintf("the helper %s may %s on everything", g.holder.Name, action)
	case notKnown:
		return Unresolved, "on which resources may it " + action + "? " + why(by.Holes()[0])
	}
	return Pass, ""
}

var sessionLength = &Check{
	Rule: &finding.Rule{
		ID: "session-length", Kind: Template, Severity: finding.Low,
		Title:  "A vendor's sessions last longer than an hour",
		About:  "Credentials that leak from the vendor work until the session ends.",
		Remedy: "Leave MaxSessionDuration out: the default is 3600 seconds.",
		Guide:  "Use minimal scoping of IAM permissions",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use.html",
	},
	run: func(p *pass) {
		for _, role := range p.vendorRoles() {
			v := role.Props.Get("MaxSessionDuration").In(policy.Default())
			text, ok := v.Known()
			seconds := 0
			if ok {
				_, _ = fmt.Sscan(text, &seconds)
			}
			if seconds > 3600 {
				p.tell(Verdict{Rule: p.rule, Outcome: Fail, Place: placeOr(v.Place, role.Place), Address: role.Address, Steps: v.Via,
					Message: fmt.Sprintf("the vendor's sessions last %d seconds", seconds), Instead: "3600"})
				continue
			}
			p.pass(role.Place, role.Address)
		}
	},
}

var trusteeScope = &Check{
	Rule: &finding.Rule{
		ID: "trustee-scope", Kind: Template, Severity: finding.Medium,
		Title:  "A principal may assume any role of any account",
		About:  "Whoever holds this policy can be sent to assume any role that trusts it: the deputy that is confused.",
		Remedy: "Name the roles: arn:aws:iam::*:role/<name> where the accounts are not known. Or narrow it by aws:ResourceAccount or a tag of the role.",
		Guide:  "When using “root” any principal in the 3rd party AWS account with sts:assumeRole on * could assume the client’s role.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html",
	},
	run: func(p *pass) {
		var out decided
		for _, r := range append(append([]*policy.Resource{}, p.unit.Resources...), p.unit.Loose...) {
			for _, d := range ownPolicies(r) {
				grants(r, d, func(g grant) {
					v := Verdict{Rule: p.rule, Place: g.statement.Place, Address: g.address(), Steps: g.statement.Via, Instead: "arn:aws:iam::*:role/<name>"}
					if namesAssume(g.statement) {
						v.Outcome, v.Message = assumes(g.statement)
						out.add(fmt.Sprint(r.Address, g.statement.Place), v)
					}
				})
			}
		}
		out.tell(p.tell)
	},
}

// ownPolicies returns the identity policies that a resource is or has.
func ownPolicies(r *policy.Resource) []*policy.Value {
	switch r.Type {
	case "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group":
		var out []*policy.Value
		for _, p := range settled(r.Props.Get("Policies")) {
			out = append(out, p.Get("PolicyDocument"))
		}
		return out
	case "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy":
		return []*policy.Value{r.Props.Get("PolicyDocument")}
	}
	return nil
}

// namesAssume reports whether an action of a statement is about assuming roles, and not
// about everything there is.
func namesAssume(s *policy.Statement) bool {
	for _, a := range s.Actions {
		if text, ok := a.Known(); ok && strings.HasPrefix(strings.ToLower(text), "sts:") && policy.Glob(strings.ToLower(text), "sts:assumerole") {
			return true
		}
	}
	return false
}

func assumes(s *policy.Statement) (Outcome, string) {
	if conditioned(s, "aws:resourceaccount", "aws:resourceorg", "aws:resourcetag/", "iam:resourcetag/") {
		return Pass, ""
	}
	for _, r := range s.Resources {
		sketch := r.Sketch()
		fields := strings.SplitN(sketch, ":", 6)
		switch {
		case strings.Trim(sketch, "*") == "" && sketch != "":
			return Fail, "any role of any account may be assumed"
		case len(fields) == 6 && fields[4] == "*" && (fields[5] == "role/*" || fields[5] == "*"):
			return Fail, "any role of any account may be assumed"
		case sketch == string(policy.Mark) && r.Holes()[0].Origin != policy.OfResource:
			return Unresolved, "which roles may be assumed? " + why(r.Holes()[0])
		}
	}
	return Pass, ""
}
