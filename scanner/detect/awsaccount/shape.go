package awsaccount

import "bytes"

// shape is a notation around the digits that tells what they are.
type shape struct {
	signal
	is func(p *place) bool
}

// shapes are the notations of AWS, the surest first; only the first that holds
// counts.
var shapes = []shape{
	{signal{decisive, "digits in the account field of an ARN"}, arnAccount},
	{signal{decisive, "host name of an ECR registry"}, tailBegins(".dkr.ecr", ".dkr-ecr", ".ecr.")},
	{signal{decisive, "sign-in address of the account"}, tailBegins(".signin.aws", ".signin.amazonaws", ".awsapps.com")},
	{signal{decisive, "account in the address of an AWS resource"}, awsAddress},
	{signal{decisive, "account before an IAM principal or resource"}, tailBegins(
		":root", ":role/", ":user/", ":assumed-role/", ":federated-user/", ":group/", ":policy/", ":instance-profile/", ":mfa/",
		":saml-provider/", ":oidc-provider/", ":role:", ":user:", ":function:", ":table/", ":key/", ":alias/", ":secret:",
		":log-group:", ":cluster/", ":repository/", ":stack/", ":parameter/", ":instance/", ":security-group/", ":vpc/",
		":subnet/", ":rule/", ":event-bus/", ":stateMachine:", ":loadbalancer/", ":targetgroup/", ":certificate/", ":layer:")},
	{signal{decisive, "environment of the AWS CDK (aws://account/region)"}, headEnds("aws://")},
	{signal{decisive, "folder of AWS service logs (AWSLogs/account)"}, headEnds("AWSLogs/")},
	{signal{decisive, "file name of AWS service logs"}, tailBegins("_CloudTrail_", "_CloudTrail-", "_elasticloadbalancing_", "_vpcflowlogs_", "_Config_", "_network-firewall_", "_waflogs_")},
	{signal{decisive, "account field of a VPC flow log"}, flowLog},
	{signal{decisive, "account in a key of the CDK context"}, headEnds(":account=", "account=")},
	{signal{decisive, "name of a bucket that AWS creates per account"}, serviceBucket},
	{signal{5, "profile of an AWS single sign-on role"}, signOnProfile},
	{signal{4, "in a name next to an AWS region"}, besideRegion},
	{signal{3.5, "in the resource of an ARN"}, arnResource},
	{signal{3, "between the colons of a resource name"}, betweenColons},
	{signal{5, "account parameter of a web address"}, accountParameter},
	{signal{2.5, "in the path of accounts"}, headEnds("account/", "accounts/", "account_id/", "accountId/")},
	{signal{2.5, "in the address of an S3 bucket"}, headHas("s3://", "s3a://", "s3n://")},
	{signal{2, "in an address of AWS"}, anyHas("amazonaws.com", "signin.aws", "amazonaws-us-gov.com", "awsapps.com", "console.aws")},
}

func headEnds(suffixes ...string) func(*place) bool {
	return func(p *place) bool {
		for _, s := range suffixes {
			if bytes.HasSuffix(p.head, []byte(s)) {
				return true
			}
		}
		return false
	}
}

func headHas(parts ...string) func(*place) bool {
	return func(p *place) bool {
		for _, s := range parts {
			if bytes.Contains(p.head, []byte(s)) {
				return true
			}
		}
		return false
	}
}

func anyHas(parts ...string) func(*place) bool {
	inHead := headHas(parts...)
	return func(p *place) bool {
		for _, s := range parts {
			if bytes.Contains(p.tail, []byte(s)) {
				return true
			}
		}
		return inHead(p)
	}
}

func tailBegins(prefixes ...string) func(*place) bool {
	return func(p *place) bool {
		after := bytes.TrimLeft(p.after, ")}") // of a regular expression or a reference
		for _, s := range prefixes {
			if bytes.HasPrefix(after, []byte(s)) {
				return true
			}
		}
		return false
	}
}

var arnPrefix = []byte("arn:")

// arn is the ARN that reaches up to the digits.
type arn struct {
	sought bool
	fields [][]byte // the one with the digits left out; nil if there is no ARN
}

// arnFields returns the fields of the ARN that reaches up to the digits, the
// one with the digits left out; nil if there is none.
func arnFields(p *place) [][]byte {
	if !p.arn.sought {
		p.arn = arn{true, findARN(p.line)}
	}
	return p.arn.fields
}

// findARN cuts the ARN at the end of a line into its fields. References in it may
// hold colons: arn:${AWS::Partition}:iam::
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func findARN(line []byte) [][]byte {
	const longest = 300
	text := tail(line, longest)
	at := lastIndex(text, arnPrefix)
	if at < 0 {
		return nil
	}
	var (
		fields [][]byte
		from   = at
		nested = 0
	)
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{':
			nested++
		case c == '}':
			nested--
		case nested > 0:
		case c == ':':
			fields = append(fields, text[from:i])
			from = i + 1
		case c == '"' || c == '\'' || c == '`' || c == ',' || c == ';' || c == '|':
			return nil
		case c == ' ' && i != len(text)-1:
			return nil
		}
	}
	return append(fields, text[from:])
}

