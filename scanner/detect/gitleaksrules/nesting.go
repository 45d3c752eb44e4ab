package gitleaksrules

import "bytes"

// Bounds of a file's structure. The TOML library descends once for each level, and
// keeps for every key the names of all tables around it: without bounds some
// kilobytes of brackets or of dots take gigabytes, or the stack.
const (
	maxNesting = 8   // of arrays and inline tables, and of the parts of a dotted key
	maxKey     = 128 // bytes of a key or a table's name, with its dots
)

// nesting follows the structure of a TOML file, as far as brackets and keys are
// concerned. Where a file is malformed it may follow something else, which does no
// harm: the library reads no further.
type nesting struct {
	data   []byte
	at     int
	depth  int  // of brackets and braces
	start  int  // of the key, if it is one, that stands here
	dots   int  // since start
	header bool // in a table's name
}

// tooDeep returns the offset at which a file exceeds the bounds.
func tooDeep(data []byte) (offset int, deep bool) {
	n := nesting{data: data}
	for n.at < len(data) {
		if !n.step() {
			return n.at, true
		}
	}
	return 0, false
}

// step takes a character, a string or a comment, and reports whether the bounds
// hold.
func (n *nesting) step() bool {
	switch c := n.data[n.at]; c {
	case '"', '\'':
		n.at = stringEnd(n.data, n.at)
		return true
	case '#':
		n.at += lineEnd(n.data[n.at:])
		return true
	case '\n':
		n.header = n.header && n.depth > 0
		n.begin()
	case '[', '{':
		n.header = n.header || c == '[' && n.depth == 0 && len(bytes.TrimSpace(n.data[n.start:n.at])) == 0
		n.depth++
		if !n.header {
			n.begin()
		}
	case ']', '}':
		n.depth--
	case ',':
		n.begin()
	case '.':
		n.dots++
	case '=':
		if n.at-n.start > maxKey {
			return false
		}
		n.begin()
	}
	if n.depth > maxNesting || n.dots > maxNesting || n.header && n.at-n.start > maxKey {
		return false
	}
	n.at++
	return true
}

// begin says that a key may begin behind this character.
func (n *nesting) begin() { n.start, n.dots = n.at+1, 0 }

func lineEnd(text []byte) int {
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		return i
	}
	return len(text)
}

// stringEnd returns the end of the string that begins at an offset.
func stringEnd(data []byte, at int) int {
	quote := data[at]
	three := bytes.Repeat([]byte{quote}, 3)
	long := bytes.HasPrefix(data[at:], three)
	if long {
		at += 3
	} else {
		at++
	}
	for ; at < len(data); at++ {
		switch c := data[at]; {
		case c == '\\' && quote == '"':
			at++
		case c == '\n' && !long:
			return at
		case c != quote:
		case !long:
			return at + 1
		case bytes.HasPrefix(data[at:], three):
			at += 3
			for range 2 { // quotes in front of the closing ones are part of the string
				if at < len(data) && data[at] == quote {
					at++
				}
			}
			return at
		}
	}
	return len(data)
}
