package mail_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/extracttest"
	"github.com/deputy-sec/deputy/scanner/extract/mail"
)

// account returns 12 digits that look like an account ID, made at test time.
func account(n int) string { return fmt.Sprintf("%012d", (uint64(n)*7919+13)*104729*32452843%1e12) }

type want struct{ Text, Inside, Place string }

func wants(list []want) []extracttest.Want {
	out := make([]extracttest.Want, len(list))
	for i, w := range list {
		out[i] = extracttest.Want(w)
	}
	return out
}

func folded(data []byte) string {
	s := base64.StdEncoding.EncodeToString(data)
	var b strings.Builder
	for ; len(s) > 76; s = s[76:] {
		b.WriteString(s[:76] + "\r\n")
	}
	return b.String() + s + "\r\n"
}

func quoted(s string) string {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // a builder takes all
	w.Close()
	return b.String()
}

func lines(s ...string) string { return strings.Join(s, "\r\n") }

func uuencode(name string, content []byte) string {
	var b strings.Builder
	b.WriteString("begin 644 " + name + "\r\n")
	for rest := content; len(rest) > 0; {
		n := min(45, len(rest))
		b.WriteByte(byte(' ' + n))
		for i := 0; i < n; i += 3 {
			var three [3]byte
			copy(three[:], rest[i:n])
			g := uint32(three[0])<<16 | uint32(three[1])<<8 | uint32(three[2])
			for shift := 18; shift >= 0; shift -= 6 {
				b.WriteByte(byte(' ' + g>>shift&63))
			}
		}
		b.WriteString("\r\n")
		rest = rest[n:]
	}
	return b.String() + "`\r\nend\r\n"
}

func message() string {
	return lines(
		"Return-Path: <ann@x.example>",
		"Received: from a by b;",
		"\tSat, 21 Nov 2026 06:00:00 +0000",
		"From: Ann <ann@x.example>",
		"Subject: "+mime.BEncoding.Encode("utf-8", "Größe "+account(1)),
		"MIME-Version: 1.0",
		`Content-Type: multipart/mixed; boundary="outer one"`,
		"", "preamble",
		"--outer one",
		"Content-Type: multipart/alternative; boundary=inner",
		"",
		"--inner",
		"Content-Type: text/plain; charset=iso-8859-1",
		"Content-Transfer-Encoding: quoted-printable",
		"", "caf=E9 "+quoted(account(2)[:6])+"=", account(2)[6:],
		"--inner",
		"Content-Type: text/html; charset=utf-16le",
		"Content-Transfer-Encoding: base64",
		"", folded(utf16le("<p>"+account(3)+"</p>"))+"--inner--", "",
		"--outer one",
		"Content-Type: application/octet-stream; name="+mime.BEncoding.Encode("utf-8", "schlüssel.csv"),
		"Content-Disposition: attachment",
		"Content-Transfer-Encoding: Base64",
		"", folded([]byte("id\n"+account(4)+"\n")),
		"--outer one",
		"Content-Type: message/rfc822",
		"", "From: bob@x.example", "Subject: "+mime.QEncoding.Encode("utf-8", "Größe "+account(5)), "Content-Transfer-Encoding: base64", "", folded([]byte("inner "+account(6))),
		"--outer one",
		"Content-Type: text/plain",
		"", "as people did before", uuencode("old.txt", []byte(strings.Repeat("line\n", 20)+account(7))),
		"--outer one",
		"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
		"", "AAAA",
	) + "\r\n" // the last boundary never comes
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func messageWants(place string) []want {
	at := func(s string) string { return strings.TrimPrefix(place+", "+s, ", ") }
	return []want{
		{"Subject: Größe " + account(1), "", at("header Subject")},
		{"café " + account(2), "", at("body")},
		{"<p>" + account(3) + "</p>", "", at("HTML body")},
		{account(4), "schlüssel.csv", at("attachment")},
		{"Subject: Größe " + account(5), "", at("attached message, header Subject")},
		{"inner " + account(6), "", at("attached message, body")},
		{account(7), "old.txt", at("body, attachment")},
	}
}

func mailbox() string {
	return "From ann@x.example Sat Nov 21 06:00:00 2026\r\nSubject: one\r\n\r\nFrom here on\r\n\r\nFrom home, at last\r\n\r\n" +
		"From bob@x.example Sat Nov 21 07:00:00 2026\r\n" + message() + "\r\n"
}

func savedPage() string {
	return lines("From: <Saved by Blink>", "Snapshot-Content-Location: https://x.example/", "Subject: page", "MIME-Version: 1.0",
		"Content-Type: multipart/related;", "\ttype=\"text/html\";", "\tboundary=\"--Boundary--\"", "",
		"----Boundary--", "Content-Type: text/html", "Content-Transfer-Encoding: quoted-printable", "", "<b title=3D\""+account(20)+"\">", "",
		"----Boundary--", "Content-Type: image/svg+xml", "Content-Transfer-Encoding: base64", "Content-Location: https://x.example/a/logo.svg", "", folded([]byte("<svg>"+account(21))),
		"----Boundary----", "")
}

// literals packs RTF without a copy: eight bytes behind each byte of flags.
func literals(s string) string {
	var b strings.Builder
	for ; s != ""; s = s[min(8, len(s)):] {
		b.WriteString("\x00" + s[:min(8, len(s))])
	}
	return b.String()
}

func tnef() string {
	attribute := func(level byte, number uint32, value string) string {
		b := binary.LittleEndian.AppendUint32([]byte{level}, number)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(value)))
		return string(b) + value + "\x00\x00"
	}
	return "\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x0002800c, "body "+account(30)) + attribute(1, 0x00069003, "\x01\x02"+string(utf16le("subject "+account(31)))+"\x00\x00\x00\x00\x00\x00\x00\x00LZFu\x00\x00\x00\x00"+literals(`{\rtf1 `+account(34)+`}`)) +
		attribute(2, 0x00069002, "render") + attribute(2, 0x00018010, "a.txt\x00") + attribute(2, 0x0006800f, "first "+account(32)) +
		attribute(2, 0x00069002, "render") + attribute(2, 0x0006800f, "second "+account(33))
}

