package gcp

import (
	"bytes"
	"encoding/asn1"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

// pemHeader is the end of the first line of a key in PKCS #8.
var pemHeader = []byte("BEGIN PRIVATE KEY-----")

// serviceAccountKey decides over a PEM header: it belongs to a service account
// if the other fields of the key file stand around it. A private key by itself
// is another family's business.
func serviceAccountKey(w *detect.Window, report func(detect.Match)) {
	if m, ok := keyFile(w.Text, w.Start, w.End); ok {
		report(m)
	}
}

// escapedServiceAccountKey decides over a key file in the encoding of URLs, as
// connection strings hold it.
func escapedServiceAccountKey(w *detect.Window, report func(detect.Match)) {
	if m, ok := escapedKeyFile(w.Text, w.Start, w.End); ok {
		report(m)
	}
}

// escapedHeaders are the ends of a PEM block's first line in a URL.
var escapedHeaders = [...][]byte{[]byte("BEGIN+PRIVATE+KEY-----"), []byte("BEGIN%20PRIVATE%20KEY-----")}

// escapedKeyFile decides over the escaped PEM block whose header is
// text[header:headerEnd].
func escapedKeyFile(text []byte, header, headerEnd int) (detect.Match, bool) {
	inURL := func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '`' && c != '<' }
	start := header
	for start > 0 && header-start < fieldsBefore && inURL(text[start-1]) {
		start--
	}
	end := notation.Run(text, headerEnd, 2*maxPEM, inURL)
	start, end = afterPercent(text, start), beforePercent(text, end)
	if start > header || end < headerEnd {
		return detect.Match{}, false
	}
	file, err := url.QueryUnescape(string(text[start:end]))
	if err != nil {
		return detect.Match{}, false
	}
	at := strings.Index(file, string(pemHeader))
	if at < 0 {
		return detect.Match{}, false
	}
	m, ok := keyFile([]byte(file), at, at+len(pemHeader))
	m.Start, m.End = header, end
	if footer := bytes.Index(text[headerEnd:end], []byte("-----END")); footer >= 0 {
		m.End = headerEnd + footer
	}
	return m, ok
}

// afterPercent and beforePercent keep a cut from going through an escape.
func afterPercent(text []byte, i int) int {
	for n := 0; n < 2 && i > 0 && i < len(text); n++ {
		if text[i-1] == '%' || i > 1 && text[i-2] == '%' {
			i++
		}
	}
	return i
}

func beforePercent(text []byte, i int) int {
	for n := 1; n <= 2 && i-n >= 0; n++ {
		if text[i-n] == '%' {
			return i - n
		}
	}
	return i
}

// encodedServiceAccountKey decides over a key file in base64.
func encodedServiceAccountKey(w *detect.Window, report func(detect.Match)) {
	start, end := encodedRun(w.Text, w.Start)
	file, err := base64.StdEncoding.DecodeString(string(unwrap(w.Text[start:end])))
	if err != nil {
		return
	}
	header := bytes.Index(file, pemHeader)
	if header < 0 {
		return
	}
	m, ok := keyFile(file, header, header+len(pemHeader))
	if !ok {
		return
	}
	m.Start, m.End = start, end
	m.Evidence = append(m.Evidence, "the key file is encoded in base64")
	report(m)
}

// encodedRun returns the bounds of the base64 text that holds text[at], which
// may be wrapped over lines.
func encodedRun(text []byte, at int) (start, end int) {
	for start = at; start > 0 && (notation.IsBase64(text[start-1]) || wrapped(text, start-1)); start-- {
	}
	for start < at && !notation.IsBase64(text[start]) {
		start++
	}
	end = at
	for end < len(text) && (notation.IsBase64(text[end]) || text[end] == '=' || wrapped(text, end)) {
		end++
	}
	for end > at && isBreak(text[end-1]) {
		end--
	}
	return start, end
}

// wrapped reports whether text[i] is a line break within base64 that was wrapped
// at 64 or more characters.
func wrapped(text []byte, i int) bool {
	if !isBreak(text[i]) || i < 65 {
		return false
	}
	for _, c := range text[i-64 : i-1] {
		if !notation.IsBase64(c) {
			return false
		}
	}
	return true
}

func isBreak(c byte) bool { return c == '\n' || c == '\r' }

func unwrap(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, b)
}

