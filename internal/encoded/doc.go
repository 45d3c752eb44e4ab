// Package encoded finds what lies encoded in a text, base64 and hexadecimal, and
// decodes it, also where it is wrapped over lines, split into quoted pieces or escaped
// once more. [ReadDump] reads what programs show people as bytes in hexadecimal.
//
// Finding is made of two steps. [Runs] looks at every sixteenth byte for runs of the
// alphabet and costs a fifth of a nanosecond a byte. [Begins] decodes the first few bytes
// of a run, which tells nearly all identifiers, paths, hashes and pictures from
// encoded text: by chance twelve letters decode to text one time in some thousands.
package encoded

// MinRun is the length of the shortest run of characters that is looked at anywhere. In what
// says that its values are encoded, shorter ones are, see [ShortValues].
const MinRun = 32

// Kind is an encoding.
type Kind string

// The encodings that are decoded.
const (
	Base64 Kind = "base64"
	Hex    Kind = "hex"
	// HexDump is a [Dump].
	HexDump Kind = "hex dump"
)
