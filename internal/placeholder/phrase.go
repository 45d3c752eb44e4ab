package placeholder

import "strings"

// Phrase is what the words of a value say. Names and passwords are made of words, and some
// consist of nothing but words that stand in for others: my-project, changeme123.
type Phrase struct {
	Whole    bool // all of its words are such, apart from counted numbers
	StandsIn bool // one of them says that the value stands in for another
	Names    bool // one of them names the thing itself
	Plain    bool // one of them says nothing
	Unknown  int  // how many words and numbers are none
}

// Words reads a value as a phrase: it is cut at everything that is no letter or digit, at
// capitals behind small letters, and in front of the digits that end a word. Two words written as one
// are two (myproject). Half of the value at least must be words for it to be Whole: single
// letters and digits say nothing.
func Words(value string) Phrase {
	var p Phrase
	said, all := 0, 0
	for _, w := range cut(value) {
		all += len(w)
		does, known := meaning(w)
		if !known {
			p.Unknown++
			continue
		}
		if len(w) >= shortest || does != 0 {
			said += len(w)
		}
		p.StandsIn = p.StandsIn || does&standsIn != 0
		p.Names = p.Names || does&names != 0
		p.Plain = p.Plain || does&plain != 0
	}
	p.Whole = all > 0 && p.Unknown == 0 && 2*said >= all
	return p
}

// spoken undoes the spelling by which people make words look like passwords.
var spoken = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// Spoken returns a value with the digits and signs that stand for letters as these.
func Spoken(value string) string { return spoken.Replace(value) }

// shortest is the length of words and numbers that say something.
const shortest = 3

// meaning is what a word in lower case, or a number, does.
func meaning(w string) (use, bool) {
	switch {
	case w[0]-'0' < 10:
		return 0, len(w) <= shortest || counted(w)
	case Distinct(w) == 1:
		return words().uses[w] & ofPhrase, true
	}
	return segment(w, 3)
}

// counted reports whether a number is one that people type for any.
func counted(digits string) bool {
	if len(digits) < 5 {
		return Counts(digits)
	}
	return strings.Contains(upAndDown, digits) || Number(digits)
}

// HoldsCounted reports whether a number of at least so many digits stands in a value that was
// counted or is one digit: quiet-lake-12345. Of random ones with five digits, one in 3,000 is.
func HoldsCounted(value string, least int) bool {
	for _, w := range cut(value) {
		if w[0]-'0' < 10 && len(w) >= least && (Distinct(w) == 1 || strings.Contains(upAndDown, w)) {
			return true
		}
	}
	return false
}

const upAndDown = "01234567890123456789 98765432109876543210"

// segment is what the words do that w is made of, at most so many.
func segment(w string, most int) (use, bool) {
	v := words()
	if does := v.uses[w] & ofPhrase; does != 0 {
		return does, true
	}
	if most == 1 {
		return 0, false
	}
	for i := min(len(w)-2, v.longest); i >= 2; i-- {
		does := v.uses[w[:i]] & ofPhrase
		if does == 0 {
			continue
		}
		if rest, ok := segment(w[i:], most-1); ok {
			return does | rest, true
		}
	}
	return 0, false
}

// digitsEnd reports whether the digits that s begins with end a word: the letters of c7n are
// none.
func digitsEnd(s string) bool {
	rest := strings.TrimLeft(s, "0123456789")
	return rest == "" || !isAlnum(rest[0]) || rest[0] >= 'A' && rest[0] <= 'Z'
}

// cut returns the words of a value, in lower case, and its numbers.
func cut(value string) []string {
	var list []string
	start := 0
	end := func(i int) {
		if i > start {
			list = append(list, strings.ToLower(value[start:i]))
		}
		start = i
	}
	for i := range len(value) {
		c := value[i]
		if !isAlnum(c) {
			end(i)
			start = i + 1
			continue
		}
		if i > start {
			prev := value[i-1]
			upper := c >= 'A' && c <= 'Z' && prev >= 'a' && prev <= 'z'
			behind := c-'0' >= 10 && prev-'0' < 10 && strings.Trim(value[start:i], "0123456789") == "" // 123ABC
			if upper || behind || c-'0' < 10 && prev-'0' >= 10 && digitsEnd(value[i:]) {
				end(i)
			}
		}
	}
	end(len(value))
	return list
}
