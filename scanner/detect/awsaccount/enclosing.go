package awsaccount

import "bytes"

// phrases are the names under which the digits stand, from the nearest: the key
// or the words right before them, then what encloses those.
type phrases struct {
	direct  []byte   // key, variable, flag, column or words before the digits
	parents []parent // heads of the enclosing brackets and the less indented lines above
	comment []byte   // the comment right above
	pair    []byte   // what stands before the direct phrase in the same brackets, or in the line above
	inName  bool     // the digits are part of a path, an address or a name
}

// parent is a name that encloses the digits: of a bracket in their own line, or
// a line above.
type parent struct {
	text []byte
	line *part // nil in the digits' own line
}

// read reads the name; that of a line above is remembered with the line.
func (p *parent) read() reading {
	if p.line != nil {
		return p.line.readBack()
	}
	return readBack(p.text)
}

// Bounds of the walk upwards.
const (
	maxParents = 8
	maxLines   = 400
	maxFlat    = 50      // lines without indentation, which only an opening bracket can enclose
	maxInLine  = 3 << 10 // bytes of one line, which may be minified
)

// enclosing finds the phrases for the digits.
func enclosing(p *place) phrases {
	var ph phrases
	ph.direct, ph.pair, ph.parents = inLine(p.line)
	if l := p.up(0); l != nil {
		if ph.pair == nil {
			ph.pair = l.text
		}
		if isComment(l.trimmed) {
			ph.comment = l.trimmed
		}
	}
	whole := len(ph.direct)
	ph.direct = ownName(ph.direct)
	ph.inName = len(ph.direct) < whole
	ph.parents = linesAbove(p, ph.parents)
	return ph
}

// ownName cuts from a direct phrase what names something else: a path or address
// that the digits are in, and the labels of a metric.
func ownName(phrase []byte) []byte {
	if i := tokenStart(phrase); bytes.IndexByte(phrase[i:], '/') >= 0 {
		phrase = phrase[:i]
	}
	if i := bytes.IndexByte(phrase, '{'); i >= 0 && bytes.HasSuffix(bytes.TrimSpace(phrase), []byte("}")) {
		phrase = phrase[:i]
	}
	return phrase
}

// inLine walks back over the line with an eye on brackets. What stands between
// the digits and the last open comma or bracket is the direct phrase, what
// stands before that comma the pair; what stands before an open bracket is a
// parent.
func inLine(line []byte) (direct, pair []byte, parents []parent) {
	line = tail(line, maxInLine)
	var (
		depth = 0
		end   = len(line)
		first = true
	)
	take := func(from int) {
		part := line[from:end]
		if first {
			direct, first = part, false
		} else if len(parents) < maxParents {
			parents = append(parents, parent{text: part})
		}
	}
	open := true // the part that ends at end is being read
	comma := 0   // behind the pair, while that is being read
	for i := len(line) - 1; i >= 0; i-- {
		switch line[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth > 0 {
				depth--
				continue
			}
			if open {
				take(i + 1)
			}
			if comma > 0 {
				pair, comma = line[i+1:comma], 0
			}
			end, open = i, true
		case ',', ';':
			if depth > 0 {
				continue
			}
			if comma > 0 {
				pair, comma = line[i+1:comma], 0
			}
			if open {
				if first {
					comma = i
				}
				take(i + 1)
				open = false
			}
		}
		if len(parents) >= maxParents {
			return direct, pair, parents
		}
	}
	if open {
		take(0)
	}
	return direct, pair, parents
}

// linesAbove walks up the lines and adds every one to parents that is less
// indented than those before it, or opens the bracket they stand in.
func linesAbove(p *place, parents []parent) []parent {
	var (
		indent = indentOf(p.line)
		dash   = isItem(p.line)
		closed = false // a bracket that opened at this indent is closed again
		most   = len(parents) + maxParents
	)
	for n := 0; n < maxLines && len(parents) < most; n++ {
		if indent == 0 && n > maxFlat {
			break
		}
		l := p.up(n)
		if l == nil {
			break
		}
		if len(l.trimmed) == 0 {
			continue
		}
		switch {
		case l.indent < indent:
		case l.indent == indent && !closed && l.opening && !l.item && (dash || !endsIn(l.trimmed, ":")):
		default:
			closed = closed || l.indent == indent && l.closing
			continue
		}
		indent, dash, closed = l.indent, l.item, l.closing
		if isComment(l.trimmed) || !hasLetter(l.trimmed) {
			continue
		}
		parents = append(parents, parent{l.trimmed, l})
		if l.indent == 0 && !dash {
			break
		}
	}
	return parents
}

// indentOf counts the bytes before the text of a line; the dash of a YAML item
// or the marks of a diff count as text.
func indentOf(line []byte) int {
	for i, c := range line {
		if c != ' ' && c != '\t' {
			return i
		}
	}
	return len(line)
}

func isItem(line []byte) bool {
	t := bytes.TrimLeft(line, " \t")
	return len(t) > 1 && (t[0] == '-' || t[0] == '*') && t[1] == ' '
}

func opens(text []byte) bool  { return endsIn(text, "[{(:") }
func closes(text []byte) bool { return text[0] == '}' || text[0] == ']' || text[0] == ')' }

func endsIn(text []byte, set string) bool {
	return len(text) > 0 && bytes.IndexByte([]byte(set), text[len(text)-1]) >= 0
}

func hasLetter(text []byte) bool {
	for _, c := range text {
		if isLetter(c) {
			return true
		}
	}
	return false
}

// commentMarks begin a line that is a comment or, in prose, a heading.
var commentMarks = [][]byte{[]byte("#"), []byte("//"), []byte("--"), []byte("/*"), []byte("*"), []byte("<!--"), []byte(";"), []byte("%")}

func isComment(text []byte) bool {
	for _, m := range commentMarks {
		if bytes.HasPrefix(text, m) {
			return true
		}
	}
	return false
}

// commentBehind returns the comment that follows the digits in their line.
func commentBehind(rest []byte) []byte {
	for _, m := range [][]byte{[]byte("#"), []byte("//"), []byte("/*"), []byte("<!--"), []byte("--")} {
		if i := bytes.Index(rest, m); i >= 0 {
			return rest[i+len(m):]
		}
	}
	return nil
}
