package exact

import "github.com/deputy-sec/deputy/scanner/finding"

// Trace is the kind of what is neither an account nor an External ID.
const Trace finding.Kind = "trace"

const (
	guide  = "Ensure that all traces of externalIds and customer AWS account IDs are removed when customers are off-boarded or integrations removed."
	remedy = "Remove it: from files and tables by hand, from a history by the expressions that deputy trace --purge writes."
)

// Rule returns the rule of a kind.
func Rule(k Kind) *finding.Rule { return rules[k] }

// rules has one for each kind of value. They are of low entropy: names and accounts can be
// tried out, so their fingerprints must be dear.
var rules = func() map[Kind]*finding.Rule {
	out := map[Kind]*finding.Rule{}
	for kind, r := range map[Kind]struct {
		kind  finding.Kind
		title string
	}{
		Account:    {finding.AccountID, "account of the customer"},
		ExternalID: {finding.ExternalID, "External ID of the customer"},
		Role:       {Trace, "role of the customer"},
		Domain:     {Trace, "domain of the customer"},
		Name:       {Trace, "name of the customer"},
		Other:      {Trace, "value of the customer"},
	} {
		out[kind] = &finding.Rule{
			ID: "trace-" + string(kind), Kind: r.kind, Severity: finding.High, Title: r.title,
			About:  "What belonged to a customer that was off-boarded is still here.",
			Remedy: remedy, Guide: guide, LowEntropy: true,
		}
	}
	return out
}()
