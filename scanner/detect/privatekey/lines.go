package privatekey

import (
	"regexp"
	"strings"
	"sync"
)

// breaks are the ways in which JSON, source code, URLs and HTML write the end of
// a line, as often escaped as they like, and a line that goes on (\ at its end).
var breaks = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\\+\r?\n|\\+(?:r\\+n|[nrt]|u000[adAD])|%0[aAdD]|&#(?:x0?[aAdD]|1[03]);|<br ?/?>`)
})

// escapes are characters of base64 that some writers escape.
var escapes = strings.NewReplacer(`\/`, "/", "%2B", "+", "%2b", "+", "%2F", "/", "%2f", "/", "%3D", "=", "%3d", "=",
	`\u002b`, "+", `\u002B`, "+", `\u003d`, "=", `\u003D`, "=", `\u002f`, "/", `\u002F`, "/", "&quot;", `"`, "&#39;", "'", "&#34;", `"`)

// plainLines returns the lines of a text without what the place around them
// adds: escapes, quotes, concatenation, indentation, comment marks, the marks of
// a diff. Empty lines are left out.
func plainLines(text []byte) []string {
	s := string(text)
	if strings.ContainsAny(s, `\%&<`) { // what both of them replace begins with one of these
		s = escapes.Replace(breaks().ReplaceAllString(s, "\n"))
	}
	var lines []string
	diff := true
	for line := range strings.Lines(s) {
		line = plainLine(line)
		if line == "" {
			continue
		}
		diff = diff && strings.HasPrefix(line, "+")
		lines = append(lines, line)
	}
	if diff {
		for i, line := range lines {
			lines[i] = strings.TrimSpace(line[1:])
		}
	}
	return lines
}

// operators may stand around the strings that a key was split into.
const operators = " \t\r\n\\+.,;()&[]"

func plainLine(line string) string {
	if strings.ContainsAny(line, "\"'`") {
		line = longestPart(line, "\"'`")
		if strings.Trim(line, operators) == "" {
			return ""
		}
	}
	line = strings.Trim(line, " \t\r\n\\,;")
	for _, mark := range []string{"//", "#", "*", ">", "|", "--"} {
		if rest, ok := strings.CutPrefix(line, mark); ok && (mark != "//" || strings.HasPrefix(rest, " ")) {
			line = strings.TrimLeft(rest, " \t*>")
			break
		}
	}
	if strings.Contains(line, ":") {
		return line
	}
	return strings.ReplaceAll(line, " ", "")
}

func longestPart(s, separators string) string {
	longest := ""
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(separators, r) }) {
		if len(strings.Trim(part, operators)) > len(strings.Trim(longest, operators)) {
			longest = part
		}
	}
	return longest
}
