package finding

import "strings"

// Order says in which order to act on a finding of a rule, a sentence each. What can be
// changed is changed first: a rewritten history is still in every clone. What cannot, as an
// account ID, is taken out of sight. Whom it belongs to is told in the end, when there is
// something to tell.
func (r *Rule) Order() []string {
	for _, o := range orders {
		if o.kind == r.Kind || strings.HasSuffix(string(o.kind), "-") && strings.HasPrefix(string(r.Kind), string(o.kind)) {
			return []string{o.rotate, o.purge, o.notify}
		}
	}
	return nil
}

const (
	fromHistory = "Purge: take it out of the files, then out of the history (deputy purge), and have every clone made anew."
	toOwner     = "Notify whoever owns what it opens, with what the logs say of its use."
)

// orders are by kind; one that ends in a hyphen is for all that begin so. Of External IDs and
// accounts the vendors' guide says what customers must be told.
var orders = []struct {
	kind                  Kind
	rotate, purge, notify string
}{
	{AccountID, "Rotate: an account ID cannot be changed; change the External ID and the role's name if they stood beside it.",
		"Purge: deputy fix replaces it in the files, deputy purge in the history; the one account of your integration may stay, allowed by name.",
		"Notify the customer whose account it is; where it was granted access to resources directly, the policy must be changed and customers told."},
	{ExternalID, "Rotate: generate a new one, have the customer's role trust that, then forget this one.", fromHistory,
		"Notify the customer, whose trust policy must change; those with a weak or chosen External ID first."},
	{AccessKeyID, "Rotate: deactivate the key if its secret was ever beside it, and read CloudTrail for its use.", fromHistory, toOwner},
	{SecretAccessKey, "Rotate: deactivate the key now, then delete it, and read CloudTrail for its use.", fromHistory, toOwner},
	{SessionToken, "Rotate: revoke the role's older sessions; a token expires, what it was used for does not.", fromHistory, toOwner},
	{PrivateKey, "Rotate: make a new key and replace or revoke the old one wherever it is trusted.", fromHistory, toOwner},
	{Token, "Rotate: revoke it where it was issued.", fromHistory, toOwner},
	{"gcp-", "Rotate: delete the key or token where it was issued; what only names a project cannot be changed.", fromHistory, toOwner},
	{"azure-", "Rotate: replace the secret where it was issued; what only names a tenant or subscription cannot be changed.", fromHistory, toOwner},
}
