package awsaccount

import "github.com/deputy-sec/deputy/scanner/finding"

var rule = &finding.Rule{
	ID:       "aws-account-id",
	Kind:     finding.AccountID,
	Severity: finding.Medium,
	Title:    "AWS account ID",
	About: "The number of an AWS account. It is no password, but it is where an attack begins: with it one can list the account's public " +
		"resources and guess the names of its roles and buckets, try to assume roles that trust too much, and pose as the customer towards " +
		"a vendor whose integration needs no more than the account and an External ID.",
	Remedy: "Take it from the environment, a parameter or a data source instead of the text. If it belongs to a customer, remove it from " +
		"history as well and tell whoever owns the data; an account ID cannot be changed.",
	Guide:      "Scan for 12 digit AccountIDs (or GCP or Azure identifiers) in git repos and public documentation and presentations.",
	Source:     "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
	LowEntropy: true,
	Matches:    matches,
	NearMisses: nearMisses,
}
