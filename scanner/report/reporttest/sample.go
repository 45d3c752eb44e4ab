package reporttest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
	"github.com/deputy-sec/deputy/scanner/report"
)

// Rules of the sample, in the words of real ones.
var (
	account = &finding.Rule{
		ID: "aws-account-id", Kind: finding.AccountID, Severity: finding.Medium, Title: "AWS account ID",
		About: "The number of an AWS account. It is no password, but it is where an attack begins: with it one can guess " +
			"the names of roles and buckets, and pose as the customer towards a vendor.",
		Remedy: "Take it from the environment or a parameter instead of the text. If it belongs to a customer, remove it from " +
			"history as well and tell whoever owns the data; an account ID cannot be changed.",
		Guide:      "Scan for 12 digit AccountIDs in git repos and public documentation.",
		Source:     "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
		LowEntropy: true,
	}
	keyID = &finding.Rule{
		ID: "aws-access-key-id", Kind: finding.AccessKeyID, Severity: finding.Medium, Title: "AWS access key ID",
		About:  "The public half of an AWS key pair. It tells the account it belongs to.",
		Remedy: "If the secret was ever beside it, deactivate the key now and read CloudTrail for its use. Else replace the key by a role.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
	}
	secretKey = &finding.Rule{
		ID: "aws-secret-access-key", Kind: finding.SecretAccessKey, Severity: finding.Critical, Title: "AWS secret access key",
		About:  "The secret half of an AWS key pair. Whoever reads it acts as that user or role from anywhere.",
		Remedy: "Deactivate the key now, then delete it. Read CloudTrail for what was done with it. Removing it from the history does not help.",
		Source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
	}
	externalID = &finding.Rule{
		ID: "aws-external-id", Kind: finding.ExternalID, Severity: finding.High, Title: "External ID",
		About:  "The value that a customer's role demands of a vendor. Whoever knows it can be confused with that customer.",
		Remedy: "Have the customer's role trust a new External ID that you generate, then forget this one.",
		Guide:  "Treat External IDs as secrets: never log, return or accept them.",
	}
)

