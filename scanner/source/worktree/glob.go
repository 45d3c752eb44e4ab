package worktree

import "strings"

// Globs in git's dialect, see gitignore(5) and git's wildmatch.c. They come from
// the repository, so time must not depend on how they are made: both levels
// below go back to the last star only, which is enough, and makes the cost at
// worst the product of the lengths.

// matchPath matches the elements of a glob against those of a path. "**" stands
// for any number of elements, at the end for at least one.
func matchPath(glob, path []string) bool {
	g, p := 0, 0
	star, from := -1, 0 // the last "**", and where the path goes on after it
	for p < len(path) {
		switch {
		case g < len(glob) && glob[g] == "**":
			if g == len(glob)-1 {
				return true
			}
			star, from = g, p
			g++
		case g < len(glob) && matchName(glob[g], path[p]):
			g++
			p++
		case star >= 0:
			from++
			g, p = star+1, from
		default:
			return false
		}
	}
	return g == len(glob)
}

// matchName matches a glob without slashes against a name, bytewise.
func matchName(glob, name string) bool {
	g, n := 0, 0
	star, from := -1, 0
	for n < len(name) {
		if g < len(glob) && glob[g] == '*' {
			star, from = g, n
			g++
			continue
		}
		if size, ok := matchByte(glob[g:], name[n]); ok {
			g += size
			n++
			continue
		}
		if star < 0 {
			return false
		}
		from++
		g, n = star+1, from
	}
	return strings.Trim(glob[g:], "*") == ""
}

// matchByte matches the first element of a glob, which is no star, and returns
// its size.
func matchByte(glob string, b byte) (size int, ok bool) {
	switch {
	case glob == "":
		return 0, false
	case glob[0] == '?':
		return 1, true
	case glob[0] == '[':
		return matchClass(glob, b)
	case glob[0] == '\\':
		return 2, len(glob) > 1 && glob[1] == b
	}
	return 1, glob[0] == b
}

// matchClass matches a bracket expression. One that does not end matches
// nothing.
func matchClass(glob string, b byte) (size int, ok bool) {
	i := 1
	negate := i < len(glob) && (glob[i] == '!' || glob[i] == '^')
	if negate {
		i++
	}
	in := false
	for first := true; i < len(glob); first = false {
		if glob[i] == ']' && !first {
			return i + 1, in != negate
		}
		if name, rest, ok := strings.Cut(glob[i:], ":]"); ok && strings.HasPrefix(name, "[:") {
			class, known := classes[name[2:]]
			if !known {
				return 0, false
			}
			in = in || class(b)
			i = len(glob) - len(rest)
			continue
		}
		low, next := classByte(glob, i)
		high := low
		if next+1 < len(glob) && glob[next] == '-' && glob[next+1] != ']' {
			high, next = classByte(glob, next+1)
		}
		in = in || low <= b && b <= high
		i = next
	}
	return 0, false
}

// classByte reads a byte of a bracket expression, which a backslash may quote.
func classByte(glob string, i int) (b byte, next int) {
	if glob[i] == '\\' && i+1 < len(glob) {
		i++
	}
	return glob[i], i + 1
}

// classes are the named classes of bracket expressions, for ASCII.
var classes = map[string]func(byte) bool{
	"alnum":  func(b byte) bool { return isAlpha(b) || isDigit(b) },
	"alpha":  isAlpha,
	"blank":  func(b byte) bool { return b == ' ' || b == '\t' },
	"cntrl":  func(b byte) bool { return b < ' ' || b == 0x7f },
	"digit":  isDigit,
	"graph":  func(b byte) bool { return b > ' ' && b < 0x7f },
	"lower":  func(b byte) bool { return 'a' <= b && b <= 'z' },
	"print":  func(b byte) bool { return b >= ' ' && b < 0x7f },
	"punct":  func(b byte) bool { return b > ' ' && b < 0x7f && !isAlpha(b) && !isDigit(b) },
	"space":  func(b byte) bool { return b == ' ' || '\t' <= b && b <= '\r' },
	"upper":  func(b byte) bool { return 'A' <= b && b <= 'Z' },
	"xdigit": func(b byte) bool { return isDigit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' },
}

func isAlpha(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
func isDigit(b byte) bool { return '0' <= b && b <= '9' }
