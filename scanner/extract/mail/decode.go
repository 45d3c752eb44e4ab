package mail

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// encoded reports whether a transfer encoding changes what is sent.
func encoded(encoding string) bool { return decoders[encoding] != nil }

var decoders = map[string]func([]byte) []byte{
	"base64":           decodeBase64,
	"quoted-printable": decodeQuotedPrintable,
	"x-uuencode":       firstUuencoded,
	"uuencode":         firstUuencoded,
	"x-uue":            firstUuencoded,
}

func decodeTransfer(body []byte, encoding string) []byte {
	if decode := decoders[encoding]; decode != nil {
		return decode(body)
	}
	return body
}

// base64Alphabet tells the characters of base64 from dirt.
var base64Alphabet = func() (t [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = true
	}
	return t
}()

// decodeBase64 leaves out what is no base64, line breaks first of all. After the
// padding another encoding may begin; what is cut off in a boundary ends there.
func decodeBase64(body []byte) []byte {
	body, _, _ = bytes.Cut(body, []byte("\n--"))
	out := make([]byte, 0, len(body)/4*3)
	letters := make([]byte, 0, len(body))
	flush := func() {
		n := len(letters)
		if n%4 == 1 { // six bits are nothing
			n--
		}
		decoded := make([]byte, base64.RawStdEncoding.DecodedLen(n))
		k, _ := base64.RawStdEncoding.Decode(decoded, letters[:n]) // of letters only, so it does not fail
		out = append(out, decoded[:k]...)
		letters = letters[:0]
	}
	for _, c := range body {
		switch {
		case base64Alphabet[c]:
			letters = append(letters, c)
		case c == '=' && len(letters) > 0:
			flush()
		}
	}
	flush()
	return out
}

// decodeQuotedPrintable keeps an escape that is none as it is.
func decodeQuotedPrintable(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		if body[i] != '=' {
			out = append(out, body[i])
			continue
		}
		rest := body[i+1:]
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		high, low := -1, -1
		if len(rest) >= 2 {
			high, low = hex(rest[0]), hex(rest[1])
		}
		switch {
		case high >= 0 && low >= 0:
			out = append(out, byte(high<<4|low))
			i += 2
		case len(line) < 80 && len(bytes.TrimSpace(line)) == 0: // the line goes on
			i += min(len(line)+1, len(rest))
		default:
			out = append(out, '=')
		}
	}
	return out
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// toUTF8 returns text in a character set as UTF-8. What is unknown stays as it is.
func toUTF8(text []byte, charset string) []byte {
	e := charsetOf(charset)
	if e == nil {
		return text
	}
	decoded, err := e.NewDecoder().Bytes(text)
	if err != nil { // decoders replace what is malformed
		return text
	}
	return decoded
}

func charsetOf(name string) encoding.Encoding {
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" || name == "utf-8" || name == "us-ascii" || name == "ascii" {
		return nil
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return e
}

// charsetReader is toUTF8 for encoded words.
func charsetReader(charset string, input io.Reader) (io.Reader, error) {
	if e := charsetOf(charset); e != nil {
		return e.NewDecoder().Reader(input), nil
	}
	return input, nil
}

// clean makes text of what a message calls text.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			if r == '\r' {
				return -1
			}
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
