package exact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/exact"
)

// The values are made at test time: no file holds one.
var (
	account  = "83" + "6405" + "719264"
	zeros    = "00" + "4271" + "950638"
	external = "x7Qm" + "-2vR9-" + "kT4w.Zp8L"
	uuid     = "9b1f04c7" + "-e25a-4d83-b0c6-" + "7f1d2a94e385"
	role     = "arn:aws:iam::" + "83" + "6405" + "719265" + ":role/" + "vendor-read"
	domain   = "osprey-mills" + ".example"
	name     = "Kestrel " + "Mills"
)

func detector(t testing.TB) *exact.Detector {
	t.Helper()
	values, err := exact.Read(strings.NewReader(strings.Join([]string{account, zeros, external, uuid, role, domain, "name:" + name}, "\n")))
	require.NoError(t, err)
	return exact.New(values)
}

// found returns the values found in a text, scanned as it is and as binary.
func found(d *exact.Detector, text []byte, binary bool) map[string]bool {
	out := map[string]bool{}
	detect.NewSet(d).Scan(text, detect.Text{Binary: binary}, func(h detect.Hit) { out[h.Value] = true })
	return out
}

func wide(s string, big bool) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func each(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		_, _ = fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func wrap(s string, n int) string {
	var b strings.Builder
	for i := 0; i < len(s); i += n {
		b.WriteString(s[i:min(len(s), i+n)] + "\n")
	}
	return b.String()
}

// spellings are the ways in which any value is written.
var spellings = map[string]func(string) string{
	"as it is":                func(s string) string { return s },
	"in capitals":             strings.ToUpper,
	"for a URL":               url.QueryEscape,
	"for a URL, twice":        func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"all of it for a URL":     func(s string) string { return each(s, "%%%02X") },
	"for HTML":                func(s string) string { return strings.ReplaceAll(html.EscapeString(s), ":", "&colon;") },
	"all of it for HTML":      func(s string) string { return each(s, "&#%d;") },
	"for HTML in hexadecimal": func(s string) string { return each(s, "&#x%X;") },
	"for JSON":                func(s string) string { return each(s, `\u%04x`) },
	"slashes for JSON":        func(s string) string { return strings.ReplaceAll(s, "/", `\/`) },
	"for C":                   func(s string) string { return each(s, `\x%02x`) },
	"for mail":                func(s string) string { return each(s, "=%02X") },
	"in hexadecimal digits":   func(s string) string { return hex.EncodeToString([]byte(s)) },
	"in base64":               func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"in base64, one behind":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte(":" + s + "\n")) },
	"in base64, two behind":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("a:" + s + ": more")) },
	"in base64url":            func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte("~?" + s + "~?>")) },
	"in base64 of capitals":   func(s string) string { return base64.StdEncoding.EncodeToString([]byte("= " + strings.ToUpper(s))) },
	"in broken base64": func(s string) string {
		return wrap(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("pad ", 12)+s+strings.Repeat(" pad", 12))), 76)
	},
	"in UTF-16":                func(s string) string { return wide(s, false) },
	"in UTF-16, big end first": func(s string) string { return wide(s, true) },
	"in UTF-16 in base64":      func(s string) string { return base64.StdEncoding.EncodeToString([]byte(wide("$id = '"+s+"'", false))) },
	"in a host":                func(s string) string { return "https://" + s + ".dkr.ecr.us-east-1.amazonaws.com/x" },
	"in the name of a bucket":  func(s string) string { return "logs-" + s + "-us-east-1" },
	"in quotes":                func(s string) string { return `{"a":"` + s + `"}` },
}

func TestEverySpellingOfEveryValue(t *testing.T) {
	d := detector(t)
	for _, v := range []string{account, external, uuid, role, domain, name} {
		for how, spell := range spellings {
			if v == domain && (how == "in the name of a bucket") {
				continue // osprey-mills.example-us is another domain
			}
			if v == role && strings.HasPrefix(how, "in ") && (strings.Contains(how, "bucket") || strings.Contains(how, "host")) {
				continue // roles with longer names
			}
			text := "x = " + spell(v) + " ;\n"
			if strings.HasPrefix(how, "in UTF-16") && !strings.Contains(how, "base64") {
				text = "\x01\x02" + spell(v) + "\x00\x00"
				assert.True(t, found(d, []byte(text), true)[v], "%s of %s in a binary", how, v)
			}
			assert.True(t, found(d, []byte(text), false)[v], "%s of %s: %q", how, v, text)
		}
	}
}

func TestSpellingsOfAccounts(t *testing.T) {
	d := detector(t)
	a := account
	for _, text := range []string{
		a[:4] + "-" + a[4:8] + "-" + a[8:], a[:4] + " " + a[4:8] + " " + a[8:], a[:4] + "\u00a0" + a[4:8] + "\u00a0" + a[8:],
		a[:4] + "\u2011" + a[4:8] + "\u2011" + a[8:], a[:3] + "," + a[3:6] + "," + a[6:9] + "," + a[9:], a[:4] + "_" + a[4:8] + "_" + a[8:],
		"arn:aws:s3:::b-" + a + "/k", "id" + a + "x", `{"account":` + a + `}`, a + ".0", a[:1] + "." + a[1:] + "E+11", a[:1] + "." + a[1:] + "e11",
		"v1." + a + ".log", "see " + a + ". Next",
	} {
		assert.True(t, found(d, []byte("x "+text+" y"), false)[account], text)
	}
	short := strings.TrimLeft(zeros, "0")
	assert.True(t, found(d, []byte(`{"account":`+short+`}`), false)[zeros])
	assert.True(t, found(d, []byte(zeros), false)[zeros])
}