// Sample is a result with one of everything that a report tells. Its values are
// put together here, so that no file holds one.
func Sample() *report.Result {
	ada := commit("3f2a91c04d", "Ada Lovelace", "ada@example.com", "2024-03-02T09:12:00Z")
	kim := commit("b81d20e7aa", "Kim Nguyễn", "kim@example.com", "2025-11-19T17:40:00+01:00")
	key := &finding.Finding{
		Rule: keyID, Secret: finding.NewSecret("AKIA" + "Z7QOEXAM" + "PLEKWXYZ").WithHead(4),
		Class: finding.Unknown, Severity: finding.High, Confidence: 0.98, Fingerprint: print(2),
		Evidence:  []string{"AKIA and 16 characters of base32: the form of an access key ID", "belongs to account ••••••••4821"},
		Sightings: []finding.Sighting{{Path: "deploy/prod.env", Line: 11, Column: 19, EndColumn: 39, Commit: ada, InHead: true, Layer: finding.WorkTree}},
		First:     ada, Last: ada, InHead: true,
	}
	secret := &finding.Finding{
		Rule: secretKey, Secret: finding.NewSecret(strings.Repeat("sEcReT+/", 5)),
		Class: finding.Unknown, Severity: finding.Critical, Confidence: 0.97, Fingerprint: print(1),
		Evidence:  []string{"40 characters of base64 behind the name AWS_SECRET_ACCESS_KEY", "an access key ID stands beside it"},
		Sightings: []finding.Sighting{{Path: "deploy/prod.env", Line: 12, Column: 23, EndColumn: 63, Commit: ada, InHead: true, Layer: finding.WorkTree}},
		First:     ada, Last: ada, InHead: true,
		Related: []finding.Relation{{Rule: keyID.ID, Fingerprint: print(2), Why: "found with this access key ID"}},
	}
	own := &finding.Finding{
		Rule: account, Secret: finding.NewSecret("9035" + "2277" + "4821"),
		Class: finding.Customer, Severity: finding.High, Confidence: 0.95, Fingerprint: print(3),
		Evidence: []string{"digits in the account field of an ARN", "the inventory calls it customer (Example Corp)"},
		First:    ada, Last: kim, InHead: true,
		Related: []finding.Relation{{Rule: keyID.ID, Fingerprint: print(2), Why: "key of this account"}},
	}
	own.Sightings = append(own.Sightings, finding.Sighting{
		Path: "docs/onboarding.pptx", Inside: []string{"ppt/notesSlides/notesSlide3.xml"}, Place: "slide 3, notes", Extracted: true,
		Line: 12, Column: 5, EndColumn: 17, Commit: kim, InHead: true, Layer: finding.WorkTree,
	})
	for i := range 15 {
		own.Sightings = append(own.Sightings, finding.Sighting{
			Path: fmt.Sprintf("terraform/env-%02d/main.tf", i), Line: 40 + i, Column: 21, EndColumn: 33, Commit: ada, InHead: i < 12, Layer: finding.History,
		})
	}
	message := &finding.Finding{
		Rule: account, Secret: finding.NewSecret("6618" + "0942" + "7350"),
		Class: finding.Unknown, Severity: finding.Medium, Confidence: 0.71, Fingerprint: print(4),
		Evidence:  []string{"12 digits behind the word account"},
		Sightings: []finding.Sighting{{Place: "commit message", Line: 3, Column: 9, EndColumn: 21, Commit: kim, Layer: finding.History}},
		First:     kim, Last: kim,
	}
	gone := &finding.Finding{
		Rule: externalID, Secret: finding.NewSecret("ext-" + "f0e1d2c3b4a5").Opaque(),
		Class: finding.Unknown, Severity: finding.High, Confidence: 0.9, Fingerprint: print(5),
		Evidence:  []string{"a literal value of the condition sts:ExternalId"},
		Sightings: []finding.Sighting{{Path: "iam/trust policy.json", Line: 9, Column: 31, EndColumn: 47, Commit: ada, Layer: finding.History}},
		First:     ada, Last: ada,
	}
	staged := &finding.Finding{
		Rule: account, Secret: finding.NewSecret("7402" + "1965" + "8830"),
		Class: finding.Unknown, Severity: finding.Medium, Confidence: 0.99, Fingerprint: print(6),
		Evidence: []string{"the host of an ECR registry"},
		Sightings: []finding.Sighting{
			{Path: "Dockerfile", Line: 1, Column: 6, EndColumn: 18, Place: "staged", Layer: finding.Staged},
			{Path: "new.txt", Line: 2, Column: 1, EndColumn: 13, Layer: finding.WorkTree},
		},
	}
	return &report.Result{
		Version: "v1.2.3",
		Result: finding.Result{Repository: &finding.Repository{URL: "https://bot:token@example.com/org/repo.git", Revision: strings.Repeat("3f2a91c04d", 4), Branch: "main"},
			Rules:    Rules(),
			Findings: []*finding.Finding{message, key, staged, secret, gone, own},
			Unexamined: []finding.Unexamined{
				{Path: "docs/contract.pdf", Kind: finding.Encrypted, Reason: "encrypted PDF"},
				{Path: "docs/annex.pdf", Place: "image on page 2", Kind: finding.Encrypted, Reason: "encrypted PDF"},
				{Path: "a/1.pdf", Kind: finding.Encrypted, Reason: "encrypted PDF"},
				{Path: "b/2.pdf", Kind: finding.Encrypted, Reason: "encrypted PDF"},
				{Path: "evil\x1b[2J\u202etxt.exe", Kind: finding.Unreadable, Reason: "permission denied"},
				{Kind: finding.Missing, Reason: "3 objects are missing: the clone is partial"},
			},
			Stats:  finding.Stats{Blobs: 41204, Bytes: 312_400_000, Commits: 3234, Files: 812, Seconds: 1.9123},
			Hidden: 7, Allowed: 1,
		}}
}

func commit(start, author, email, date string) *finding.Commit {
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		panic(err)
	}
	return &finding.Commit{Hash: strings.Repeat(start, 4), Author: author, Email: email, Date: at}
}

func print(n int) string { return strings.Repeat(fmt.Sprintf("%02x", n), 16) }

// Random makes a result out of anything: values that also stand in reasons,
// names and places, and texts that attack a terminal.
func Random(seed uint64) *report.Result {
	g := generator{rand.New(rand.NewPCG(seed, 0x7265706f7274))}
	r := &report.Result{Version: g.text(), Result: finding.Result{Rules: []*finding.Rule{account, externalID}, Hidden: g.IntN(3), Allowed: g.IntN(3)}}
	if g.IntN(2) == 0 {
		r.Repository = &finding.Repository{URL: "https://" + g.text() + "/x", Revision: g.text(), Branch: g.text()}
	}
	for range g.IntN(6) {
		r.Findings = append(r.Findings, g.finding())
	}
	for range g.IntN(4) {
		r.Unexamined = append(r.Unexamined, finding.Unexamined{Path: g.text(), Place: g.text(), Kind: finding.Damaged, Reason: g.text()})
	}
	r.Stats = finding.Stats{Blobs: g.Int64(), Bytes: g.Int64(), Commits: g.Int64N(5), Files: g.Int64N(5), Seconds: g.Float64() * 1e5}
	return r
}

type generator struct{ *rand.Rand }

