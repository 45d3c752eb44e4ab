package finding

// Kind says what sort of thing leaked. The values are part of the JSON
// contract.
type Kind string

// The kinds of the contract; GCP and Azure kinds share their prefix.
const (
	AccountID       Kind = "account-id"
	AccessKeyID     Kind = "access-key-id"
	SecretAccessKey Kind = "secret-access-key"
	SessionToken    Kind = "session-token"
	ExternalID      Kind = "external-id"
	PrivateKey      Kind = "private-key"
	Token           Kind = "token"
)

// Severity orders findings by what an attacker gains.
type Severity string

// From least to most urgent.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Rank returns 1 for low to 4 for critical, 0 for anything else.
func (s Severity) Rank() int {
	switch s {
	case Low:
		return 1
	case Medium:
		return 2
	case High:
		return 3
	case Critical:
		return 4
	}
	return 0
}

// Rule is what a detector can report, with the words a user reads about it.
type Rule struct {
	ID         string   // stable, kebab-case: aws-account-id
	Kind       Kind     // what sort of thing it finds
	Severity   Severity // of a finding whose class does not say otherwise
	Title      string   // a noun phrase for lists: "AWS account ID"
	About      string   // a paragraph: what it is and what an attacker gains
	Remedy     string   // what to do now, imperative, one to three sentences
	Guide      string   // the sentence of the vendors' guide it implements, "" if none
	Source     string   // where the format is documented: a URL
	LowEntropy bool     // the value can be enumerated: its fingerprint is derived slowly
	Generic    bool     // it gives way to every other rule that finds the same value
	Homemade   bool     // anybody can make such a value, and tests and documentation do

	Matches    []Example // texts that must be found
	NearMisses []Example // texts that must not
}

// Example is a text that documents a rule and runs as a test. Secrets in it are
// written as placeholders that the acceptance suite expands, so that no
// committed file holds a value that looks real (see detecttest).
type Example struct {
	Name string // the behaviour it shows, kebab-case
	Text string
}
