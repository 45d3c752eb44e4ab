package gcp

import (
	"encoding/asn1"
	"encoding/base64"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// shapes are the values of the examples. Literals are cut so that no scan takes
// this file's text for a secret.
var shapes = map[string]example.Shape{
	"project": func(r *rand.Rand, _ string) string { return projectShape(r) },
	"address": func(r *rand.Rand, _ string) string {
		return example.Chars(r, example.Lower, 8) + "@" + projectShape(r) + ".iam.gserviceaccount.com"
	},
	"appengine": func(r *rand.Rand, _ string) string { return projectShape(r) + "@appspot.gserviceaccount.com" },
	"apikey": func(r *rand.Rand, _ string) string {
		return "AIza" + "Sy" + example.Chars(r, "ABCD", 1) + example.Chars(r, base64URL, 31) + example.Chars(r, "AEIMQUYcgkosw048", 1)
	},
	"gocspx":     func(r *rand.Rand, _ string) string { return "GOCSPX" + "-" + example.Chars(r, base64URL, 28) },
	"oldsecret":  func(r *rand.Rand, _ string) string { return "aB3" + example.Chars(r, base64URL, 21) },
	"clientname": func(r *rand.Rand, _ string) string { return example.Chars(r, example.Digits+example.Lower, 32) },
	"clientid": func(r *rand.Rand, _ string) string {
		return "7" + example.Chars(r, "35790", 11) + "-" + example.Chars(r, example.Digits+example.Lower, 32) + ".apps.googleusercontent.com"
	},
	"ya29": func(r *rand.Rand, _ string) string {
		return "ya29" + ".a0" + example.Chars(r, base64URL, 160)
	},
	"refresh": func(r *rand.Rand, _ string) string {
		return "1/" + "/0e" + example.Chars(r, base64URL, 12) + string(refreshMark) + "GA4SNwF-" + example.Chars(r, base64URL, 60)
	},
	"plainrefresh": func(r *rand.Rand, _ string) string { return "1/" + "/0gA3" + example.Chars(r, base64URL, 60) },
	"billing": func(r *rand.Rand, _ string) string {
		hex := example.Digits + "ABCDEF"
		return "01" + example.Chars(r, hex, 4) + "-" + example.Chars(r, hex, 6) + "-" + example.Chars(r, hex, 6)
	},
	"pkcs8": func(r *rand.Rand, _ string) string { return base64.StdEncoding.EncodeToString(keyShape(r)) },
}

const base64URL = example.Base62 + "-_"

func projectShape(r *rand.Rand) string {
	return "z" + example.Chars(r, example.Lower, 7) + "-7" + example.Chars(r, "13579", 4) + "2"
}

// keyShape makes what has the outer structure of an RSA key of 2048 bits; the
// key inside is random bytes.
func keyShape(r *rand.Rand) []byte {
	var key pkcs8
	key.Algorithm.OID = rsaEncryption
	key.Algorithm.Parameters = asn1.NullRawValue
	for range 1190 {
		key.Key = append(key.Key, byte(r.Uint32()))
	}
	der, err := asn1.Marshal(key)
	if err != nil {
		panic(err)
	}
	return der
}

func TestExamples(t *testing.T) { detecttest.Accept(t, New(), shapes) }

// keyFileProject is put together so that no scan takes this file's text for a
// finding.
const keyFileProject = "zzacme" + "-4711"

// keyFileText is a key file, its PEM wrapped as Google writes it.
func keyFileText(body string) string {
	var pem strings.Builder
	for len(body) > 64 {
		pem.WriteString(body[:64] + `\n`)
		body = body[64:]
	}
	pem.WriteString(body)
	return "{\n  \"type\": \"service_account\",\n  \"project_id\": \"" + keyFileProject + "\",\n  \"private_key_id\": \"" + strings.Repeat("0a", 20) + "\",\n" +
		"  \"private_key\": \"-----BEGIN PRIVATE " + `KEY-----\n` + pem.String() + `\n-----END PRIVATE ` + `KEY-----\n",` + "\n" +
		"  \"client_email\": \"ci@" + keyFileProject + ".iam.gserviceaccount.com\"\n}\n"
}

func TestServiceAccountKeyIsOneValueHoweverItIsWritten(t *testing.T) {
	set := detect.NewSet(New())
	r := rand.New(rand.NewPCG(4, 7))
	body := base64.StdEncoding.EncodeToString(keyShape(r))
	file := keyFileText(body)
	for name, text := range map[string]string{
		"as Google writes it":        file,
		"escaped once more":          strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(file),
		"with real line breaks":      strings.ReplaceAll(file, `\n`, "\n"),
		"equals signs escaped":       strings.ReplaceAll(file, "=", `\u003d`),
		"in a URL":                   "google-cloud-platform://?key=" + url.QueryEscape(file),
		"in a URL, with %20":         "x://?key=" + strings.ReplaceAll(url.QueryEscape(file), "+", "%20"),
		"encoded":                    "KEY=" + base64.StdEncoding.EncodeToString([]byte(file)),
		"encoded, otherwise aligned": "KEY=" + base64.StdEncoding.EncodeToString([]byte(" "+file)),
		"encoded, third alignment":   "KEY=" + base64.StdEncoding.EncodeToString([]byte("  "+file)),
		"encoded and wrapped":        wrap(base64.StdEncoding.EncodeToString([]byte(file)), 76),
	} {
		t.Run(name, func(t *testing.T) {
			hits := detecttest.Report(set, text, serviceAccountKeyRule)
			require.Len(t, hits, 1)
			assert.Equal(t, body, hits[0].Value)
			assert.True(t, hits[0].Hidden)
			assert.Empty(t, detecttest.Report(set, text, emailRule), "the address belongs to the key's finding")
			assert.Empty(t, detecttest.Report(set, text, projectIDRule), "and so does the project")
		})
	}
}

func wrap(s string, width int) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\n")
		s = s[width:]
	}
	return b.String() + s + "\n"
}