// How far from a private key the other fields of its file stand: before it the
// first half of the file, behind it the rest.
const (
	fieldsBefore = 1 << 10
	fieldsAfter  = 1 << 10
)

// keyFile decides over the PEM block whose header ends at text[headerEnd].
func keyFile(text []byte, header, headerEnd int) (detect.Match, bool) {
	body := pemBody(text, headerEnd)
	if body.end == 0 || !isRSA(body.der()) {
		return detect.Match{}, false
	}
	before, after := text[max(0, header-fieldsBefore):header], text[body.end:min(len(text), body.end+fieldsAfter)]
	if i := bytes.LastIndex(before, []byte("END PRIVATE KEY")); i >= 0 {
		before = before[i:]
	}
	if i := bytes.Index(after, []byte("BEGIN PRIVATE KEY")); i >= 0 {
		after = after[:i]
	}
	stands := func(word string) bool {
		return bytes.Contains(before, []byte(word)) || bytes.Contains(after, []byte(word))
	}
	m := detect.Match{
		Rule: serviceAccountKeyRule, Start: body.start, End: body.end,
		Value: string(body.base64), Hidden: true,
	}
	email, id, kind := stands("gserviceaccount.com"), stands("private_key_id"), stands("service_account")
	switch {
	case email && id:
		m.Confidence, m.Evidence = 0.98, []string{"private_key with the private_key_id and client_email of a service account"}
	case email:
		m.Confidence, m.Evidence = 0.85, []string{"private key next to the e-mail of a service account"}
	case id && kind:
		m.Confidence, m.Evidence = 0.85, []string{"private_key with a private_key_id in a file of type service_account"}
	default:
		return detect.Match{}, false
	}
	m.Evidence = append(m.Evidence, "the key decodes to an RSA key in PKCS #8")
	return m, true
}

// pem is the base64 of a PEM block and where it stands.
type pem struct {
	base64     []byte
	start, end int // end is 0 if the block is not complete
}

func (p pem) der() []byte {
	der, err := base64.StdEncoding.DecodeString(string(p.base64))
	if err != nil {
		return nil
	}
	return der
}

// maxPEM bounds the base64 of a key: one of 4096 bits takes 3.2 KB.
const maxPEM = 4 << 10

// pemBody reads the base64 from text[at] to the footer, through line breaks and
// their escapes, however often they were escaped.
func pemBody(text []byte, at int) pem {
	var p pem
	end := min(len(text), at+maxPEM+maxPEM/16)
	for i := at; i < end; {
		c, n := unescaped(text[i:end])
		switch {
		case n == 0:
			return pem{}
		case notation.IsBase64(c) || c == '=':
			if len(p.base64) == 0 {
				p.start = i
			}
			p.base64 = append(p.base64, c)
			p.end = i + n
		case c == '-':
			return p
		}
		i += n
	}
	return pem{}
}

// unescaped returns the first character of b, with the number of bytes it takes: 0 if no PEM
// block holds it. White space is returned as a blank.
func unescaped(b []byte) (c byte, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	switch c = b[0]; {
	case c == ' ' || c == '\t' || isBreak(c):
		return ' ', 1
	case notation.IsBase64(c) || c == '=' || c == '-':
		return c, 1
	}
	if c, n = notation.Unescape(b); n > 0 {
		return printed(c), n
	}
	if rest := bytes.TrimLeft(b, `\`); len(rest) > 0 && len(rest) < len(b) && isBreak(rest[0]) {
		return ' ', len(b) - len(rest) + 1 // the line goes on
	}
	return 0, 0
}

// printed returns a blank for what breaks lines or stands for nothing.
func printed(c byte) byte {
	if c == 0 || c == '\t' || isBreak(c) {
		return ' '
	}
	return c
}

// pkcs8 is the outer structure of a private key (RFC 5208, section 5).
type pkcs8 struct {
	Version   int
	Algorithm struct {
		OID        asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	Key []byte
}

// minRSA is the size in bytes of the smallest inner key: one of 1024 bits takes
// about 600.
const minRSA = 500

// isRSA reports whether der is an RSA key in PKCS #8, the only sort that service
// accounts have.
func isRSA(der []byte) bool {
	var key pkcs8
	rest, err := asn1.Unmarshal(der, &key)
	return err == nil && len(rest) == 0 && key.Algorithm.OID.Equal(rsaEncryption) && len(key.Key) >= minRSA
}

// rsaEncryption is from RFC 8017, appendix A.1.
var rsaEncryption = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
