package awsaccount

import "bytes"

// phrases are the names under which the digits stand, from the nearest: the key
// or the words right before them, then what encloses those.
type phrases struct {
	direct  []byte   // key, variable, flag, column or words before the digits
	parents [][]byte // heads of the enclosing brackets and the less indented lines above
	comment []byte   // the comment right above
	pair    []byte   // what stands before the direct phrase in the same brackets, or in the line above
	inName  bool     // the digits are part of a path, an address or a name
}

// Bounds of the walk upwards.
const (
	maxParents = 8
	maxLines   = 400
	maxFlat    = 50      // lines without indentation, which only an opening bracket can enclose
	maxInLine  = 3 << 10 // bytes of one line, which may be minified
)

// enclosing finds the phrases for the digits that follow before.
func enclosing(before []byte) phrases {
	var ph phrases
	line := lastLine(before)
	ph.direct, ph.pair, ph.parents = inLine(line)
	above := before[:len(before)-len(line)]
	if ph.pair == nil && len(above) > 0 {
		ph.pair = lastLine(above[:len(above)-1])
	}
	whole := len(ph.direct)
	ph.direct = ownName(ph.direct)
	ph.inName = len(ph.direct) < whole
	ph.comment = commentAbove(above)
	ph.parents = append(ph.parents, linesAbove(line, above)...)
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
func inLine(line []byte) (direct, pair []byte, parents [][]byte) {
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
			parents = append(parents, part)
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

// linesAbove walks up the lines and takes every one that is less indented than
// those before it, or opens the bracket they stand in.
func linesAbove(line, above []byte) [][]byte {
	var (
		parents [][]byte
		indent  = indentOf(line)
		dash    = isItem(line)
		closed  = false // a bracket that opened at this indent is closed again
	)
	for n := 0; len(above) > 0 && n < maxLines && len(parents) < maxParents; n++ {
		if indent == 0 && n > maxFlat {
			break
		}
		above = above[:len(above)-1] // the line break
		l := lastLine(above)
		above = above[:len(above)-len(l)]
		text := bytes.TrimSpace(l)
		if len(text) == 0 {
			continue
		}
		in := indentOf(l)
		switch {
		case in < indent:
		case in == indent && !closed && opens(text) && !isItem(l) && (dash || !endsIn(text, ":")):
		default:
			closed = closed || in == indent && closes(text)
			continue
		}
		indent, dash, closed = in, isItem(l), closes(text)
		if isComment(text) || !hasLetter(text) {
			continue
		}
		parents = append(parents, text)
		if in == 0 && !dash {
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

// commentAbove returns the line above if it is a comment.
func commentAbove(above []byte) []byte {
	if len(above) == 0 {
		return nil
	}
	l := bytes.TrimSpace(lastLine(above[:len(above)-1]))
	if isComment(l) {
		return l
	}
	return nil
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
