package azure

import (
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

// shapes are the values of the examples.
var shapes = map[string]example.Shape{
	"key": func(r *rand.Rand, n string) string {
		return base64.StdEncoding.EncodeToString(randomBytes(r, map[string]int{"32": 32, "64": 64}[n]))
	},
	"signature": func(r *rand.Rand, _ string) string {
		return url.QueryEscape(base64.StdEncoding.EncodeToString(randomBytes(r, 32)))
	},
	"uuid1": func(r *rand.Rand, _ string) string { return uuidOf(r, "1") },
	"clientsecret": func(r *rand.Rand, _ string) string {
		body := example.Chars(r, example.Base62, 3) + "8Q" + "~" + example.Chars(r, secretAlphabet, 31)
		return body + secretChecksum([]byte(body))
	},
	"marked": func(r *rand.Rand, mark string) string {
		return example.Chars(r, example.Base64, 76) + mark + example.Chars(r, example.Base64, 5) + "Q=="
	},
	"shortmarked": func(r *rand.Rand, mark string) string {
		return example.Chars(r, example.Base64, 33) + mark + "B" + example.Chars(r, example.Base64, 4) + "c="
	},
	"registry": func(r *rand.Rand, _ string) string {
		return example.Chars(r, example.Base62, 42) + "+AC" + "RB" + example.Chars(r, example.Base62, 5)
	},
	"function": func(r *rand.Rand, _ string) string { return "aB3" + example.Chars(r, example.Base62+"-_", 51) + "==" },
	"annotated": func(r *rand.Rand, service string) string {
		return example.Chars(r, example.Base62, 52) + "JQQ" + "J99BC" + example.Chars(r, example.Base62, 12) + service + example.Chars(r, example.Base62, 4)
	},
	"pat": func(r *rand.Rand, _ string) string {
		return "z7" + example.Chars(r, "abcdefghijklmnopqrstuvwxyz234567", 50)
	},
	"dbpassword": func(r *rand.Rand, _ string) string {
		return "V" + example.Chars(r, example.Lower, 7) + "!" + example.Chars(r, "2579", 3)
	},
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func uuidOf(r *rand.Rand, version string) string {
	h := example.Chars(r, example.Hex, 30)
	return h[:8] + "-" + h[8:12] + "-" + version + h[12:15] + "-a" + h[15:18] + "-" + h[18:30]
}

func TestExamples(t *testing.T) { detecttest.Accept(t, New(), shapes) }

func TestSignatureIsOneValueHoweverItIsEscaped(t *testing.T) {
	set := detect.NewSet(New())
	raw := randomBytes(rand.New(rand.NewPCG(7, 7)), 32)
	raw[0], raw[3] = 0xfb, 0xff // begins with + and holds /
	value := base64.StdEncoding.EncodeToString(raw)
	const prefix = "https://x.blob.core.windows.net/c?sv=2022-11-02&se=2030-01-01T00:00:00Z&sp=r&sig="
	url := strings.NewReplacer("+", "%2B", "/", "%2F").Replace(strings.TrimSuffix(value, "=")) + "%3D"
	for name, text := range map[string]string{
		"as it is":            prefix + value,
		"without padding":     prefix + strings.TrimSuffix(value, "="),
		"url-encoded":         prefix + url,
		"url-encoded, small":  prefix + strings.NewReplacer("%2B", "%2b", "%2F", "%2f", "%3D", "%3d").Replace(url),
		"url-encoded twice":   prefix + strings.ReplaceAll(url, "%", "%25"),
		"url-safe alphabet":   prefix + base64.RawURLEncoding.EncodeToString(raw),
		"followed by a query": prefix + url + "&x=y",
	} {
		t.Run(name, func(t *testing.T) {
			hits := detecttest.Report(set, text, sasTokenRule)
			require.Len(t, hits, 1)
			assert.Equal(t, value, hits[0].Value)
			assert.Contains(t, hits[0].Evidence, "it says that it ends at 2030-01-01T00:00:00Z")
		})
	}
}

func TestUUIDIsOneValueInCapitalsToo(t *testing.T) {
	set := detect.NewSet(New())
	id := uuidOf(rand.New(rand.NewPCG(1, 9)), "4")
	hits := detecttest.Report(set, "ARM_TENANT_ID="+strings.ToUpper(id), tenantRule)
	require.Len(t, hits, 1)
	assert.Equal(t, id, hits[0].Value)
}

func TestPublishedIsKnownAndShownOnRequest(t *testing.T) {
	set := detect.NewSet(New())
	for text, class := range map[string]finding.Class{
		"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/": finding.Vendor,
		"azure client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46":                    finding.Vendor,
		"azure appId: 00000003-0000-0000-c000-000000000000":                       finding.Sample,
		"AZURE_TENANT_ID=00000000-0000-0000-0000-000000000000":                    finding.Sample,
	} {
		var classes []finding.Class
		set.Scan([]byte(text), detect.Text{}, func(h detect.Hit) { classes = append(classes, h.Class) })
		assert.Equal(t, []finding.Class{class}, classes, text)
	}
}

func TestPublishedTableHasOneUUIDPerRow(t *testing.T) {
	for row := range strings.Lines(publishedTable) {
		columns := strings.Split(strings.TrimSpace(row), "\t")
		require.Len(t, columns, 3, row)
		assert.True(t, len(columns[0]) == uuidLength && uuidAt([]byte(columns[0]), 0), row)
		assert.True(t, strings.HasPrefix(columns[2], "https://"), row)
		assert.True(t, random(columns[0]), row)
	}
}

// The expected hashes are those of https://github.com/skeeto/marvin32, both
// halves folded into one.
func TestMarvin32(t *testing.T) {
	const seed = 0x004fb61a001bdbcc
	for data, want := range map[string]uint64{
		"":                             0x30ed35c100cd3c7d,
		"\xaf":                         0x48e73fc77d75ddc1,
		"\xe7\x0f":                     0xb5f6e1fc485dbff8,
		"\x37\xf4\x95":                 0xf0b07c789b8cf7e8,
		"\x86\x42\xdc\x59":             0x7008f2e87e9cf556,
		"\x15\x3f\xb7\x98\x26":         0xe6c08c6da2afa997,
		"\xab\x42\x7e\xa8\xd1\x0f\xc7": 0xe11847e4f0678c41,
	} {
		assert.Equal(t, uint32(want)^uint32(want>>32), marvin32([]byte(data), seed), "%x", data)
	}
}

func TestChecksumDecidesHowSureWeAreOfAClientSecret(t *testing.T) {
	set := detect.NewSet(New())
	value := shapes["clientsecret"](rand.New(rand.NewPCG(5, 5)), "")
	other := "a"
	if value[20] == 'a' {
		other = "b"
	}
	altered := value[:20] + other + value[21:]
	older := value[:3] + "7" + value[4:]
	for text, confidence := range map[string]float64{value: 0.99, altered: 0.6, older: 0.9} {
		hits := detecttest.Report(set, text, clientSecretRule)
		require.Len(t, hits, 1)
		assert.Equal(t, confidence, hits[0].Confidence, "%s", hits[0].Evidence)
	}
}

func FuzzDetect(f *testing.F) { detecttest.Fuzz(f, shapes, nil, New()) }

func BenchmarkPlainText(b *testing.B) {
	benchmark(b, "The quick brown fox reads a log file of no interest.\n")
}

func BenchmarkDense(b *testing.B) {
	benchmark(b, `{"tenantId": "x", "clientId": "y", "scope": "/subscriptions/z/resourceGroups/x", "access_key": "", "azure devops": 1}`+"\n")
}

func benchmark(b *testing.B, line string) {
	text := []byte(strings.Repeat(line, 1<<20/len(line)))
	set := detect.NewSet(New())
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		set.Scan(text, detect.Text{}, func(detect.Hit) {})
	}
}
