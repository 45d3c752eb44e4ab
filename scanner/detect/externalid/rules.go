package externalid

import "github.com/deputy-sec/deputy/scanner/finding"

// ExternalID is the only rule of the package. It counts as one of low entropy
// because many External IDs are words and short numbers: their fingerprints
// must cost an attacker as much as an account ID's.
var ExternalID = &finding.Rule{
	ID:       "aws-external-id",
	Kind:     finding.ExternalID,
	Severity: finding.High,
	Title:    "AWS External ID",
	About: "The value that a vendor must present when it assumes a customer's role. Whoever knows it, and the role's ARN, can enter both as their own " +
		"into the vendor's product and have the vendor read the customer's account for them: the confused deputy. " +
		"A value that is chosen by a person, short, or the same for every customer protects no one even when it is secret.",
	Remedy: "Have the vendor generate a new External ID, replace it in the role's trust policy, and hand it in as a parameter or from a secret store. " +
		"Replace a weak one by a random UUID.",
	Guide:      "Treat external_id like you would an ssh private key in the UI and backend",
	Source:     "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
	LowEntropy: true,
	Matches:    matches,
	NearMisses: nearMisses,
}
