package checks

import (
	"strings"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// The examples document the rules and run as tests. Most are one statement of a trust
// policy, in a frame that is the same for all. In them
//
//	464622532012   is an account that a vendor publishes
//	127311923021   is one of AWS's (ELB logs)
//	111122223333   is nobody's, as far as we know
//	444455556666   is our own by --accounts, 777788889999 a vendor's
//
// and literal External IDs are placeholders («…»), made when the test runs.

const vendorRole = "arn:aws:iam::464622532012:role/service"

// trusting is a template with a role whose trust policy has the given statements.
func trusting(statements ...string) string {
	return `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
` + list(statements, "          ")
}

// with puts declarations in front of a template.
func with(declarations, template string) string {
	return strings.TrimPrefix(declarations, "\n") + template
}

func list(items []string, indent string) string {
	var b strings.Builder
	for _, s := range items {
		mark := "- "
		for line := range strings.Lines(strings.Trim(s, "\n") + "\n") {
			b.WriteString(indent + mark + line)
			mark = "  "
		}
	}
	return b.String()
}

// allow is a statement that lets a principal assume the role, with a condition or "".
func allow(principal, condition string) string {
	s := "Effect: Allow\nAction: sts:AssumeRole\nPrincipal: {AWS: " + principal + "}"
	if condition != "" {
		s += "\nCondition: " + condition
	}
	return s
}

const givenID = "{StringEquals: {sts:ExternalId: !Ref ExternalId}}"

func example(name, text string) finding.Example { return finding.Example{Name: name, Text: text} }

func init() {
	describe(trustRoot,
		[]finding.Example{
			example("root-of-a-published-vendor", trusting(allow("arn:aws:iam::464622532012:root", givenID))),
			example("twelve-digits", trusting(allow(`"464622532012"`, givenID))),
			example("twelve-digits-as-a-number", trusting(allow("464622532012", givenID))),
			example("everybody", trusting(allow(`"*"`, givenID))),
			example("root-of-the-inventory", trusting(allow("arn:aws:iam::777788889999:root", ""))),
			example("unknown-account-that-must-bring-an-external-id", trusting(allow("arn:aws:iam::111122223333:root", givenID))),
			example("parameter-for-the-account", with(`
Parameters:
  Vendor: {Type: String}
`, trusting(allow(`!Sub "arn:aws:iam::${Vendor}:root"`, givenID)))),
			example("default-of-a-parameter", with(`
Parameters:
  Vendor: {Type: String, Default: "464622532012"}
`, trusting(allow(`!Sub "arn:${AWS::Partition}:iam::${Vendor}:root"`, givenID)))),
			example("joined", trusting(allow(`!Join [":", ["arn:aws:iam:", "464622532012", root]]`, givenID))),
			example("narrowed-by-everything", trusting(allow("arn:aws:iam::464622532012:root", `{ArnLike: {aws:PrincipalArn: "*"}}`))),
			example("narrowed-by-root-again", trusting(allow("arn:aws:iam::464622532012:root", `{ArnLike: {aws:PrincipalArn: "arn:aws:iam::464622532012:root"}}`))),
			example("narrowed-by-the-account-again", trusting(allow("arn:aws:iam::464622532012:root", `{ArnLike: {aws:PrincipalArn: "arn:aws:iam::464622532012:*"}}`))),
			example("everybody-of-an-account", trusting(allow(`"*"`, `{StringEquals: {aws:PrincipalAccount: "464622532012"}}`))),
			example("mapping", with(`
Mappings:
  Vendors: {prod: {Account: "464622532012"}}
`, trusting(allow(`!Sub ["arn:aws:iam::${A}:root", {A: !FindInMap [Vendors, prod, Account]}]`, givenID)))),
			example("same-account-in-another-statement", trusting(
				allow("arn:aws:iam::111122223333:role/service", givenID), allow("arn:aws:iam::111122223333:root", ""))),
		},
		[]finding.Example{
			example("role-of-the-vendor", trusting(allow(vendorRole, givenID))),
			example("narrowed-to-a-role", trusting(allow("arn:aws:iam::464622532012:root", `{ArnLike: {aws:PrincipalArn: "arn:aws:iam::464622532012:role/service-*"}}`))),
			example("own-account", trusting(allow(`!Sub "arn:aws:iam::${AWS::AccountId}:root"`, givenID))),
			example("own-account-by-number", trusting(allow("!Ref AWS::AccountId", ""))),
			example("own-in-the-inventory", trusting(allow("arn:aws:iam::444455556666:root", givenID))),
			example("own-organisation", trusting(allow(`"*"`, `{StringEquals: {aws:PrincipalOrgID: o-exampleorgid}}`))),
			example("everybody-narrowed-to-the-own-account", trusting(allow(`"*"`, `{StringEquals: {aws:PrincipalAccount: !Ref AWS::AccountId}}`))),
			example("account-of-aws", trusting(allow("arn:aws:iam::127311923021:root", ""))),
			example("service", trusting("Effect: Allow\nAction: sts:AssumeRole\nPrincipal: {Service: lambda.amazonaws.com}")),
			example("deny", trusting("Effect: Deny\nAction: sts:AssumeRole\nPrincipal: {AWS: \"*\"}", allow(vendorRole, givenID))),
			example("role-of-the-same-template", trusting(allow("!GetAtt Other.Arn", ""))+`  Other:
    Type: AWS::IAM::Role
    Properties: {}
`),
			example("only-sessions-are-tagged", trusting("Effect: Allow\nAction: [sts:TagSession, sts:SetSourceIdentity]\nPrincipal: {AWS: \"464622532012\"}")),
			example("account-that-nobody-knows", trusting(allow("arn:aws:iam::111122223333:root", ""))),
			example("branch-that-the-default-does-not-take", with(`
Parameters:
  Wide: {Type: String, Default: "no"}
Conditions:
  IsWide: !Equals [!Ref Wide, "yes"]
`, trusting(allow("!If [IsWide, 'arn:aws:iam::464622532012:root', '"+vendorRole+"']", givenID)))),
		},
		example("account-that-nobody-knows", trusting(allow("arn:aws:iam::111122223333:root", ""))),
		example("parameter-without-a-default", with(`
Parameters:
  Trusted: {Type: String}
`, trusting(allow("!Ref Trusted", "")))),
		example("role-or-account-of-a-vendor", with(`
Parameters:
  Principal: {Type: String}
`, trusting(allow("!Ref Principal", givenID)))),
		example("import", trusting(allow("!ImportValue VendorArn", ""))),
		example("condition-that-nobody-decides", with(`
Parameters:
  Wide: {Type: String}
Conditions:
  IsWide: !Equals [!Ref Wide, "yes"]
`, trusting(allow("!If [IsWide, 'arn:aws:iam::464622532012:root', '"+vendorRole+"']", givenID)))),
	)
	describe(extidMissing,
		[]finding.Example{
			example("published-vendor", trusting(allow(vendorRole, ""))),
			example("sts-wildcard", trusting("Effect: Allow\nAction: sts:*\nPrincipal: {AWS: "+vendorRole+"}")),
			example("vendor-of-the-inventory", trusting(allow("arn:aws:iam::777788889999:role/service", ""))),
			example("vanishes-by-default", with(`
Parameters:
  ExternalId: {Type: String, Default: ""}
Conditions:
  HasId: !Not [!Equals [!Ref ExternalId, ""]]
`, trusting(allow("arn:aws:iam::111122223333:role/service", "!If [HasId, "+givenID+", !Ref AWS::NoValue]")))),
			example("another-statement-demands-one", trusting(allow(vendorRole, givenID), allow("arn:aws:iam::464622532012:role/other", ""))),
			example("another-condition", trusting(allow(vendorRole, `{Bool: {aws:MultiFactorAuthPresent: "true"}}`))),
			example("absence-is-demanded", trusting(allow(vendorRole, `{"Null": {sts:ExternalId: "true"}}`))),
			example("policy-as-json-in-yaml", `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: |
        {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
          "Principal": {"AWS": "`+vendorRole+`"}}]}
`),
		},
		[]finding.Example{
			example("demanded", trusting(allow(vendorRole, givenID))),
			example("demanded-in-other-letters", trusting(allow(vendorRole, "{StringEquals: {sts:externalID: !Ref ExternalId}}"))),
			example("demanded-by-a-deny", trusting(allow(vendorRole, ""),
				"Effect: Deny\nAction: sts:AssumeRole\nPrincipal: {AWS: \"*\"}\nCondition: {StringNotEquals: {sts:ExternalId: !Ref ExternalId}}")),
			example("web-identity", trusting("Effect: Allow\nAction: sts:AssumeRoleWithWebIdentity\nPrincipal: {Federated: accounts.google.com}")),
			example("only-sessions-are-tagged", trusting(allow(vendorRole, givenID), "Effect: Allow\nAction: sts:TagSession\nPrincipal: {AWS: "+vendorRole+"}")),
			example("own-role", trusting(allow("!Sub 'arn:aws:iam::${AWS::AccountId}:role/deploy'", ""))),
			example("narrowed-to-the-own-organisation", trusting(allow("arn:aws:iam::111122223333:root", "{StringEquals: {aws:PrincipalOrgID: !Ref Org}}"))),
			example("account-that-nobody-knows", trusting(allow("arn:aws:iam::111122223333:role/ci", ""))),
			example("chosen-by-default", with(`
Parameters:
  Demand: {Type: String, Default: "true"}
Conditions:
  Demands: !Equals [!Ref Demand, "true"]
`, trusting(allow(vendorRole, "!If [Demands, "+givenID+", !Ref AWS::NoValue]")))),
		},
		example("account-that-nobody-knows", trusting(allow("arn:aws:iam::111122223333:role/ci", ""))),
		example("nobody-decides-the-condition", with(`
Parameters:
  ExternalId: {Type: String}
Conditions:
  HasId: !Not [!Equals [!Ref ExternalId, ""]]
`, trusting(allow(vendorRole, "!If [HasId, "+givenID+", !Ref AWS::NoValue]")))),
		example("condition-from-elsewhere", trusting(allow(vendorRole, "!ImportValue Condition"))),
		example("policy-from-elsewhere", `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: !ImportValue Trust}
`),
	)
	describe(extidWildcard,
		[]finding.Example{
			example("star", trusting(allow(vendorRole, `{StringLike: {sts:ExternalId: "*"}}`))),
			example("part-of-a-value", trusting(allow(vendorRole, `{StringLike: {sts:ExternalId: !Sub "${Prefix}-*"}}`))),
			example("one-of-several", trusting(allow(vendorRole, `{StringLike: {sts:ExternalId: [!Ref ExternalId, "a?c"]}}`))),
			example("default-of-a-parameter", with(`
Parameters:
  ExternalId: {Type: String, Default: "*"}
`, trusting(allow(vendorRole, "{StringLike: {sts:ExternalId: !Ref ExternalId}}")))),
			example("if-exists", trusting(allow(vendorRole, "{StringEqualsIfExists: {sts:ExternalId: !Ref ExternalId}}"))),
			example("for-all-values", trusting(allow(vendorRole, "{'ForAllValues:StringEquals': {sts:ExternalId: !Ref ExternalId}}"))),
			example("negated", trusting(allow(vendorRole, "{StringNotEquals: {sts:ExternalId: !Ref ExternalId}}"))),
			example("any-will-do", trusting(allow(vendorRole, `{"Null": {sts:ExternalId: "false"}}`))),
			example("empty", trusting(allow(vendorRole, `{StringEquals: {sts:ExternalId: ""}}`))),
			example("empty-by-default", with(`
Parameters:
  ExternalId: {Type: String, Default: ""}
`, trusting(allow(vendorRole, givenID)))),
		},
		[]finding.Example{
			example("equals", trusting(allow(vendorRole, givenID))),
			example("like-without-a-wildcard", trusting(allow(vendorRole, "{StringLike: {sts:ExternalId: !Ref ExternalId}}"))),
			example("for-any-value", trusting(allow(vendorRole, "{'ForAnyValue:StringEquals': {sts:ExternalId: !Ref ExternalId}}"))),
			example("present-and-equal", trusting(allow(vendorRole, `{"Null": {sts:ExternalId: "false"}, StringEquals: {sts:ExternalId: !Ref ExternalId}}`))),
			example("absence-is-demanded", trusting(allow("!Ref TrustedAccount", `{"Null": {sts:ExternalId: "true"}}`))),
			example("identity-policy-of-the-caller", `Resources:
  Caller:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: sts:AssumeRole
            Resource: arn:aws:iam::*:role/integration
            Condition: {StringLike: {sts:ExternalId: "*"}}
`),
			example("deny-of-all-others", trusting(allow(vendorRole, ""),
				"Effect: Deny\nAction: sts:AssumeRole\nPrincipal: {AWS: \"*\"}\nCondition: {StringNotEquals: {sts:ExternalId: !Ref ExternalId}}")),
		},
	)
	describe(extidStatic,
		[]finding.Example{
			example("literal", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: «alnum:24»}}"))),
			example("default-of-a-parameter", with(`
Parameters:
  ExternalId: {Type: String, Default: «alnum:24»}
`, trusting(allow(vendorRole, givenID)))),
			example("joined-of-literals", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Join ['-', [«alnum:12», «alnum:12»]]}}"))),
			example("in-a-deny", trusting(allow(vendorRole, ""),
				"Effect: Deny\nAction: sts:AssumeRole\nPrincipal: {AWS: \"*\"}\nCondition: {StringNotEquals: {sts:ExternalId: «alnum:24»}}")),
		},
		[]finding.Example{
			example("parameter-without-a-default", with(`
Parameters:
  ExternalId: {Type: String}
`, trusting(allow(vendorRole, givenID)))),
			example("secret", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: '{{resolve:secretsmanager:vendor:SecretString:id}}'}}"))),
			example("custom-resource", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !GetAtt Generated.Value}}"))),
			example("own-role", trusting(allow("!Sub 'arn:aws:iam::${AWS::AccountId}:role/deploy'", "{StringEquals: {sts:ExternalId: «alnum:24»}}"))),
		},
		example("placeholder", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: your-external-id}}"))),
		example("placeholder-of-a-script", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: <EXTERNAL_ID>}}"))),
	)
	describe(extidSource,
		[]finding.Example{
			example("own-account", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref AWS::AccountId}}"))),
			example("stack-id", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref AWS::StackId}}"))),
			example("part-of-the-stack-id", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Select [2, !Split ['/', !Ref AWS::StackId]]}}"))),
			example("account-and-words", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Sub 'acme-${AWS::AccountId}'}}"))),
			example("number-of-the-customer-at-the-vendor", with(`
Parameters:
  NewRelicAccountNumber: {Type: String}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref NewRelicAccountNumber}}")))),
			example("tenant", with(`
Parameters:
  TenantName: {Type: String}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Sub 'acme-${TenantName}'}}")))),
		},
		[]finding.Example{
			example("parameter-for-it", with(`
Parameters:
  ExternalId: {Type: String}
`, trusting(allow(vendorRole, givenID)))),
			example("one-secret-part", with(`
Parameters:
  ExternalId: {Type: String}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Sub '${AWS::AccountId}-${ExternalId}'}}")))),
			example("uuid-is-demanded", with(`
Parameters:
  TenantId: {Type: String, AllowedPattern: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref TenantId}}")))),
			example("twenty-characters-are-demanded", with(`
Parameters:
  OrgToken: {Type: String, MinLength: 20}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref OrgToken}}")))),
			example("service-that-gives-the-account", trusting(
				"Effect: Allow\nAction: sts:AssumeRole\nPrincipal: {Service: firehose.amazonaws.com}\nCondition: {StringEquals: {sts:ExternalId: !Ref AWS::AccountId}}")),
			example("custom-resource", trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !GetAtt Generated.Value}}"))),
		},
	)
	describe(extidShared,
		[]finding.Example{
			example("parameter-of-a-stack-set", `Parameters:
  ExternalId: {Type: String}
Resources:
  Everywhere:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateURL: https://example.com/role.yaml
      Parameters:
        - {ParameterKey: ExternalId, ParameterValue: !Ref ExternalId}
`),
			example("within-a-stack-set", `Resources:
  Everywhere:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateBody: |
        Parameters:
          Given: {Type: String}
`+indented(trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref Given}}")), "        ")),
			example("organisation", with(`
Parameters:
  OrganizationId: {Type: String}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref OrganizationId}}")))),
		},
		[]finding.Example{
			example("one-account", trusting(allow(vendorRole, givenID))),
			example("several-roles-of-one-account", with(`
Parameters:
  ExternalId: {Type: String}
`, trusting(allow(vendorRole, givenID))+strings.Replace(strings.TrimPrefix(trusting(allow(vendorRole, givenID)), "Resources:\n"), "Role:", "Second:", 1))),
			example("stack-set-without-external-id", `Resources:
  Everywhere:
    Type: AWS::CloudFormation::StackSet
    Properties:
      TemplateURL: https://example.com/role.yaml
      Parameters:
        - {ParameterKey: UseExternalId, ParameterValue: "true"}
`),
		},
	)
	describe(extidOutput,
		[]finding.Example{
			example("output", with(`
Parameters:
  ExternalId: {Type: String, NoEcho: true}
Outputs:
  Id: {Value: !Ref ExternalId}
`, trusting(allow(vendorRole, givenID)))),
			example("export-of-a-part", with(`
Parameters:
  Given: {Type: String, NoEcho: true}
Outputs:
  Summary: {Value: !Sub "assume with ${Given}", Export: {Name: summary}}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref Given}}")))),
			example("plain-parameter-store", `Parameters:
  ExternalId: {Type: String}
Resources:
  Kept: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !Ref ExternalId}}
`),
			example("tag", `Parameters:
  ExternalId: {Type: String}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {Tags: [{Key: id, Value: !Ref ExternalId}]}}
`),
			example("description", `Parameters:
  ExternalId: {Type: String}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {Description: !Sub "for ${ExternalId}"}}
