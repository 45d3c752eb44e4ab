package externalids

import "fmt"

// Class says how well a value protects its customer.
type Class uint8

// The classes, from the best.
const (
	Good Class = iota
	Ageing
	Weak
	Chosen
	Static
	None
)

// Bounds of classes in bits: below weakBits, a value can be guessed by whoever tries; from
// goodBits on it stays out of reach.
const (
	weakBits = 64
	goodBits = 95
)

var classNames = [...]string{"good", "ageing", "weak", "chosen", "static", "none"}

// String returns the class's name.
func (c Class) String() string { return classNames[c] }

// MarshalText writes the class's name.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// Classes lists the classes, the worst first.
func Classes() []Class { return []Class{None, Static, Chosen, Weak, Ageing, Good} }

// actions say what to do about values of a class.
var actions = [...]string{
	Good:   "nothing",
	Ageing: "rotate it at the next occasion",
	Weak:   "generate a random UUID and have the customer replace the value in the role's trust policy",
	Chosen: "generate a random UUID in place of the chosen value, and have the customer replace it in the role's trust policy",
	Static: "generate a random UUID for each account, and have each customer replace the value in the role's trust policy",
	None:   "generate a random UUID and have the customer demand it in the role's trust policy (sts:ExternalId)",
}

// flags are what is known of a row.
type flags uint32

const (
	missing flags = 1 << iota
	invalid
	deleted
	saidGenerated // by the table's column origin
	saidChosen
	saidStatic
	words
	date
	typed
	holdsAccount
	holdsCustomer
	holdsName
	holdsDate
	hashed
	sharedByCustomers // these four are found out when all rows are read
	sharedByAccounts
	reused
	inDeletedRow
	leader // of the rows with this value
	constant
	ordered
	named  // the value stands in the customer's name
	surely // the words are no random characters
	format // the bits are those of a known format
)

// reasons are the phrases for flags, in the order in which they are told.
var reasons = []struct {
	flag flags
	say  string
}{
	{missing, "there is no value"},
	{invalid, "AWS does not take the value: it wants 2 to 1,224 letters, digits and _+=,.@:/-"},
	{sharedByCustomers, "other customers have the same value"},
	{saidStatic, "the table calls it static"},
	{saidChosen, "the customer chose it"},
	{typed, "it was typed: it counts, repeats, or only shows where a value goes"},
	{words, "it is made of words"},
	{date, "it holds a date"},
	{hashed, "it is a hash of what stands beside it, without a secret"},
	{holdsAccount, "it holds the account ID"},
	{holdsCustomer, "it holds the customer's ID"},
	{holdsName, "it holds the customer's name"},
	{holdsDate, "it holds the time at which the row was made"},
	{constant, "parts of it are the same in all values of its form"},
	{ordered, "values of its form are in order of time"},
	{sharedByAccounts, "several accounts of the customer share it, so that none of them can be kept apart"},
	{reused, "it was used before the integration was deleted and made again"},
}

// reasonsOf returns the phrases for a row.
func reasonsOf(f flags, version int, bits float64) []string {
	var out []string
	for _, r := range reasons {
		if f&r.flag != 0 {
			out = append(out, r.say)
		}
	}
	switch {
	case f&(missing|invalid) != 0:
		return out
	case version == 0:
		out = append(out, "it is a UUID of one digit")
	case version > 0 && version != 4:
		out = append(out, fmt.Sprintf("it is a UUID of version %d, and not a random one", version))
	}
	return append(out, fmt.Sprintf("%.0f bits", bits))
}
