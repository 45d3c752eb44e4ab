package policy

// Unit is what is deployed together: a template with the resources in it, a module with
// the modules that it calls. Whose a principal is is asked within it.
type Unit struct {
	Word      string // template, module, policy
	File      *File
	Resources []*Resource
	Inputs    []*Input
	Outputs   []*Output
	// Loose are policies that stand in no resource: documents by themselves.
	Loose []*Resource
	Given []*Given
	// Operations are what an API spec promises.
	Operations []*Operation
}

// Given is an External ID that stands in an argument so named.
type Given struct {
	Address string
	Place   Place
	Value   *Value
}

// Resource is a resource of a template.
type Resource struct {
	Address string // logical, unique in its unit: Role, module.x.aws_iam_role.y
	Name    string // the last part of it
	Type    string // in CloudFormation's words: AWS::IAM::Role
	Word    string // as the file writes the type
	Place   Place  // of its name
	Exists  *Cond  // nil: always
	Props   *Value // in CloudFormation's words
	// Many is set if it is made once for each of many accounts.
	Many Place
	Text *File // the file that it stands in
	// Allow are the marks in its metadata: rule to reason.
	Allow map[string]string
	// Account names the account or provider that it is made in, "" for the default.
	Account string
	// Example is set for what documentation shows, which nobody deploys as it is.
	Example bool
}

// Output is what a template or module returns.
type Output struct {
	Name   string
	Word   string // output, export
	Place  Place
	Value  *Value
	Hidden bool // sensitive
	Exists *Cond
}
