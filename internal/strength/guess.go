package strength

import (
	"encoding/hex"
	"math"
	"strings"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/internal/placeholder"
)

// Guess is what it takes to guess a value of which nothing is known but how it looks.
type Guess struct {
	Bits    float64 // to be tried out; what a person would think of counts 0
	Version int     // of a UUID, 1 to 8; 0 for the UUID of zeros, -1 for what is none
	Words   bool    // words are a part of it
	Surely  bool    // and no random characters would pass for them
	Format  bool    // the bits are those of a known format, whatever the characters show
	Date    bool    // a date is a part of it
	Typed   bool    // somebody typed it, or wrote it to show where a value goes
}

// Bits of what is random in UUIDs, by version (RFC 9562). Versions 1 and 6 are a time, an
// address and 14 bits that are drawn once for each machine; 3 and 5 hash a name; 8 is whatever
// its maker wants it to be.
var uuidBits = map[int]float64{0: 0, 1: 14, 2: 0, 3: 0, 4: 122, 5: 0, 6: 14, 7: 74, 8: 0}

// Guess estimates what it takes to guess a value: nothing for words, dates and counted
// numbers, and for what is random as many bits as its characters have in the smallest usual
// alphabet that holds them all.
func (m Measure) Guess() Guess {
	g := Guess{Version: -1}
	if id, ok := uuidOf(m); ok {
		g.uuid(id, m.Text, m.UUID && !m.Sample)
		if g.Typed {
			g.Bits = 0
		}
		return g
	}
	if ulid(m.Text) {
		g.Bits, g.Format = 80, true
		return g
	}
	text := m.Text
	if from := uuidIn(text); from >= 0 {
		inner := g
		id, _ := uuidOf(Measure{Text: text[from : from+uuidLength]})
		inner.uuid(id, text[from:from+uuidLength], false)
		if !inner.Typed {
			g.Bits, g.Version, g.Format = inner.Bits, inner.Version, inner.Format
		}
		text = text[:from] + "-" + text[from+uuidLength:]
	}
	random := g.tokens(text)
	g.Bits += float64(len(random)) * math.Log2(float64(Alphabet(random)))
	if m.Sample || len(random) >= 8 && placeholder.Random(random) && monotonous(random) {
		g.Bits, g.Typed = 0, true
	}
	return g
}

// monotonous reports whether a value counts, or has hardly any different characters.
func monotonous(v string) bool {
	return placeholder.Counts(v) || placeholder.Distinct(v) <= max(2, len(v)/6) || placeholder.Steps(v) >= 8
}

// tokens looks at each run of letters and digits, and returns those that are random, one
// behind the other.
func (g *Guess) tokens(v string) string {
	if dated(v) {
		g.Date = true
	}
	var random strings.Builder
	alphabet, sure := Alphabet(v), 0.0
	if signs(v, alphabet) {
		return string(squeeze(v))
	}
	for token := range strings.FieldsFuncSeq(v, func(r rune) bool { return r >= 0x80 || !ascii.IsAlnum(byte(r)) }) {
		switch {
		case strings.Trim(token, "0123456789") == "":
			if len(token) <= 2 || isDate(token) || placeholder.Number(token) {
				continue
			}
			random.WriteString(token)
		case len(token) <= 3 && len(token) < len(v) && strings.Trim(token, "0123456789") == token && evenCase(token):
			g.Words = true // eu, dev, aws
		case letterCount(token) >= leastLetters && wordiness(token, alphabet) > 0:
			g.Words = true
			sure += wordiness(token, alphabet)
			random.WriteString(tail(token))
		default:
			random.WriteString(token)
		}
	}
	g.Surely = sure > surely
	return random.String()
}

// surely is by how many bits tokens must rather be words than random for there to be no doubt:
// of ten thousand random values, one at most is.
const surely = 14

// signs reports whether the signs of a value are characters of base64, and not what parts its
// words: hardly anything between them looks like one.
func signs(v string, alphabet int) bool {
	if alphabet < 62 || len(v) < 16 || strings.Trim(v, "-_+/=") == "" {
		return false
	}
	letters, words := 0, 0
	for token := range strings.FieldsFuncSeq(v, func(r rune) bool { return r >= 0x80 || !ascii.IsAlnum(byte(r)) }) {
		letters += len(token)
		if letterCount(token) >= leastLetters && wordiness(token, alphabet) > surely/3 {
			words += len(token)
		}
	}
	return 4*words <= letters && letters < len(v)
}