func TestNeighboursAreNotFound(t *testing.T) {
	d := detector(t)
	a := account
	next := a[:11] + "5"
	for _, text := range []string{
		"9" + a, a + "1", "12" + a + "34", next, a[:4] + "-" + a[4:8] + "-" + a[8:] + "-1234", "1234-" + a[:4] + "-" + a[4:8] + "-" + a[8:],
		"1," + a[:3] + "," + a[3:6] + "," + a[6:9] + "," + a[9:], "0." + a, a + ".75", a[:4] + "-" + a[4:8] + " " + a[8:],
		hex.EncodeToString([]byte("7" + a)), base64.StdEncoding.EncodeToString([]byte("7" + a)), base64.StdEncoding.EncodeToString([]byte("ab7" + a + "9")),
		each("9"+a, "%%%02x"), wide("9"+a, false), wide(a+"9", true), a[:1] + "." + a[1:11] + "9e11",
		"not" + domain, domain + "s", "my-" + domain, role + "-only", role + "2", "Kestrels Mills", "Kestrel Millstone", "kestrelling mills",
		a[:8], external[:10],
	} {
		got := found(d, []byte("x "+text+" y"), false)
		delete(got, role[13:25])
		assert.Empty(t, got, text)
		got = found(d, []byte("\x00\x01"+text+"\x00\x00"), true)
		delete(got, role[13:25])
		assert.Empty(t, got, "binary %q", text)
	}
	assert.False(t, found(d, []byte(strings.TrimLeft(zeros, "0")+"1"), false)[zeros])
}

func TestNamesHoweverTheyAreJoined(t *testing.T) {
	d := detector(t)
	for _, text := range []string{"kestrel-mills", "KESTREL_MILLS", "KestrelMills", "kestrelmills", "Kestrel%20Mills", "kestrel+mills", "the kestrel.mills team"} {
		assert.True(t, found(d, []byte("x "+text+" y"), false)[name], text)
	}
}

// A delta is scanned as the whole is.
func TestADeltaFindsWhatTheWholeHolds(t *testing.T) {
	d := detector(t)
	set := detect.NewSet(d)
	r := rand.New(rand.NewPCG(1, 2))
	var pieces []string
	for _, v := range []string{account, external, uuid, role, domain, name} {
		for _, spell := range spellings {
			pieces = append(pieces, spell(v))
		}
	}
	for range 300 {
		base := []byte(strings.Repeat("text ", r.IntN(300)))
		for range r.IntN(4) {
			p := pieces[r.IntN(len(pieces))]
			at := r.IntN(len(base) + 1)
			base = append(base[:at:at], append([]byte(p), base[at:]...)...)
		}
		trace := set.ScanTraced(base, detect.Text{}, func(detect.Hit) {})
		from := r.IntN(len(base) + 1)
		to := from + r.IntN(len(base)-from+1)
		insert := []byte(pieces[r.IntN(len(pieces))])
		insert = insert[:r.IntN(len(insert)+1)]
		text := append(append(bytes.Clone(base[:from]), insert...), base[to:]...)
		segments := []detect.Segment{{Dst: 0, Src: 0, Len: from}, {Dst: from, Src: -1, Len: len(insert)}, {Dst: from + len(insert), Src: to, Len: len(base) - to}}
		var kept []detect.Segment
		for _, s := range segments {
			if s.Len > 0 {
				kept = append(kept, s)
			}
		}
		var want, got []string
		set.Scan(text, detect.Text{}, func(h detect.Hit) { want = append(want, fmt.Sprint(h.Offset, h.Value)) })
		if len(kept) > 0 {
			set.ScanDelta(text, detect.Text{}, trace, kept, func(h detect.Hit) { got = append(got, fmt.Sprint(h.Offset, h.Value)) })
		}
		require.Equal(t, want, got)
	}
}

func TestListsOfValues(t *testing.T) {
	values, err := exact.Read(strings.NewReader("# a comment\n\n" + account[:4] + "-" + account[4:8] + "-" + account[8:] + "\nvalue: abcd\n" + role + "\n" + account + "\n"))
	require.NoError(t, err)
	var kinds []string
	for _, v := range values {
		kinds = append(kinds, string(v.Kind))
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s %x", v, v, v, v, v), v.Secret().Reveal())
	}
	assert.Equal(t, []string{"account", "value", "role", "account"}, kinds)
	for _, bad := range []string{"", "abc\n", "account:12345\n", strings.Repeat("x", 2000) + "\n"} {
		_, err := exact.Read(strings.NewReader(bad))
		assert.Error(t, err)
	}
	_, err = exact.Read(strings.NewReader("account:very-secret\n"))
	assert.ErrorContains(t, err, "line 1")
	assert.NotContains(t, err.Error(), "secret")
}

func FuzzDetect(f *testing.F) {
	for _, spell := range spellings {
		f.Add([]byte(spell(account)), true)
		f.Add([]byte(spell(external)), false)
	}
	d := detector(f)
	set := detect.NewSet(d)
	f.Fuzz(func(t *testing.T, text []byte, binary bool) {
		set.Scan(text, detect.Text{Binary: binary}, func(h detect.Hit) {
			if h.Offset < 0 || int(h.Offset)+h.End-h.Start > len(text) || h.End <= h.Start {
				t.Errorf("%d to %d of %d", h.Start, h.End, len(text))
			}
		})
	})
}
