package report

import "strings"

// Text that strangers wrote must not become markup where a service renders Markdown:
// no link, no image, no HTML, and nobody is called by name.

// markup are the characters that mean something in GitHub's or GitLab's Markdown,
// wherever they stand in a line.
const markup = "\\`*_{}[]()<>#!|~&$%"

// EscapeMarkdown returns printable text as Markdown that reads as it does.
func EscapeMarkdown(s string) string {
	var out strings.Builder
	for _, r := range Printable(s) {
		switch {
		case r == '@': // a name behind it would be reported
			out.WriteString("`@`")
			continue
		case strings.ContainsRune(markup, r):
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return unlinked.Replace(out.String())
}

// unlinked breaks up what services take for an address (GFM 0.29, 6.9).
var unlinked = strings.NewReplacer("://", `:\//`, "www.", `www\.`)

// CodeSpan returns printable text as a code span, in which nothing has a meaning: the
// fence is longer than every run of backticks in the text (CommonMark 0.31, 6.1).
func CodeSpan(s string) string {
	s = Printable(s)
	if strings.TrimSpace(s) == "" {
		return ""
	}
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	fence := strings.Repeat("`", longest+1)
	if s[0] == '`' || s[len(s)-1] == '`' || s[0] == ' ' && s[len(s)-1] == ' ' {
		s = " " + s + " "
	}
	return fence + s + fence
}