// leastLetters is how many letters a word has.
const leastLetters = 3

func letterCount(token string) int {
	n := 0
	for i := range len(token) {
		if ascii.IsLetter(token[i]) {
			n++
		}
	}
	return n
}

// evenCase reports whether a short word is in small letters, or in capitals, or begins with
// one.
func evenCase(word string) bool {
	return word == strings.ToLower(word) || word == strings.ToUpper(word) || word[1:] == strings.ToLower(word[1:])
}

// tail returns the digits that a word ends with, unless they are few or counted.
func tail(token string) string {
	digits := token[len(strings.TrimRight(token, "0123456789")):]
	if len(digits) <= 2 || isDate(digits) || placeholder.Number(digits) || placeholder.Counts(digits) {
		return ""
	}
	return digits
}

// Alphabet returns the size of the smallest usual alphabet that holds the letters and digits
// of a value: decimal, hexadecimal, base32 in its two kinds, one case of letters with or
// without digits, both cases with or without.
func Alphabet(v string) int {
	var seen [256]bool
	for i := range len(v) {
		seen[v[i]] = true
	}
	return AlphabetOf(&seen)
}

// AlphabetOf is [Alphabet] for a set of characters.
func AlphabetOf(seen *[256]bool) int {
	var digits, lower, upper, beyond, rfc, crockford bool // what is there; beyond f; what base32 does not have
	for c := range 256 {
		b := byte(c)
		if !seen[b] {
			continue
		}
		switch {
		case ascii.IsDigit(b):
			digits = true
			rfc = rfc || b == '0' || b == '1' || b >= '8'
		case ascii.IsLetter(b):
			lower, upper = lower || ascii.IsLower(b), upper || ascii.IsUpper(b)
			beyond = beyond || b|0x20 > 'f'
			crockford = crockford || strings.IndexByte("ilou", b|0x20) >= 0
		}
	}
	switch {
	case !lower && !upper:
		return 10
	case lower && upper && digits:
		return 62
	case lower && upper:
		return 52
	case digits && !beyond:
		return 16
	case digits && !(rfc && crockford):
		return 32
	case digits:
		return 36
	}
	return 26
}

// uuidOf returns the bytes of a UUID: one with hyphens, or 32 hexadecimal digits that say of
// which version they are and hold a time that can be.
func uuidOf(m Measure) (id [16]byte, ok bool) {
	text := m.Text
	text = strings.TrimPrefix(text, "urn:uuid:")
	plain := !IsUUID(text)
	if plain && len(text) != 32 {
		return id, false
	}
	if n, err := hex.Decode(id[:], []byte(strings.ReplaceAll(text, "-", ""))); err != nil || n != len(id) {
		return id, false
	}
	if plain {
		return id, id[8]>>6 == 2 && timed(id)
	}
	return id, true
}

// timed reports whether a UUID of a version that holds a time holds one of our days.
func timed(id [16]byte) bool {
	const from, to = 1_262_304_000, 2_208_988_800 // 2010 to 2040, in seconds
	seconds := uint64(0)
	switch id[6] >> 4 {
	case 7:
		seconds = be(id[:6]) / 1000
	case 1, 6:
		ticks := be(id[6:8])&0xfff<<48 | be(id[4:6])<<32 | be(id[:4]) // of 100 ns since 1582
		if id[6]>>4 == 6 {
			ticks = be(id[:6])<<12 | be(id[6:8])&0xfff
		}
		const unix = 0x01b21dd213814000
		if ticks < unix {
			return false
		}
		seconds = (ticks - unix) / 10_000_000
	}
	return seconds >= from && seconds < to
}