// lastIndex does what bytes.LastIndex does. That one goes byte by byte; this one
// is fast where sep does not occur, as it hardly ever does.
func lastIndex(text, sep []byte) int {
	last := -1
	for at := 0; ; {
		i := bytes.Index(text[at:], sep)
		if i < 0 {
			return last
		}
		last = at + i
		at = last + 1
	}
}

func inARN(p *place) bool { return arnFields(p) != nil }

// arnAccount holds where the digits are the fifth field, or another field alone
// in an ARN with one too few or too many.
func arnAccount(p *place) bool {
	f := arnFields(p)
	if len(f) < 4 || len(bytes.TrimSpace(f[len(f)-1])) > 0 {
		return false
	}
	if len(f) == 5 {
		return true
	}
	return p.next(1) == ':'
}

func arnResource(p *place) bool { return len(arnFields(p)) >= 5 }

func betweenColons(p *place) bool {
	return p.prev(1) == ':' && p.next(1) == ':' && isLetter(p.next(2)) && (len(p.head) == 1 || !isDigit(p.prev(2)))
}

// awsAddress holds for the path of a queue's URL and for the host names of
// access points and the like.
func awsAddress(p *place) bool {
	aws := []byte("amazonaws.com")
	if i := bytes.Index(p.head, aws); i >= 0 {
		return bytes.IndexByte(p.head[i:], '/') == len(p.head[i:])-1
	}
	return (p.prev(1) == '/' || p.prev(1) == 0 || separates(p.prev(1)) || p.prev(1) == '-') &&
		p.next(1) == '.' && bytes.Contains(p.tail, aws)
}

// accountParameter holds for ?account=ID and &accountId=ID.
func accountParameter(p *place) bool {
	if p.prev(1) != '=' {
		return false
	}
	i := bytes.LastIndexAny(p.head, "?&#")
	if i < 0 {
		return false
	}
	r := readBack(p.head[i:])
	return r.kind == account && !r.other
}

// flowLog holds for "2 account eni-…", the begin of a default flow log record.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
func flowLog(p *place) bool {
	return bytes.HasPrefix(p.after, []byte(" eni-")) && p.prev(1) == ' ' && isDigit(p.prev(2))
}

// serviceBuckets are the prefixes of the buckets that services create with the
// account, and mostly the region, in their name.
var serviceBuckets = [][]byte{
	[]byte("cdk-hnb659fds-"), []byte("cf-templates-"), []byte("aws-logs-"), []byte("elasticbeanstalk-"), []byte("sagemaker-"),
	[]byte("aws-glue-"), []byte("aws-athena-query-results-"), []byte("config-bucket-"), []byte("aws-cloudtrail-logs-"),
	[]byte("codepipeline-"), []byte("cloudtrail-awslogs-"), []byte("aws-sam-cli-"), []byte("aws-emr-"), []byte("do-not-delete-gatedgarden-"),
	[]byte("stackset-"), []byte("awsconfigconforms"), []byte("aws-controltower-"), []byte("aws-quicksetup-"), []byte("aws-codestar-"),
}

func serviceBucket(p *place) bool {
	name := p.head[bytes.LastIndexByte(p.head, '/')+1:]
	name = name[bytes.LastIndexByte(name, ':')+1:]
	for _, b := range serviceBuckets {
		if bytes.HasPrefix(name, b) {
			return true
		}
	}
	return false
}

// signOnRoles are the beginnings of the predefined permission sets.
// https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetpredefined.html
var signOnRoles = [][]byte{[]byte("AWS"), []byte("AdministratorAccess"), []byte("ReadOnly"), []byte("ViewOnly"), []byte("PowerUser")}

// signOnProfile holds for AdministratorAccess-123456789012 and its reverse, the
// names that aws configure sso and the portal make.
func signOnProfile(p *place) bool {
	if bytes.Contains(p.head, []byte("://")) {
		return false
	}
	if (p.prev(1) == '-' || p.prev(1) == '_') && bytes.HasSuffix(p.head[:len(p.head)-1], []byte("Access")) {
		return true
	}
	for _, role := range signOnRoles {
		if len(p.tail) > 0 && (p.tail[0] == '-' || p.tail[0] == '_') && bytes.HasPrefix(p.tail[1:], role) {
			return true
		}
	}
	return false
}

// besideRegion holds where a region is joined to the digits, with at most one
// separator: ID-us-east-1, us-east-1/ID, us-east-1:ID.
func besideRegion(p *place) bool {
	if n := len(p.head); n > 1 && !isAlnum(p.head[n-1]) && endsInRegion(p.head[:n-1]) {
		return true
	}
	return len(p.tail) > 1 && !isAlnum(p.tail[0]) && regionLength(p.tail[1:]) > 0
}
