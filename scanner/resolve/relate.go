package resolve

import (
	"cmp"
	"slices"

	"github.com/deputy-sec/deputy/scanner/collect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// pairReach is how far apart, in bytes, a key ID and its secret stand at most:
// further than any credentials file, form or log line keeps them.
const pairReach = 1 << 10

// relate makes findings that belong together point at each other: a key ID and
// the secret found with it, a key and the account that it encodes.
func relate(values []*value) {
	relatePairs(values)
	relateAccounts(values)
	for _, v := range values {
		slices.SortFunc(v.finding.Related, func(a, b finding.Relation) int {
			return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Fingerprint, b.Fingerprint), cmp.Compare(a.Why, b.Why))
		})
		v.finding.Related = slices.Compact(v.finding.Related)
	}
}

func point(from, to *value, why string) {
	from.finding.Related = append(from.finding.Related,
		finding.Relation{Rule: to.Rule.ID, Fingerprint: to.finding.Fingerprint, Why: why})
}

// keyOccurrence is a key ID's or a secret's place, for pairing within a blob.
type keyOccurrence struct {
	collect.Occurrence
	of *value
}

// companions are the kinds that belong to a key ID, in words.
var companions = map[finding.Kind]string{
	finding.SecretAccessKey: "the secret access key found with it",
	finding.SessionToken:    "the session token found with it",
}

// relatePairs pairs every secret or session token with the nearest key ID of
// its blob.
func relatePairs(values []*value) {
	keys := map[int32][]keyOccurrence{}
	for _, v := range values {
		if v.Rule.Kind == finding.AccessKeyID {
			for _, s := range v.Occurrences {
				keys[s.Content] = append(keys[s.Content], keyOccurrence{s, v})
			}
		}
	}
	for _, v := range values {
		if companions[v.Rule.Kind] == "" {
			continue
		}
		for _, s := range v.Occurrences {
			if key := nearest(keys[s.Content], s); key != nil {
				point(v, key, "the access key ID found with it")
				point(key, v, companions[v.Rule.Kind])
			}
		}
	}
}

func nearest(keys []keyOccurrence, s collect.Occurrence) *value {
	var (
		best  *value
		least int64
	)
	for _, k := range keys {
		d := max(k.Offset-s.Offset, s.Offset-k.Offset)
		switch {
		case d > pairReach:
		case best == nil, d < least, d == least && k.of.Text < best.Text:
			best, least = k.of, d
		}
	}
	return best
}

// relateAccounts links a value that names an account to the finding of that
// account.
func relateAccounts(values []*value) {
	accounts := map[string]*value{}
	for _, v := range values {
		if v.Rule.Kind == finding.AccountID {
			accounts[v.Text] = v
		}
	}
	for _, v := range values {
		account := accounts[v.Best.Account]
		if account == nil || account == v {
			continue
		}
		point(v, account, "the account it belongs to")
		point(account, v, "a key of this account")
	}
}