func be(b []byte) (v uint64) {
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

const uuidLength = 36

// uuidIn returns where a UUID stands in a longer value, -1 if none does.
func uuidIn(v string) int {
	for i := 0; i+uuidLength <= len(v) && len(v) > uuidLength; i++ {
		if IsUUID(v[i:i+uuidLength]) && (i == 0 || !ascii.IsAlnum(v[i-1])) && (i+uuidLength == len(v) || !ascii.IsAlnum(v[i+uuidLength])) {
			return i
		}
	}
	return -1
}

// typedUUID reports whether a UUID was typed. A group of four equal digits among random ones,
// as one in a thousand has, is not enough.
func typedUUID(text string) bool {
	if !placeholder.UUID(text) {
		return false
	}
	groups := strings.Split(text, "-")
	if len(groups) != 5 {
		return true
	}
	even := 0
	for i, g := range groups[1:4] {
		if placeholder.Distinct(g) == 1 {
			groups[i+1] = "4e9b"
			even++
		}
	}
	return even > 1 || placeholder.UUID(strings.Join(groups, "-"))
}

// uuid guesses a UUID. Of one that is known not to have been typed, that is not asked again.
func (g *Guess) uuid(id [16]byte, text string, untyped bool) {
	g.Typed = !untyped && typedUUID(text)
	version, variant := int(id[6]>>4), id[8]>>6
	switch {
	case id == [16]byte{}:
		g.Version, g.Bits = 0, 0
	case version == 15 && variant == 3 && id[0] == 0xff && id[15] == 0xff:
		g.Version, g.Bits = 0, 0
	case variant != 2 && !(version == 4 && variant == 3) || version == 0 || version > 8:
		g.Bits = 128 // digits in the form of a UUID, of no version
	default:
		g.Version, g.Bits, g.Format = version, uuidBits[version], version != 4
	}
}

// ulid reports whether a value is a ULID of our days: 48 bits of time in milliseconds, and 80
// that are random, in Crockford's base32. https://github.com/ulid/spec
func ulid(v string) bool {
	if len(v) != 26 {
		return false
	}
	ms := uint64(0)
	for i := range len(v) {
		digit := strings.IndexByte("0123456789ABCDEFGHJKMNPQRSTVWXYZ", v[i]&^(v[i]>>1&0x20))
		if digit < 0 {
			return false
		}
		if i < 10 {
			ms = ms<<5 | uint64(digit)
		}
	}
	const from, to = 1_262_304_000_000, 2_208_988_800_000 // 2010 to 2040
	return ms >= from && ms < to
}

// dated reports whether a date is written in a value, with signs between its parts.
func dated(v string) bool {
	fields := strings.FieldsFunc(v, func(r rune) bool { return r >= 0x80 || !ascii.IsAlnum(byte(r)) })
	for i, f := range fields {
		if strings.Trim(f, "0123456789") != "" {
			fields[i] = "0" // no part of a date
		}
	}
	for i := 0; i+2 < len(fields); i++ {
		if isDate(fields[i]+two(fields[i+1])+two(fields[i+2])) || isDate(two(fields[i])+two(fields[i+1])+fields[i+2]) {
			return true
		}
	}
	for _, f := range fields {
		if len(f) > 4 && isDate(f) {
			return true
		}
	}
	return false
}

// two fills a number up to two digits.
func two(digits string) string {
	if len(digits) == 1 {
		return "0" + digits
	}
	return digits
}

// isDate reports whether digits are a year, or a day in one of the usual orders, with or
// without a time behind it.
func isDate(digits string) bool {
	number := func(s string) int {
		n := 0
		for i := range len(s) {
			n = 10*n + int(s[i]-'0')
		}
		return n
	}
	year := func(s string) bool { n := number(s); return n >= 1990 && n < 2040 }
	within := func(s string, most int) bool { n := number(s); return n >= 1 && n <= most }
	switch len(digits) {
	case 4:
		return year(digits)
	case 8, 12, 14:
		d := digits[:8]
		return year(d[:4]) && within(d[4:6], 12) && within(d[6:], 31) && (len(digits) == 8 || number(digits[8:10]) < 24 && number(digits[10:12]) < 60) ||
			len(digits) == 8 && year(d[4:]) && (within(d[:2], 31) && within(d[2:4], 12) || within(d[:2], 12) && within(d[2:4], 31))
	}
	return false
}
