package token

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/detect/example"
)

// seals give a random token of the right form the checksum or the inner
// structure that the check of that name asks for.
var seals = map[string]func(r *rand.Rand, token string) string{
	"crc-base62": func(_ *rand.Rand, token string) string {
		head := token[:len(token)-6]
		_, random, _ := strings.Cut(head, "_")
		return head + inBase(crc(random), base62, 6)
	},
	"crc-base36": func(_ *rand.Rand, token string) string {
		head := token[:len(token)-7]
		return head + inBase(crc(head), base36, 7)
	},
	"crc-upper-hex": func(_ *rand.Rand, token string) string {
		head := token[:len(token)-8]
		return head + fmt.Sprintf("%08X", crc(head))
	},
	"crc-grafana": func(_ *rand.Rand, token string) string {
		head := token[:len(token)-9]
		return head + "_" + hex.EncodeToString(littleEndian(crc(head)))
	},
	"crc-confluent": func(_ *rand.Rand, token string) string {
		head := token[:len(token)-6]
		return head + base64.RawStdEncoding.EncodeToString(littleEndian(crc(head[4:])))
	},
	"crc-hex": func(_ *rand.Rand, token string) string {
		head := token[:len(token)-9]
		return head + fmt.Sprintf("_%08x", crc(strings.TrimPrefix(head, "zpka_")))
	},
	"macaroon": func(r *rand.Rand, _ string) string {
		raw := "\x02\x01\x08pypi.org\x02\x24" + example.Chars(r, example.Hex, 36) + "\x00" +
			"\x02\x1f" + `{"version": 1, "nbf": ` + example.Chars(r, example.Digits, 8) + "}" + "\x00\x00\x06\x20" + chars(r, 32)
		return "pypi-" + base64.RawURLEncoding.EncodeToString([]byte(raw))
	},
	"vault-service": func(r *rand.Rand, _ string) string {
		raw := "\x08\x01\x12\x20" + chars(r, 32) + "\x1a\x1e\x0a\x1chvs." + example.Chars(r, base62, 24)
		return "hvs." + base64.RawURLEncoding.EncodeToString([]byte(raw))
	},
	"discord-id": func(r *rand.Rand, _ string) string {
		id := string(example.Digits[1+r.IntN(9)]) + example.Chars(r, example.Digits, 17+r.IntN(2))
		return base64.RawStdEncoding.EncodeToString([]byte(id)) + "." + example.Chars(r, base62, 6) + "." + example.Chars(r, base62, 38)
	},
	"reference": func(r *rand.Rand, _ string) string {
		return base64.StdEncoding.EncodeToString([]byte("reftkn:01:" + example.Chars(r, example.Digits, 10) + ":" + example.Chars(r, base62, 27)))
	},
	"fly-macaroon": func(r *rand.Rand, token string) string {
		prefix, _, _ := strings.Cut(token, "_")
		return prefix + "_" + base64.StdEncoding.EncodeToString([]byte("\x94\x93\xc4\x10"+chars(r, 116)))
	},
	"mixed":   func(_ *rand.Rand, token string) string { return token },
	"not-hex": func(_ *rand.Rand, token string) string { return token },
	"ops": func(r *rand.Rand, _ string) string {
		return "ops_" + base64.StdEncoding.EncodeToString([]byte(`{"signInAddress":"my.1password.com","userAuth":{"method":"SRPg-4096"},"secretKey":"`+example.Chars(r, base62, 90)+`"}`))
	},
	"grafana-cloud": func(r *rand.Rand, _ string) string {
		return "glc_" + base64.StdEncoding.EncodeToString([]byte(`{"o":"74458","n":"stack-write","k":"`+example.Chars(r, base62, 24)+`","m":{"r":"us"}}`))
	},
	"grafana-key": func(r *rand.Rand, _ string) string {
		return base64.StdEncoding.EncodeToString([]byte(`{"k":"` + example.Chars(r, base62, 32) + `","n":"deploy","id":1}`))
	},
	"sentry": func(r *rand.Rand, _ string) string {
		body := base64.StdEncoding.EncodeToString([]byte(`{"iat":1687336543.69,"url":null,"region_url":"https://us.sentry.io","org":"acme"}`))
		return "sntrys_" + body + "_" + example.Chars(r, base62, 43)
	},
	"mapbox": func(r *rand.Rand, _ string) string {
		body := base64.RawURLEncoding.EncodeToString([]byte(`{"u":"acme","a":"` + example.Chars(r, example.Lower, 25) + `"}`))
		return "sk." + body + "." + example.Chars(r, base62, 22)
	},
}

// chars are random bytes that need not be text.
func chars(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// The values below are published by the providers or made up in public bug
// reports; they are put together here so that no scan of this file finds them.
func TestChecksAgreeWithPublishedTokens(t *testing.T) {
	tests := []struct {
		name  string
		check check
		token []string
	}{
		{"github blog", crcBase62, []string{"ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"}},
		{"secretlint issue 200", crcBase62, []string{"npm_", "qkJaB6MffYVzZXWqmcoF49yrUxP3wf", "0LsakP"}},
		{"gitlab handbook", crcBase36, []string{"glpat-", "bzox79Of-KE9FD2LjoXXF4CvyxA", ".01.0r0", "l8l6ir"}},
		{"grafana scanner tests", crcGrafana, []string{"glsa_", "HOruNAb7SOiCdshU9algkrq7FDsNSLAa", "_54e2f8be"}},
		{"zuplo documentation", crcHex, []string{"zpka_", "3e6c4f7d39954ca29353b7ab88589b64", "_de26cd55"}},
		{"confluent", crcConfluent, []string{"cflt", "qPLd2lLPAtWtHGNhN32WlZxoEj30pcg8mzaPlPJ937JlMa7n9YCRLo", "oqgifw"}},
		{"vault documentation", vaultService, []string{"hvs.", "CAESIP2jTxc9S2K7Z6CtcFWQv7-044m_oSsxnPE1H3nF89l3GiYKHGh2cy5s", "QmlIZVNyTWJNcDRsYWJpQjlhYjVlb1cQh6PL8wEYAg"}},
		{"pypi test suite", macaroon, []string{"pypi-", "AgEIcHlwaS5vcmcCAWIAAAYgxbyLvb9egSCECeOdB3qW3h4o", "XEoNC6kJI0NtaFOQlUY"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			token := strings.Join(test.token, "")
			_, ok := test.check.holds(token)
			assert.True(t, ok)
			last := byte('0')
			if token[len(token)-1] == last {
				last = '1'
			}
			_, ok = test.check.holds(token[:len(token)-1] + string(last))
			if test.check.checksum {
				assert.False(t, ok, "with its last character changed")
			}
			_, ok = test.check.holds(token[:len(token)/2])
			assert.False(t, ok, "cut in half")
		})
	}
}
