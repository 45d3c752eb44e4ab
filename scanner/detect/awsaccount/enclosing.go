package awsaccount

import "bytes"

// phrases are the names under which the digits stand, from the nearest: the key
// or the words right before them, then what encloses those.
type phrases struct {
	direct  []byte   // key, variable, flag, column or words before the digits
	parents [][]byte // heads of the enclosing brackets and the less indented lines above
	comment []byte   // the comment right above
}

// Bounds of the walk upwards.
const (
	maxParents = 8
	maxLines   = 400
)

// enclosing finds the phrases for the digits that follow before.
func enclosing(before []byte) phrases {
	var ph phrases
	line := lastLine(before)
	ph.direct, ph.parents = inLine(line)
	above := before[:len(before)-len(line)]
	ph.comment = commentAbove(above)
	ph.parents = append(ph.parents, linesAbove(line, above)...)
	return ph
}

// inLine walks back over the line with an eye on brackets. What stands between
// the digits and the last open comma or bracket is the direct phrase; what
// stands before an open bracket is a parent.
func inLine(line []byte) (direct []byte, parents [][]byte) {
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
			end, open = i, true
		case ',', ';':
			if depth == 0 && open {
				take(i + 1)
				open = false
			}
		}
		if len(parents) >= maxParents {
			return direct, parents
		}
	}
	if open {
		take(0)
	}
	return direct, parents
}

// linesAbove walks up the lines and takes every one that is less indented than
// those before it, or opens the bracket they stand in.
func linesAbove(line, above []byte) [][]byte {
	var (
		parents [][]byte
		indent  = indentOf(line)
		dash    = isItem(line)
	)
	for n := 0; len(above) > 0 && n < maxLines && len(parents) < maxParents; n++ {
		above = above[:len(above)-1] // the line break
		l := lastLine(above)
		above = above[:len(above)-len(l)]
		text := bytes.TrimSpace(l)
		if len(text) == 0 {
			continue
		}
		in := indentOf(l)
		opens := endsIn(text, "[{(:")
		switch {
		case in < indent:
		case in == indent && opens && !isItem(l) && (dash || !endsIn(text, ":")):
		default:
			continue
		}
		indent, dash = in, isItem(l)
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
