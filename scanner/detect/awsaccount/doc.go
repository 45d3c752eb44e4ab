// Package awsaccount finds AWS account IDs: twelve digits that any other twelve
// digits look like. There is no check digit, so that only what stands around
// them tells.
//
// Found are, among others,
//
//	arn:aws:iam::123456789012:role/deploy
//	123456789012.dkr.ecr.eu-west-1.amazonaws.com/app
//	trusted_accounts: ["123456789012", "123456789012"]
//	| production | 1234-5678-9012 |        under a column "AWS account"
//
// and not found are
//
//	account_id: 4f0c2a77-1c1e-4b5e-9d0a-123456789012    a UUID
//	created_at: 202403151230                            a date
//	bank: { account_number: "000123456789" }            a bank's account
//
// How it decides: the neighbouring bytes first ([disguise]: is it a part of a
// hash, a UUID, a fraction, a phone number?), then the notation ([shape]: an ARN,
// a registry, a queue's URL decide at once), and only where neither decides the
// words ([signal]): the key, what encloses it on earlier lines, the heading of
// the column in whatever way the table is written ([tables]), a label on the line
// above, comments, the neighbours in a list, the same digits in an ARN near by,
// and whether AWS is spoken of at all. Signals are log-odds and add up; the
// strongest are the evidence that the user reads.
//
// Digits of which nothing is known get about 0.3: too little to be reported, but
// enough for the same value, confirmed elsewhere in the target, to have all its
// places listed.
//
// Placeholders of documentation (123456789012, 111122223333) are class example,
// recognised by their form; accounts that AWS and vendors publish on purpose
// are class vendor, from vendors.tsv.
//
// Limits: an account ID in a list under a name that says nothing, in a text that
// mentions neither AWS nor accounts, stays weak. So does a number called account
// number in a text without AWS: banks have those, too. A generated date that a
// variable calls account is taken for a date.
package awsaccount
