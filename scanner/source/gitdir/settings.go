package gitdir

import (
	"fmt"
	"strings"
)

// setting is one line of a git configuration, see git-config(1).
type setting struct {
	section, sub, key string // section and key in lower case
	value             string
	bare              bool // the key stands alone, which means true
}

// settings are those of a file, in its order: the last one of a key counts.
type settings []setting

// last returns the value of a key that counts.
func (s settings) last(section, sub, key string) (string, bool) {
	for i := len(s) - 1; i >= 0; i-- {
		if e := &s[i]; e.key == key && e.section == section && e.sub == sub {
			return e.value, true
		}
	}
	return "", false
}

func (s settings) text(section, key string) string {
	value, _ := s.last(section, "", key)
	return value
}

// flag reads a boolean the way git does; false if it is neither true nor false.
func (s settings) flag(section, sub, key string) (value, known bool) {
	for i := len(s) - 1; i >= 0; i-- {
		e := &s[i]
		if e.key != key || e.section != section || e.sub != sub {
			continue
		}
		switch v := strings.ToLower(e.value); {
		case e.bare, v == "true", v == "yes", v == "on", v == "1":
			return true, true
		case v == "false", v == "no", v == "off", v == "0", v == "":
			return false, true
		}
		return false, false
	}
	return false, false
}

// subsections lists those of a section, each once, in order.
func (s settings) subsections(section string) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range s {
		if e.section == section && e.sub != "" && !seen[e.sub] {
			seen[e.sub] = true
			out = append(out, e.sub)
		}
	}
	return out
}

// parseSettings reads a configuration file. With an error come the settings
// before the damage.
func parseSettings(text string) (settings, error) {
	p := &settingsParser{text: strings.TrimPrefix(text, "\uFEFF"), line: 1}
	for p.skipBlank() {
		var err error
		if p.text[p.at] == '[' {
			err = p.header()
		} else {
			err = p.setting()
		}
		if err != nil {
			return p.out, fmt.Errorf("malformed configuration: line %d: %w", p.line, err)
		}
	}
	return p.out, nil
}

type settingsParser struct {
	text         string
	at, line     int
	section, sub string
	inSection    bool
	out          settings
}

// skipBlank passes white space and comments; false at the end.
func (p *settingsParser) skipBlank() bool {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; c {
		case '\n':
			p.line++
		case ' ', '\t', '\r', '\f', '\v':
		case '#', ';':
			p.skipLine()
			continue
		default:
			return true
		}
		p.at++
	}
	return false
}

func (p *settingsParser) skipLine() {
	for p.at < len(p.text) && p.text[p.at] != '\n' {
		p.at++
	}
}

// header reads "[section]", "[section "sub"]" or "[section.sub]". What it is the
// header of may follow on its line.
func (p *settingsParser) header() error {
	p.at++
	start := p.at
	for p.at < len(p.text) && (isName(p.text[p.at]) || p.text[p.at] == '.') {
		p.at++
	}
	name := strings.ToLower(p.text[start:p.at])
	p.section, p.sub, _ = strings.Cut(name, ".")
	p.inSection = true
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
	if p.at < len(p.text) && p.text[p.at] == '"' {
		if err := p.quotedSub(); err != nil {
			return err
		}
	}
	if p.section == "" || p.at >= len(p.text) || p.text[p.at] != ']' {
		return fmt.Errorf("a section's header is not closed")
	}
	p.at++
	return nil
}

func (p *settingsParser) quotedSub() error {
	var sub strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			p.sub = sub.String()
			return nil
		case c == '\n':
			return fmt.Errorf("a section's name is not closed")
		case c == '\\' && p.at+1 < len(p.text) && p.text[p.at+1] != '\n':
			p.at++
			sub.WriteByte(p.text[p.at])
		default:
			sub.WriteByte(c)
		}
	}
	return fmt.Errorf("a section's name is not closed")
}

func (p *settingsParser) setting() error {
	start := p.at
	for p.at < len(p.text) && isName(p.text[p.at]) {
		p.at++
	}
	if p.at == start || !p.inSection {
		return fmt.Errorf("neither a section nor a key")
	}
	e := setting{section: p.section, sub: p.sub, key: strings.ToLower(p.text[start:p.at])}
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
	switch {
	case p.at < len(p.text) && p.text[p.at] == '=':
		p.at++
		var err error
		if e.value, err = p.value(); err != nil {
			return err
		}
	case p.at == len(p.text), strings.IndexByte("\r\n#;", p.text[p.at]) >= 0:
		e.bare = true
	default:
		return fmt.Errorf("no = behind a key")
	}
	p.out = append(p.out, e)
	return nil
}

// escapes are what may follow a backslash in a value.
var escapes = map[byte]byte{'"': '"', '\\': '\\', 'n': '\n', 't': '\t', 'b': '\b'}

// value reads to the end of the line, or of the lines that a backslash joins.
// White space around it does not count but within quotes.
func (p *settingsParser) value() (string, error) {
	var out []byte
	kept := 0 // up to where trailing white space must stay
	quoted := false
	for ; p.at < len(p.text); p.at++ {
		c := p.text[p.at]
		switch {
		case c == '\n' || c == '\r' && p.at+1 < len(p.text) && p.text[p.at+1] == '\n':
			if quoted {
				return "", fmt.Errorf("a quote is not closed")
			}
			return string(trimEnd(out, kept)), nil
		case c == '\\':
			p.at++
			if p.at < len(p.text) && p.text[p.at] == '\r' && p.at+1 < len(p.text) && p.text[p.at+1] == '\n' {
				p.at++
			}
			if p.at >= len(p.text) {
				return "", fmt.Errorf("a backslash at the end")
			}
			if p.text[p.at] == '\n' {
				p.line++
				continue
			}
			plain, ok := escapes[p.text[p.at]]
			if !ok {
				return "", fmt.Errorf("an unknown escape")
			}
			out = append(out, plain)
			kept = len(out)
		case c == '"':
			quoted = !quoted
			kept = len(out)
		case !quoted && (c == '#' || c == ';'):
			p.skipLine()
			return string(trimEnd(out, kept)), nil
		case !quoted && len(out) == 0 && kept == 0 && (c == ' ' || c == '\t'):
		default:
			out = append(out, c)
			if quoted {
				kept = len(out)
			}
		}
	}
	if quoted {
		return "", fmt.Errorf("a quote is not closed")
	}
	return string(trimEnd(out, kept)), nil
}

func trimEnd(value []byte, kept int) []byte {
	for len(value) > kept && strings.IndexByte(" \t\r", value[len(value)-1]) >= 0 {
		value = value[:len(value)-1]
	}
	return value
}

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}