type sample struct {
	extractor *extract.Extractor
	content   string
	want      []want
}

func samples() map[string]sample {
	return map[string]sample{
		"eml":  {mail.New(), message(), messageWants("")},
		"mbox": {mail.New(), mailbox(), messageWants("message 2")},
		"mht":  {mail.New(), savedPage(), []want{{account(20), "", "HTML body"}, {account(21), "logo.svg", "attachment"}}},
		"winmail.dat": {mail.NewTNEF(), tnef(), []want{
			{account(30), "", "body"}, {account(31), "", ""}, {`{\rtf1 ` + account(34) + `}`, "", "RTF body"}, {account(32), "a.txt", "attachment"}, {account(33), "", "attachment"},
		}},
	}
}

func TestEveryPartIsFoundAtItsPlace(t *testing.T) {
	for name, s := range samples() {
		t.Run(name, func(t *testing.T) { extracttest.Accept(t, s.extractor, []byte(s.content), wants(s.want)...) })
	}
}

// TestQuality prints the share of planted values that are found, for each format.
func TestQuality(t *testing.T) {
	all := samples()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		s := all[name]
		r, err := extracttest.Extract(t, []byte(s.content), s.extractor)
		require.NoError(t, err)
		found := 0
		for _, w := range s.want {
			if strings.Contains(r.All(), w.Text) {
				found++
			}
		}
		t.Logf("%-12s %d of %d", name, found, len(s.want))
		assert.Equal(t, len(s.want), found, name)
	}
}

func TestEncryptedPartsAreSaid(t *testing.T) {
	r, err := extracttest.Extract(t, []byte(message()), mail.New())
	require.NoError(t, err)
	assert.Equal(t, []string{"smime.p7m |  | encrypted"}, r.Rows)
}

func TestWhatTheFileShowsIsNotWrittenAgain(t *testing.T) {
	plain := lines("Return-Path: <a@x.example>", "Message-ID: <1@x.example>", "Subject: plain", "", "plain text", "")
	r, err := extracttest.Extract(t, []byte(plain), mail.New())
	require.NoError(t, err)
	assert.Empty(t, r.Pieces)
}

