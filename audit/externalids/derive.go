package externalids

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/internal/strength"
)

// beside is what stands in a row beside its value, and what can be made of that.
type beside struct {
	account  string // digits
	customer string
	name     string
	created  time.Time // zero if it is not known
}

// shortest is the length in characters from which a piece is looked for anywhere in a value;
// shorter ones must be a word of it by themselves.
const shortest = 5

// without returns a value without its parts that repeat what stands beside it, and which that
// were.
func (b *beside) without(v string) (rest string, found flags) {
	uuid := strength.IsUUID(v)
	lower := strings.ToLower(v)
	var marks []bool
	mark := func(from, to int, f flags) {
		if marks == nil {
			marks = make([]bool, len(v))
		}
		for i := from; i < to; i++ {
			marks[i] = true
		}
		found |= f
	}
	seek := func(in, piece string, f flags) {
		for at := 0; len(piece) > 2; {
			i := strings.Index(in[at:], piece)
			if i < 0 {
				return
			}
			from, to := at+i, at+i+len(piece)
			if len(piece) >= shortest || bounded(in, from, to) {
				mark(from, to, f)
			}
			at = to
		}
	}
	if a := b.account; a != "" {
		seek(lower, a, holdsAccount)
		seek(lower, reversed(a), holdsAccount)
		if len(a) == 12 {
			seek(lower, a[:4]+"-"+a[4:8]+"-"+a[8:], holdsAccount)
			seek(lower, a[:4]+"_"+a[4:8]+"_"+a[8:], holdsAccount)
			seek(lower, strings.TrimLeft(a, "0"), holdsAccount)
		}
		if !uuid {
			encodings(a, func(text string) { seek(v, text, holdsAccount) })
		}
		eachDigits(lower, func(from, to int) {
			if n := to - from; n >= 4 && n < 12 && (strings.HasPrefix(a, lower[from:to]) || strings.HasSuffix(a, lower[from:to]) || n >= 6 && strings.Contains(a, lower[from:to])) {
				mark(from, to, holdsAccount)
			}
		})
	}
	for _, field := range []struct {
		text string
		flag flags
	}{{b.customer, holdsCustomer}, {b.name, holdsName}} {
		if len(field.text) < 3 || uuid { // which holds no words
			continue
		}
		text := strings.ToLower(field.text)
		seek(lower, text, field.flag)
		if len(text) >= shortest {
			seek(lower, reversed(text), field.flag)
			encodings(field.text, func(text string) { seek(v, text, field.flag) })
		}
		eachWord(text, func(word string) { seek(lower, word, field.flag) })
		eachWord(text, func(word string) {
			if len(word) >= shortest {
				seek(lower, reversed(word), field.flag)
			}
		})
	}
	if !b.created.IsZero() && len(lower) >= 4 {
		b.dates(lower, mark)
	}
	if marks == nil {
		return v, 0
	}
	kept := make([]byte, 0, len(v))
	for i := range len(v) {
		if !marks[i] {
			kept = append(kept, v[i])
		}
	}
	return string(kept), found
}

// dayLayouts are the ways in which values hold a day.
var dayLayouts = []string{"2006-01-02", "20060102", "02-01-2006", "02.01.2006", "01-02-2006", "02012006", "01022006", "2006/01/02", "2006_01_02"}

// dates marks where a value holds the time at which its row was made, give or take a day.
func (b *beside) dates(lower string, mark func(from, to int, f flags)) {
	t := b.created.UTC()
	layouts := dayLayouts
	if !strings.Contains(lower, strconv.Itoa(t.Year())) {
		layouts = nil
	}
	for _, layout := range layouts {
		text := t.Format(layout)
		if i := strings.Index(lower, text); i >= 0 {
			mark(i, i+len(text), holdsDate)
		}
	}
	near := func(seconds int64) bool { d := seconds - t.Unix(); return -86400 < d && d < 86400 }
	eachDigits(lower, func(from, to int) {
		for _, scale := range []struct {
			digits int
			per    int64
		}{{10, 1}, {13, 1e3}, {16, 1e6}, {19, 1e9}} {
			if to-from == scale.digits {
				if n, err := strconv.ParseInt(lower[from:to], 10, 64); err == nil && near(n/scale.per) {
					mark(from, to, holdsDate)
				}
			}
		}
	})
	// As hexadecimal digits at the front: seconds in an ObjectId, milliseconds in a UUID.
	if lower[0] < '3' && lower[:2] != "01" || lower[0] > '7' {
		return // neither seconds from 1995 to 2038 nor milliseconds from 2004 to 2039
	}
	digits := strings.Replace(lower, "-", "", 1)
	for _, scale := range []struct {
		digits int
		per    int64
	}{{8, 1}, {12, 1e3}} {
		if len(digits) < scale.digits {
			continue
		}
		if n, err := strconv.ParseInt(digits[:scale.digits], 16, 64); err == nil && near(n/scale.per) {
			mark(0, scale.digits+len(lower)-len(digits), holdsDate)
		}
	}
}

// encodings calls use with what a text is in hexadecimal digits, base64 and base32, as far as
// that does not depend on what follows it.
func encodings(text string, use func(string)) {
	raw := []byte(text)
	use(hex.EncodeToString(raw))
	whole := len(raw) / 3 * 4
	use(base64.StdEncoding.EncodeToString(raw)[:whole+min(1, len(raw)%3)])
	if encoded := base32.StdEncoding.EncodeToString(raw); len(raw) >= shortest {
		use(encoded[:len(raw)/5*8])
	}
}

// bounded reports whether text[from:to] is no piece of a longer word or number.
func bounded(text string, from, to int) bool {
	return !joins(text, from) && !joins(text, to)
}

// joins reports whether two letters, or two digits, meet at a place.
func joins(text string, at int) bool {
	if at <= 0 || at >= len(text) {
		return false
	}
	a, b := text[at-1], text[at]
	return ascii.IsLetter(a) && ascii.IsLetter(b) || ascii.IsDigit(a) && ascii.IsDigit(b)
}

// eachDigits visits the runs of digits in a text.
func eachDigits(text string, visit func(from, to int)) {
	for i := 0; i < len(text); i++ {
		from := i
		for i < len(text) && ascii.IsDigit(text[i]) {
			i++
		}
		if i > from {
			visit(from, i)
		}
	}
}

// eachWord visits the words of a text that are long enough to say something.
func eachWord(text string, visit func(string)) {
	start := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && (ascii.IsAlnum(text[i]) || text[i] >= 0x80) {
			continue
		}
		if i-start >= 3 {
			visit(text[start:i])
		}
		start = i + 1
	}
}

func reversed(s string) string {
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	return string(b)
}