func (g generator) finding() *finding.Finding {
	rules := []*finding.Rule{account, keyID, secretKey, externalID}
	classes := []finding.Class{finding.Unknown, finding.Own, finding.Customer, finding.Vendor, finding.Sample}
	value := g.secret()
	f := &finding.Finding{
		Rule:        rules[g.IntN(len(rules))],
		Secret:      finding.NewSecret(value),
		Class:       classes[g.IntN(len(classes))],
		Severity:    []finding.Severity{finding.Low, finding.Medium, finding.High, finding.Critical}[g.IntN(4)],
		Confidence:  g.Float64(),
		Fingerprint: print(g.IntN(256)),
		InHead:      g.IntN(2) == 0,
		First:       g.commit(value),
		Last:        g.commit(value),
	}
	if g.IntN(3) == 0 {
		f.Secret = f.Secret.WithHead(4)
	}
	if g.IntN(3) == 0 {
		f.Secret = f.Secret.Opaque()
	}
	for range g.IntN(4) {
		f.Evidence = append(f.Evidence, g.telling(value))
	}
	for range g.IntN(8) {
		f.Sightings = append(f.Sightings, g.sighting(value))
	}
	for range g.IntN(5) {
		f.Related = append(f.Related, finding.Relation{Rule: rules[g.IntN(len(rules))].ID, Fingerprint: print(g.IntN(256)), Why: g.telling(value)})
	}
	return f
}

func (g generator) sighting(value string) finding.Sighting {
	s := finding.Sighting{
		Line: g.IntN(100), Column: g.IntN(100), EndColumn: g.IntN(100), Commit: g.commit(value), InHead: g.IntN(2) == 0,
		Layer: []finding.Layer{finding.Plain, finding.WorkTree, finding.Staged, finding.History, finding.Unreachable}[g.IntN(5)],
	}
	if g.IntN(4) > 0 {
		s.Path = g.text()
	}
	if g.IntN(3) == 0 {
		s.Place = g.telling(value)
	}
	for range g.IntN(3) {
		s.Inside = append(s.Inside, g.text())
	}
	return s
}

// commit is of any date that git can hold, years beyond 9999 included.
func (g generator) commit(value string) *finding.Commit {
	if g.IntN(4) == 0 {
		return nil
	}
	return &finding.Commit{
		Hash:   strings.Repeat(fmt.Sprintf("%04x", g.IntN(1<<16)), 10)[:g.IntN(41)],
		Author: g.telling(value), Email: g.telling(value),
		Date: time.Unix(g.Int64()>>g.IntN(40), 0).UTC(),
	}
}

// secret makes a value of 9 to 48 letters and digits: shorter ones turn up in
// the words of a report by chance.
func (g generator) secret() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 9+g.IntN(40))
	for i := range b {
		b[i] = alphabet[g.IntN(len(alphabet))]
	}
	return string(b)
}

// telling makes a text that gives a value away.
func (g generator) telling(value string) string {
	return []string{g.text(), value, "near " + value, value + g.text() + value}[g.IntN(4)]
}

// hostile are pieces that a terminal, a parser or a reader may stumble over.
var hostile = []string{
	"\x1b[31m", "\x1b]0;title\a", "\x9b2J", "\u009b1m", "\n", "\r", "\t", "\x00", "\x7f", "\b\b\b",
	"\u202e", "\u2066", "\u200b", "\ufeff", "\u2028", "\U000e0041", "\xff\xfe", "\xc3", "\ufffd",
	"e\u0301\u0301\u0301\u0301\u0301\u0301", "日本語", "😀", "\"", "\\", "</script>", "%41", "a:b", "../", "//", " ", "-", "x", "1",
}

func (g generator) text() string {
	var out strings.Builder
	for range g.IntN(8) {
		out.WriteString(hostile[g.IntN(len(hostile))])
	}
	return out.String()
}

// Rules are those of the sample.
func Rules() []*finding.Rule { return []*finding.Rule{secretKey, keyID, account, externalID} }

// Explanation explains a rule of the sample.
func Explanation() report.Explanation {
	const found = "123456789012" // the placeholder of AWS's documentation: no scanner minds it
	text := "resource:\n\tRole: arn:aws:iam::" + found + ":role/deploy # and a comment that goes on for longer than a page is wide, as comments do\n"
	at := strings.Index(text, found)
	return report.Explanation{
		Rule:       account,
		Matches:    []report.Example{{Name: "account-field-of-an-arn", Text: text, Values: []report.Value{{Start: at, End: at + len(found)}}}},
		NearMisses: []report.Example{{Name: "tail-of-a-uuid", Text: "id: 0b5c2f5e-9d0c-4d1a-8f6e-0123456789ab"}, {Name: "many-lines", Text: strings.Repeat("line\n", 20)}},
	}
}
