package awsaccount

import "bytes"

// Bounds of the search for a label.
const (
	maxBesides  = 3  // lines that are empty or markup alone
	maxListed   = 64 // lines that hold further values of the label
	longestName = 64 // bytes
	mostWords   = 6
	mostBehind  = 4 // words that may follow the digits in their line
)

// labelAbove returns what names digits that stand in a line of their own: a short line above
// them, alone but for further values. It is nil if there is none.
//
//	AWS account ID
//	1234-5678-9012
func labelAbove(p *place) []byte {
	if hasAlnum(withoutTags(p.line)) || !ownLine(p.rest) {
		return nil
	}
	besides := 0
	for n := range maxListed {
		l := p.up(n)
		if l == nil {
			return nil
		}
		text := lastString(lastBlock(l.trimmed))
		switch {
		case !hasAlnum(text):
			if besides++; besides > maxBesides {
				return nil
			}
		case isValue(text):
		default:
			return named(text)
		}
	}
	return nil
}

// ownLine reports whether what follows the digits in their line is a word or two on them. The
// end of a string ends the line, too.
func ownLine(rest []byte) bool {
	rest, _, _ = bytes.Cut(rest, []byte{'"'})
	rest = withoutTags(rest)
	return len(rest) <= longestName && len(split(rest)) <= mostBehind && !bytes.ContainsAny(rest, "=:{[")
}

// isValue reports whether a line holds twelve digits, in groups or not, and hardly more.
func isValue(text []byte) bool {
	from := 0
	for from < len(text) && !isAlnum(text[from]) {
		from++
	}
	n, i := 0, from
	for i < len(text) && (isDigit(text[i]) || n%4 == 0 && n > 0 && n < idDigits && (text[i] == '-' || text[i] == ' ')) {
		if isDigit(text[i]) {
			n++
		}
		i++
	}
	return n == idDigits && ownLine(text[i:])
}

// named returns the label that a line is; nil if it is a sentence, a piece of code, or has a
// value of its own.
func named(text []byte) []byte {
	text = bytes.Trim(text, " \t*_#`\"'>-=~|:•")
	if len(text) == 0 || len(text) > longestName || endsIn(text, ".,;!?\\") || bytes.ContainsAny(text, "=[{<>;$") ||
		bytes.Contains(text, []byte(": ")) || !hasLetter(text) || groups(text) > 0 {
		return nil
	}
	if len(split(text)) > mostWords {
		return nil
	}
	return text
}

func hasAlnum(text []byte) bool {
	for _, c := range text {
		if isAlnum(c) {
			return true
		}
	}
	return false
}

// weighLabel adds what a label above the digits says.
func weighLabel(v *verdict, r reading) {
	s := weights[r.kind][above]
	switch {
	case r.kind >= measure:
		s = weights[r.kind][direct]
	case r.kind == amazon && r.words > 2: // it is about something of AWS
		s = signal{}
	}
	v.add(s)
	if r.other && r.kind <= account {
		v.add(otherWorld)
	}
	if r.kind == account && r.id {
		v.add(labelID)
	}
	if r.kind == account && r.number && !r.amazon {
		v.add(accountNumber)
	}
}

// lastString returns what stands in the string that a line ends in; all of a line that ends in
// none.
func lastString(line []byte) []byte {
	if i := bytes.LastIndexByte(line, '"'); i >= 0 && hasAlnum(line[i+1:]) {
		return line[i+1:]
	}
	return line
}

// lastBlock returns the last of the texts in a line that tags part from each other, as
// paragraphs and cells are, without the tags in it.
func lastBlock(line []byte) []byte {
	if bytes.IndexByte(line, '<') < 0 {
		return line
	}
	last, from := withoutTags(line), 0
	for at := 0; ; {
		i := bytes.IndexByte(line[at:], '<')
		if i < 0 || at+i+1 == len(line) {
			break
		}
		at += i + 1
		name := bytes.TrimPrefix(line[at:], []byte{'/'})
		name = name[:wordEnd(name)]
		end := bytes.IndexByte(line[at:], '>')
		if end < 0 {
			break
		}
		if len(name) > 0 && !withinLine[string(bytes.ToLower(name))] {
			if text := withoutTags(line[from : at-1]); hasAlnum(text) {
				last = text
			}
			from = at + end + 1
		}
		at += end + 1
	}
	if text := withoutTags(line[from:]); hasAlnum(text) {
		last = text
	}
	return last
}

// withinLine are the elements that part no text.
var withinLine = map[string]bool{
	"a": true, "b": true, "i": true, "u": true, "em": true, "strong": true, "span": true, "code": true, "kbd": true, "tt": true, "small": true,
	"font": true, "mark": true, "tspan": true, "label": true, "abbr": true, "sup": true, "sub": true,
}