func TestClaims(t *testing.T) {
	for content, want := range map[string]bool{
		message(): true, mailbox(): true, savedPage(): true,
		"Received: from a\r\nMessage-ID: <x>\r\n\r\n": true,
		"From: a\nTo: b\nSubject: c\n\nbody":          true,
		"":                                            false, "Subject: x": false, "From: a\nTo: b\n\n": false, "from: a\nsubject: b\nto: \n  - c\nname: d\nnot a header\n": false,
		"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: y\r\n\r\n":                                                  false,
		"From golang:1.26 AS build\nRUN make\n":                                                                  false,
		"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\nFrom: a\nDate: b\nSubject: c\n": false,
		"name: workflow\non: push\n":                                                                             false,
	} {
		assert.Equal(t, want, mail.New().Claims([]byte(content)), "%.40q", content)
	}
}

func TestDirtIsTolerated(t *testing.T) {
	for name, c := range map[string]struct{ encoding, body, want string }{
		"base64 with dirt":           {"base64", "!" + base64.StdEncoding.EncodeToString([]byte("dirty " + account(40)))[:10] + " \x00\r\n*" + base64.StdEncoding.EncodeToString([]byte("dirty " + account(40)))[10:], "dirty " + account(40)},
		"base64 twice":               {"base64", base64.StdEncoding.EncodeToString([]byte("one.")) + base64.StdEncoding.EncodeToString([]byte("two")), "one.two"},
		"base64 cut off":             {"base64", base64.StdEncoding.EncodeToString([]byte("abcdef"))[:7], "abcde"},
		"an escape that is none":     {"quoted-printable", "a=ZZb=3D", "a=ZZb="},
		"blanks behind a soft break": {"quoted-printable", "12=  \r\n34", "1234"},
	} {
		t.Run(name, func(t *testing.T) {
			content := lines("Return-Path: <a@x.example>", "Message-ID: <1@x.example>", "Content-Transfer-Encoding: "+c.encoding, "", c.body)
			r, err := extracttest.Extract(t, []byte(content), mail.New())
			require.NoError(t, err)
			extracttest.Find(t, r, extracttest.Want{Text: c.want, Place: "body"})
		})
	}
}

func TestABrokenContentTypeKeepsItsBoundary(t *testing.T) {
	content := lines("Return-Path: <a@x.example>", "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b; name=a b; name=c", "",
		"--b", "Content-Transfer-Encoding: base64", "", folded([]byte("found "+account(50))), "--b--")
	r, err := extracttest.Extract(t, []byte(content), mail.New())
	require.NoError(t, err)
	extracttest.Find(t, r, extracttest.Want{Text: "found " + account(50), Place: "body"})
}

// TestNestingIsBounded: multiparts in multiparts, as many as fit.
func TestNestingIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("Return-Path: <a@x.example>\r\nMIME-Version: 1.0\r\n")
	for i := range 20_000 {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	r, err := extracttest.Extract(t, []byte(b.String()), mail.New())
	require.NoError(t, err)
	assert.Contains(t, strings.Join(r.Rows, "\n"), "over budget")
}

// TestHostileMessages: damaged ones end, and nothing in them panics.
func TestHostileMessages(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		for _, s := range samples() {
			content := []byte(s.content)
			for range 1 + i%20 {
				content[random.IntN(len(content))] = byte(random.IntN(256))
			}
			extracttest.Fuzz(t, s.extractor, content[:len(content)-i%4*len(content)/8], mail.New())
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(message()))
	f.Add([]byte(mailbox()))
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, mail.New(), content, mail.NewTNEF()) })
}

func FuzzTNEF(f *testing.F) {
	f.Add([]byte(tnef()))
	f.Fuzz(func(t *testing.T, content []byte) { extracttest.Fuzz(t, mail.NewTNEF(), content) })
}

func BenchmarkExtract(b *testing.B) {
	content := []byte(strings.Repeat(mailbox(), 1000))
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if _, err := extracttest.Extract(b, content, mail.New()); err != nil {
			b.Fatal(err)
		}
	}
}