`),
		},
		[]finding.Example{
			example("arn-of-the-role", with(`
Parameters:
  ExternalId: {Type: String}
Outputs:
  Role: {Value: !GetAtt Role.Arn}
`, trusting(allow(vendorRole, givenID)))),
			example("secure-string", `Parameters:
  ExternalId: {Type: String}
Resources:
  Kept: {Type: AWS::SSM::Parameter, Properties: {Type: SecureString, Value: !Ref ExternalId}}
`),
		},
	)
	describe(extidParameter,
		[]finding.Example{
			example("by-name", "Parameters:\n  ExternalId: {Type: String}\nResources:\n  Topic: {Type: AWS::SNS::Topic}\n"),
			example("by-use", with(`
Parameters:
  Given: {Type: String}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref Given}}")))),
		},
		[]finding.Example{
			example("no-echo", with(`
Parameters:
  ExternalId: {Type: String, NoEcho: true}
`, trusting(allow(vendorRole, givenID)))),
			example("switch", "Parameters:\n  UseExternalId: {Type: String, AllowedValues: ['true', 'false']}\nResources:\n  Topic: {Type: AWS::SNS::Topic}\n"),
			example("number-of-an-account", with(`
Parameters:
  AccountNumber: {Type: String}
`, trusting(allow(vendorRole, "{StringEquals: {sts:ExternalId: !Ref AccountNumber}}")))),
		},
	)
	describe(extidLogged,
		[]finding.Example{
			example("python", inline("python3.12", "external_id = event['ResourceProperties']['ExternalId']\nprint(f'got {external_id}')")),
			example("javascript", inline("nodejs20.x", "const externalId = event.ResourceProperties.ExternalId;\nconsole.log('id', externalId);")),
			example("whole-event", inline("python3.12", "print(json.dumps(event))")+`  Call:
    Type: Custom::Register
    Properties: {ServiceToken: !GetAtt Function.Arn, ExternalId: !Ref ExternalId}
`),
			example("whole-event-in-javascript", inline("nodejs20.x", "console.log('REQUEST: ' + JSON.stringify(event));")+`  Call:
    Type: Custom::Register
    Properties: {ServiceToken: !GetAtt Function.Arn, ExternalId: !Ref ExternalId}
`),
		},
		[]finding.Example{
			example("words-only", inline("python3.12", "external_id = event['ResourceProperties']['ExternalId']\nprint('external_id received')")),
			example("part-of-the-event", inline("python3.12", "print(event['RequestType'])")+`  Call:
    Type: Custom::Register
    Properties: {ServiceToken: !GetAtt Function.Arn, ExternalId: !Ref ExternalId}
`),
			example("event-that-holds-none", inline("python3.12", "print(json.dumps(event))")+`  Call:
    Type: Custom::Register
    Properties: {ServiceToken: !GetAtt Function.Arn, RoleArn: !Ref RoleArn}
`),
			example("account-number-so-called", inline("python3.12", "external_id = context.invoked_function_arn.split(':')[4] # account\nprint(external_id)")),
			example("comment", inline("python3.12", "external_id = event['ResourceProperties']['ExternalId']\n# print(external_id)")),
		},
	)
}

func indented(text, by string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(by + line)
	}
	return b.String()
}

// inline is a template with a function of the given source.
func inline(runtime, code string) string {
	return `Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: ` + runtime + `
      Code:
        ZipFile: |
` + indented(code+"\n", "          ")
}

// describe gives a check its examples.
func describe(c *Check, matches, nearMisses []finding.Example, unclear ...finding.Example) {
	c.Rule.Matches, c.Rule.NearMisses, c.Unclear = matches, nearMisses, unclear
}
