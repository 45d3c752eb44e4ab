package object

import "bytes"

// Kind is what a token is.
type Kind uint8

// The kinds of tokens.
const (
	End Kind = iota
	Number
	NameToken
	StringToken
	Keyword
	ArrayOpen
	ArrayClose
	DictOpen
	DictClose
)

// Token is a piece of PDF syntax.
type Token struct {
	Kind  Kind
	Num   float64
	Int   bool   // a Number without a point
	Bytes []byte // of a name, a string or a keyword; may lie in the lexer's input or scratch
}

// Lexer cuts bytes into tokens. It takes whatever it is given: what is no
// syntax is a keyword.
type Lexer struct {
	Data    []byte
	Pos     int
	scratch []byte
	wasted  int // bytes looked through for the end of strings that have none
}

// Release says that no token taken so far is needed any more.
func (l *Lexer) Release() { l.scratch = l.scratch[:0] }

const (
	space = 1 + iota
	delimiter
)

// class tells white space and delimiters (ISO 32000-2, tables 1 and 2) from
// what names and numbers are made of.
var class = func() (t [256]uint8) {
	for _, c := range "\x00\t\n\f\r " {
		t[c] = space
	}
	for _, c := range "()<>[]{}/%" {
		t[c] = delimiter
	}
	return
}()

// IsSpace tells PDF's white space.
func IsSpace(c byte) bool { return class[c] == space }

// SkipSpace goes to the next byte that is neither white space nor in a comment.
func (l *Lexer) SkipSpace() {
	for l.Pos < len(l.Data) {
		switch c := l.Data[l.Pos]; {
		case class[c] == space:
			l.Pos++
		case c == '%':
			for l.Pos < len(l.Data) && l.Data[l.Pos] != '\n' && l.Data[l.Pos] != '\r' {
				l.Pos++
			}
		default:
			return
		}
	}
}

// Next returns the next token.
func (l *Lexer) Next() Token {
	l.SkipSpace()
	if l.Pos >= len(l.Data) {
		return Token{}
	}
	switch c := l.Data[l.Pos]; c {
	case '/':
		return l.name()
	case '(':
		return l.literal()
	case '<':
		if l.at(1) == '<' {
			l.Pos += 2
			return Token{Kind: DictOpen}
		}
		return l.hex()
	case '>':
		l.Pos++
		if l.at(0) == '>' {
			l.Pos++
		}
		return Token{Kind: DictClose}
	case '[':
		l.Pos++
		return Token{Kind: ArrayOpen}
	case ']':
		l.Pos++
		return Token{Kind: ArrayClose}
	case ')', '{', '}':
		l.Pos++
		return Token{Kind: Keyword, Bytes: l.Data[l.Pos-1 : l.Pos]}
	case '+', '-', '.', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return l.number()
	}
	return l.keyword()
}

func (l *Lexer) at(ahead int) byte {
	if l.Pos+ahead < len(l.Data) {
		return l.Data[l.Pos+ahead]
	}
	return 0
}

func (l *Lexer) keyword() Token {
	start := l.Pos
	for l.Pos < len(l.Data) && class[l.Data[l.Pos]] == 0 {
		l.Pos++
	}
	return Token{Kind: Keyword, Bytes: l.Data[start:l.Pos]}
}