func TestPublishedIsKnownAndShownOnRequest(t *testing.T) {
	set := detect.NewSet(New())
	for text, class := range map[string]finding.Class{
		"gcr.io/google-containers/pause":                    finding.Vendor,
		"projects/ubuntu-os-cloud/global/images/x":          finding.Vendor,
		"projects/my-project-123/topics/x":                  finding.Sample,
		"sa@my-project.iam.gserviceaccount.com":             finding.Sample,
		"32555940559" + ".apps.googleusercontent.com":       finding.Vendor,
		`billing_account = "AAAAAA-BBBBBB-CCCCCC"`:          finding.Sample,
		"key=AIza" + "SyXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX ": finding.Sample,
	} {
		var classes []finding.Class
		set.Scan([]byte(text), detect.Text{}, func(h detect.Hit) { classes = append(classes, h.Class) })
		assert.Equal(t, []finding.Class{class}, classes, text)
	}
}

func FuzzDetect(f *testing.F) { detecttest.Fuzz(f, shapes, nil, New()) }

func BenchmarkPlainText(b *testing.B) {
	benchmark(b, "The quick brown fox reads a log file of no interest.\n")
}

func BenchmarkDense(b *testing.B) {
	const line = `{"parent": "projects/PROJECT/locations/eu", "project_id": "PROJECT", "by": "ci@PROJECT.iam.gserviceaccount.com"}` + "\n"
	benchmark(b, strings.ReplaceAll(line, "PROJECT", keyFileProject))
}

func benchmark(b *testing.B, line string) {
	text := []byte(strings.Repeat(line, 1<<20/len(line)))
	set := detect.NewSet(New())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		set.Scan(text, detect.Text{}, func(detect.Hit) {})
	}
}
