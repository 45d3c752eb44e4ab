package awskey

import (
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/internal/placeholder"
)

// generation says how AWS made an identifier.
type generation int

const (
	madeByNobody   generation = iota // no key of AWS is known to look like this
	beforeAccounts                   // before 2019: begins with I or J behind the prefix, tells nothing
	encodesAccount                   // since 2019: tells its account
)

// maxAccount is the largest account ID, twelve digits.
const maxAccount = 999_999_999_999

// account reads the account ID out of an identifier. The 16 or 17 characters
// behind the prefix are base32, five bits each. The first bit tells the newer
// generation from the older; the next forty are the account's number. Forty
// bits reach beyond twelve digits, so that every eleventh random value shows
// itself to be none.
//
// Sources: Aidan Steele, https://awsteele.com/blog/2020/09/26/aws-access-key-format.html;
// Tal Be'ery, https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489;
// for the bit of the generation, Pallavi Sivakumaran,
// https://labs.withsecure.com/publications/a-bitwise-analysis-of-aws-access-key-identifiers.
func account(v id) (string, generation) {
	body := v.body()
	var bits uint64
	for i := range 10 { // fifty bits
		bits = bits<<5 | uint64(base32Value(body[i]))
	}
	bits >>= 2 // the first six bytes
	if bits>>47 == 0 {
		// The older ones are random behind a first letter I or J; APKA and
		// others of AWS's own examples have C.
		if body[0] == 'I' || body[0] == 'J' {
			return "", beforeAccounts
		}
		return "", madeByNobody
	}
	number := bits & 0x7fffffffff80 >> 7
	if number > maxAccount {
		return "", madeByNobody
	}
	return fmt.Sprintf("%012d", number), encodesAccount
}

// maskAccount shows the last four digits, as a report does.
func maskAccount(account string) string {
	return strings.Repeat("•", len(account)-4) + account[len(account)-4:]
}

// sampleAccount reports whether an account stands in documentation and emulators
// only; keys that are made for it are no one's.
func sampleAccount(account string) bool {
	switch account {
	case "123456789012", "111122223333", "444455556666", "000000000001":
		return true
	}
	return account != "" && placeholder.Distinct(account) == 1
}
