package host

import "strings"

// maxLink bounds a Link header, in bytes. GitHub's four links take under a thousand.
const maxLink = 16 << 10

// nextLink returns the target of the link with rel=next in a Link header (RFC 8288), ""
// if there is none.
func nextLink(headers []string) string {
	for _, header := range headers {
		if len(header) > maxLink {
			continue
		}
		for header != "" {
			var target string
			var rels []string
			target, rels, header = oneLink(header)
			for _, rel := range rels {
				if strings.EqualFold(rel, "next") {
					return target
				}
			}
		}
	}
	return ""
}

// oneLink takes the first link off a header. What is not one ends the header.
func oneLink(text string) (target string, rels []string, rest string) {
	text = strings.TrimLeft(text, " \t,")
	if !strings.HasPrefix(text, "<") {
		return "", nil, ""
	}
	target, text, ok := strings.Cut(text[1:], ">")
	if !ok {
		return "", nil, ""
	}
	for {
		text = strings.TrimLeft(text, " \t")
		if !strings.HasPrefix(text, ";") {
			return strings.TrimSpace(target), rels, text
		}
		var name, value string
		name, value, text = parameter(text[1:])
		if strings.EqualFold(name, "rel") && rels == nil { // the first one counts (RFC 8288, 3.3)
			rels = strings.Fields(value)
		}
	}
}

// parameter takes a link's first parameter off a text: name, name=token or name="quoted".
func parameter(text string) (name, value, rest string) {
	text = strings.TrimLeft(text, " \t")
	end := strings.IndexAny(text, "=;,")
	if end < 0 {
		return strings.TrimSpace(text), "", ""
	}
	name, rest = strings.TrimSpace(text[:end]), text[end:]
	if rest[0] != '=' {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest[1:], " \t")
	if !strings.HasPrefix(rest, `"`) {
		if end = strings.IndexAny(rest, ";,"); end < 0 {
			end = len(rest)
		}
		return name, strings.TrimSpace(rest[:end]), rest[end:]
	}
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '"':
			return name, b.String(), rest[i+1:]
		case '\\':
			i++
			if i < len(rest) {
				b.WriteByte(rest[i])
			}
		default:
			b.WriteByte(rest[i])
		}
	}
	return name, b.String(), ""
}