// number reads a number as readers do rather than as the standard has it: signs
// in the middle end it ("12-34" is 12), several in front are one.
func (l *Lexer) number() Token {
	start := l.Pos
	negative := false
	for l.at(0) == '+' || l.at(0) == '-' {
		negative = negative || l.at(0) == '-'
		l.Pos++
	}
	value, scale, isInt, digits := 0.0, 1.0, true, 0
	for ; l.Pos < len(l.Data); l.Pos++ {
		c := l.Data[l.Pos]
		if c == '.' && isInt {
			isInt = false
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits++
		if isInt {
			value = value*10 + float64(c-'0')
		} else if scale < 1e15 {
			scale *= 10
			value = value*10 + float64(c-'0')
		}
	}
	if digits == 0 && l.Pos < len(l.Data) && class[l.Data[l.Pos]] == 0 {
		l.Pos = start
		return l.keyword()
	}
	if l.at(0) == '-' { // 0.0-5: what is behind the sign is not part of it
		for l.Pos < len(l.Data) && (l.at(0) == '-' || l.at(0) == '.' || l.at(0) >= '0' && l.at(0) <= '9') {
			l.Pos++
		}
	}
	value /= scale
	if negative {
		value = -value
	}
	return Token{Kind: Number, Num: value, Int: isInt}
}

func (l *Lexer) name() Token {
	l.Pos++
	start := l.Pos
	escaped := false
	for l.Pos < len(l.Data) && class[l.Data[l.Pos]] == 0 {
		escaped = escaped || l.Data[l.Pos] == '#'
		l.Pos++
	}
	raw := l.Data[start:l.Pos]
	if escaped {
		raw = unescape(raw)
	}
	return Token{Kind: NameToken, Bytes: raw}
}

func unescape(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] == '#' && i+2 < len(raw) {
			hi, lo := hexDigit(raw[i+1]), hexDigit(raw[i+2])
			if hi >= 0 && lo >= 0 {
				out = append(out, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		out = append(out, raw[i])
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// hex reads <48 65 6c>; what is no digit is skipped, a last odd digit stands
// for sixteen times itself.
func (l *Lexer) hex() Token {
	l.Pos++
	l.tidy()
	start := len(l.scratch)
	high := -1
	for l.Pos < len(l.Data) {
		c := l.Data[l.Pos]
		l.Pos++
		if c == '>' {
			break
		}
		switch d := hexDigit(c); {
		case d < 0:
		case high < 0:
			high = d
		default:
			l.scratch = append(l.scratch, byte(high<<4|d))
			high = -1
		}
	}
	if high >= 0 {
		l.scratch = append(l.scratch, byte(high<<4))
	}
	return l.scratched(start)
}

// maxScratch is where a new scratch is begun, so that growing never copies much.
const maxScratch = 64 << 10

func (l *Lexer) tidy() {
	if len(l.scratch) > maxScratch {
		l.scratch = nil
	}
}

// scratched returns what was put into scratch since it was so long.
func (l *Lexer) scratched(start int) Token {
	return Token{Kind: StringToken, Bytes: l.scratch[start:len(l.scratch):len(l.scratch)]}
}

// literal reads (a string) with its nested parentheses and escapes. One without
// a backslash or a carriage return is returned as it lies in the input.
func (l *Lexer) literal() Token {
	l.Pos++
	start := l.Pos
	end, after, plain := l.literalEnd()
	l.Pos = after
	if plain {
		return Token{Kind: StringToken, Bytes: l.Data[start:end:end]}
	}
	return l.unescapeLiteral(l.Data[start:end])
}

// shortLook is how far the end of a string is looked for in a file that has
// made us look in vain for more than wasteFactor times its length.
const (
	shortLook   = 512
	wasteFactor = 8
)

// literalEnd finds the parenthesis that closes a string and tells where to go
// on and whether the string can be taken as it is. One that is never closed
// ends with its object.
func (l *Lexer) literalEnd() (end, after int, plain bool) {
	limit := len(l.Data)
	if l.wasted/wasteFactor > len(l.Data) {
		limit = min(limit, l.Pos+shortLook)
	}
	depth := 1
	plain = true
	for i := l.Pos; i < limit; i++ {
		switch l.Data[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i, i + 1, plain
			}
		case '\\':
			i++
			plain = false
		case '\r':
			plain = false
		}
	}
	l.wasted += limit - l.Pos
	end = limit
	if i := bytes.Index(l.Data[l.Pos:limit], endobj); i >= 0 {
		end = l.Pos + i
	}
	return end, end, plain
}

var escapes = [256]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f'}

func (l *Lexer) unescapeLiteral(raw []byte) Token {
	l.tidy()
	start := len(l.scratch)
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		switch {
		case c == '\r': // an end of line of any form is \n
			i += lineFeedAt(raw, i+1)
			c = '\n'
		case c != '\\':
		case i+1 == len(raw):
			continue
		default:
			i++
			c = raw[i]
			switch {
			case c >= '0' && c <= '7':
				var n int
				n, i = octal(raw, i)
				c = byte(n)
			case escapes[c] != 0:
				c = escapes[c]
			case c == '\r': // the line goes on
				i += lineFeedAt(raw, i+1)
				continue
			case c == '\n':
				continue
			}
		}
		l.scratch = append(l.scratch, c)
	}
	return l.scratched(start)
}

func lineFeedAt(raw []byte, i int) int {
	if i < len(raw) && raw[i] == '\n' {
		return 1
	}
	return 0
}

// octal reads up to three digits and returns the place of the last one.
func octal(raw []byte, i int) (n, last int) {
	for last = i; last < len(raw) && last < i+3 && raw[last] >= '0' && raw[last] <= '7'; last++ {
		n = n<<3 | int(raw[last]-'0')
	}
	return n, last - 1
}
