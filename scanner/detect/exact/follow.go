package exact

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/deputy-sec/deputy/internal/ascii"
)

// escapes are the ways in which one byte is escaped.
var escapes = []string{"%%%02x", "%%25%02x", `\u%04x`, `\x%02x`, "&#%d;", "&#x%x;", "=%02X"}

// escaped writes a text in a way to escape it: all of it, or what is no letter or digit.
func escaped(text, escape string, all bool) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; all || !ascii.IsAlnum(c) {
			_, _ = fmt.Fprintf(&b, escape, c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// follow reads a value from a place on, whose characters stand by themselves or escaped, and
// returns where it ends.
func follow(text []byte, at int, v Value) (end int, ok bool) {
	joint := byte(0) // between the groups of an account
	groups := 0
	for i := 0; i < len(v.text); i++ {
		want := v.text[i]
		if v.Kind == Name && separates(want) {
			at = overSeparators(text, at)
			continue
		}
		if n := unit(text, at, want); n > 0 {
			at += n
			continue
		}
		if v.Kind != Account || i == 0 {
			return 0, false
		}
		sep, n := separator(text, at)
		if n == 0 || groups > 0 && sep != joint || !(i == 3 || i == 6 || i == 9 || i == 4 || i == 8) {
			return 0, false
		}
		joint, groups = sep, groups+1
		at += n
		if n = unit(text, at, want); n == 0 {
			return 0, false
		}
		at += n
	}
	return at, groups == 0 || groups == 2 || groups == 3
}

// separates reports whether a character of a name parts its words, which may be joined by
// anything or nothing.
func separates(c byte) bool { return c == ' ' || c == '-' || c == '_' || c == '.' }

// overSeparators skips what joins two words of a name, by itself or escaped.
func overSeparators(text []byte, at int) int {
	for range 3 {
		if at >= len(text) {
			return at
		}
		if separates(text[at]) || text[at] == '+' {
			at++
			continue
		}
		if r, size := utf8.DecodeRune(text[at:]); r == nbsp {
			at += size
			continue
		}
		c, n := decode(text[at:])
		if n == 0 || c != nbsp && (c >= 0x80 || !separates(byte(c)) && c != '+') {
			return at
		}
		at += n
	}
	return at
}

const nbsp = 0xa0 // a space at which no line is broken

// separator returns what parts two groups of digits, and its length.
func separator(text []byte, at int) (sep byte, n int) {
	if at >= len(text) {
		return 0, 0
	}
	switch c := text[at]; c {
	case '-', ' ', '_', '.', ',', '\'', '/':
		return c, 1
	case '%':
		for _, escape := range []string{"%20", "%2D", "%2d"} {
			if bytes.HasPrefix(text[at:], []byte(escape)) {
				return '%', 3
			}
		}
	}
	r, size := utf8.DecodeRune(text[at:])
	switch r {
	case 0xa0, 0x2009, 0x202f, 0x2010, 0x2011, 0x2013, 0x2019:
		return byte(r), size
	}
	return 0, 0
}

// unit returns how many bytes a character takes where it stands, by itself or escaped; 0 if
// another one stands there.
func unit(text []byte, at int, want byte) int {
	if at >= len(text) {
		return 0
	}
	if same(text[at], want) {
		return 1
	}
	got, n := decode(text[at:])
	if n > 0 && got < 0x100 && same(byte(got), want) {
		return n
	}
	return 0
}

func same(a, b byte) bool {
	return a == b || ascii.IsLetter(a) && ascii.IsLetter(b) && a|0x20 == b|0x20
}

// entities are the names that HTML and XML have for characters of values.
var entities = map[string]byte{
	"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "colon": ':', "sol": '/', "period": '.', "hyphen": '-', "dash": '-',
	"lowbar": '_', "commat": '@', "plus": '+', "equals": '=', "comma": ',', "nbsp": ' ',
}

// decode reads the escape that a text begins with.
func decode(text []byte) (value uint64, n int) {
	number := func(from, digits, base int) (uint64, int) {
		if from+digits > len(text) {
			return 0, 0
		}
		v, err := strconv.ParseUint(string(text[from:from+digits]), base, 32)
		if err != nil {
			return 0, 0
		}
		return v, from + digits
	}
	switch text[0] {
	case '%':
		if bytes.HasPrefix(text, []byte("%25")) {
			return number(3, 2, 16)
		}
		return number(1, 2, 16)
	case '=':
		if bytes.HasPrefix(text, []byte("=\r\n")) && len(text) > 3 {
			return uint64(text[3]), 4 // a soft line break of mail
		}
		if bytes.HasPrefix(text, []byte("=\n")) && len(text) > 2 {
			return uint64(text[2]), 3
		}
		return number(1, 2, 16)
	case '\\':
		i := 1
		for i < len(text) && text[i] == '\\' && i < 4 {
			i++ // escaped more than once
		}
		if i >= len(text) {
			return 0, 0
		}
		switch text[i] {
		case 'u':
			return number(i+1, 4, 16)
		case 'x':
			return number(i+1, 2, 16)
		case '/', '"', '\'', '-', '.', ':', '_', '+', '@', '=', ',':
			return uint64(text[i]), i + 1
		}
	case '&':
		end := bytes.IndexByte(text[:min(len(text), 12)], ';')
		if end < 2 {
			return 0, 0
		}
		name := string(text[1:end])
		if digits, ok := strings.CutPrefix(name, "#"); ok {
			base := 10
			if rest, ok := strings.CutPrefix(strings.ToLower(digits), "x"); ok {
				digits, base = rest, 16
			}
			if v, err := strconv.ParseUint(digits, base, 32); err == nil {
				return v, end + 1
			}
			return 0, 0
		}
		if c, ok := entities[name]; ok {
			return uint64(c), end + 1
		}
	}
	return 0, 0
}

// bounded reports whether what stands at text[start:end] is the value, and no part of a longer
// one.
func (v Value) bounded(text []byte, start, end int) bool {
	before, after := byte(0), byte(0)
	if start > 0 {
		before = text[start-1]
	}
	if end < len(text) {
		after = text[end]
	}
	switch v.Kind {
	case Account:
		return !ascii.IsDigit(before) && !ascii.IsDigit(after) && !grouped(text, start, end) && !fraction(text, start, end)
	case Domain:
		return !ascii.IsAlnum(before) && before != '-' && !ascii.IsAlnum(after) && after != '-' && after != '_'
	case Role:
		next := byte(0)
		if end+1 < len(text) {
			next = text[end+1]
		}
		if after == '.' || after == ',' || after == '=' || after == '@' || after == '+' {
			return !ascii.IsAlnum(next)
		}
		return !ascii.IsWord(after) && after != '-'
	case Name:
		return edge(before, text[start]) && edge(text[end-1], after)
	}
	if v.unmistakable() {
		return true
	}
	return !ascii.IsAlnum(before) && !ascii.IsAlnum(after)
}

// unmistakable reports whether a value is found by chance nowhere, so that it may be a part of
// a longer word.
func (v Value) unmistakable() bool { return v.Kind == ExternalID && len(v.text) >= 16 }

// edge reports whether a word of a name ends between two characters: where letters meet no
// letters, or a capital begins another word.
func edge(a, b byte) bool {
	switch {
	case a >= 0x80 || b >= 0x80:
		return false
	case ascii.IsLower(a) && ascii.IsUpper(b):
		return true
	case ascii.IsDigit(a) && ascii.IsDigit(b):
		return false
	}
	return !ascii.IsLetter(a) || !ascii.IsLetter(b)
}

// grouped reports whether digits in groups go on in another group: 1234-5678-9012-3456.
func grouped(text []byte, start, end int) bool {
	i := start
	for i < end && ascii.IsDigit(text[i]) {
		i++
	}
	if i == end || i == start {
		return false // not in groups, or escaped
	}
	size, sep := i-start, text[i]
	run := func(from, step int) int {
		n := 0
		for from+n*step >= 0 && from+n*step < len(text) && ascii.IsDigit(text[from+n*step]) && n <= size {
			n++
		}
		return n
	}
	behind := end < len(text) && text[end] == sep && run(end+1, 1) == size
	ahead := start > 0 && text[start-1] == sep && run(start-2, -1) > 0 && (size == 3 || run(start-2, -1) == size)
	return behind || ahead
}

// fraction reports whether digits stand behind a number's point, or have digits behind their
// own that are not all zero: 0.123456789012, 123456789012.75.
func fraction(text []byte, start, end int) bool {
	point := func(c byte) bool { return c == '.' }
	if start > 1 && point(text[start-1]) && ascii.IsDigit(text[start-2]) {
		i := start - 2
		for i >= 0 && ascii.IsDigit(text[i]) {
			i--
		}
		plain := i < 0 || !ascii.IsWord(text[i]) && text[i] != '.' && text[i] != '-' && text[i] != '/'
		return plain && (end >= len(text) || !point(text[end]) && !ascii.IsLetter(text[end]) && text[end] != '-')
	}
	if end+1 < len(text) && point(text[end]) && ascii.IsDigit(text[end+1]) {
		i := end + 1
		zeros := true
		for i < len(text) && ascii.IsDigit(text[i]) {
			zeros = zeros && text[i] == '0'
			i++
		}
		return !zeros && i-end <= 4 && (i >= len(text) || !ascii.IsWord(text[i]) && text[i] != '.' && text[i] != '-')
	}
	return false
}
