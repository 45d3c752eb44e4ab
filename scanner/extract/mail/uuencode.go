package mail

import (
	"bytes"
)

// uuencoded hands over the files that stand in a text as people sent them before
// MIME: between "begin 644 name" and "end".
func (r *reader) uuencoded(text []byte, place string) error {
	for {
		name, content, rest, found := nextUuencoded(text)
		if !found {
			return nil
		}
		if err := r.out.EmbedBytes(name, joinPlaces(place, "attachment"), content); err != nil {
			return err
		}
		text = rest
	}
}

func firstUuencoded(body []byte) []byte {
	_, content, _, _ := nextUuencoded(body)
	return content
}

// nextUuencoded decodes the first file in a text.
func nextUuencoded(text []byte) (name string, content, rest []byte, found bool) {
	for {
		i := bytes.Index(text, []byte("begin "))
		if i < 0 {
			return "", nil, nil, false
		}
		starts := i == 0 || text[i-1] == '\n'
		line, after, _ := bytes.Cut(text[i:], []byte("\n"))
		fields := bytes.Fields(line)
		text = text[i+len("begin "):]
		if !starts || len(fields) < 3 || !octal(fields[1]) {
			continue
		}
		content, rest := uudecode(after)
		if len(content) > 0 {
			return clean(string(bytes.Join(fields[2:], []byte(" ")))), content, rest, true
		}
	}
}

func octal(b []byte) bool {
	return (len(b) == 3 || len(b) == 4) && len(bytes.Trim(b, "01234567")) == 0
}

// uudecode decodes lines until one does not have the length that its first
// character says.
func uudecode(text []byte) (content, rest []byte) {
	for len(text) > 0 {
		line, after, _ := bytes.Cut(text, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if len(line) == 0 || line[0] < ' ' || line[0] > '`' {
			return content, text
		}
		n := int(line[0]-' ') & 63
		if n == 0 || (n+2)/3*4 > len(line)-1+3 { // trailing blanks may be lost
			return content, text
		}
		content = appendUuencoded(content, line[1:], n)
		text = after
	}
	return content, nil
}

func appendUuencoded(to, line []byte, n int) []byte {
	for i := 0; n > 0; i += 4 {
		var group uint32
		for k := range 4 {
			c := byte(' ')
			if i+k < len(line) {
				c = line[i+k]
			}
			group = group<<6 | uint32(c-' ')&63
		}
		three := []byte{byte(group >> 16), byte(group >> 8), byte(group)}
		to = append(to, three[:min(n, 3)]...)
		n -= 3
	}
	return to
}
