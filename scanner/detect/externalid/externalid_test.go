package externalid_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/detect/example"
	"github.com/deputy-sec/deputy/scanner/detect/externalid"
	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestAcceptance(t *testing.T) { detecttest.Accept(t, externalid.New(), externalid.Shapes) }

var set = detect.NewSet(externalid.New())

func scan(text []byte) []detect.Hit {
	var hits []detect.Hit
	set.Scan(text, detect.Text{}, func(h detect.Hit) { hits = append(hits, h) })
	return hits
}

func expand(text string) string { return example.Expand(text, 7, externalid.Shapes).Text }

func one(t *testing.T, text string) detect.Hit {
	t.Helper()
	hits := scan([]byte(text))
	require.Len(t, hits, 1, "in\n%s", text)
	return hits[0]
}

func TestEvidenceSaysHowWeakAValueIs(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"a number":              {"48213", "weak: it has 5 characters"},
		"an account":            {"‹account›", "weak: it is an account ID, which is no secret"},
		"the name of a company": {"initech-observability", "weak: it is made of words"},
		"a name and a year":     {"initech-prod-2024", "weak: most of it can be guessed"},
		"a UUID":                {"‹uuid›", "the value is a UUID"},
		"a random string":       {"‹aws-random:24›", "the value is random, of 24 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			h := one(t, expand(`"sts:ExternalId": "`+c.value+`"`))
			assert.Contains(t, h.Evidence, c.want)
			assert.GreaterOrEqual(t, h.Confidence, detect.Report)
			assert.Empty(t, h.Class)
		})
	}
}

func TestMadeUpValuesAreSamples(t *testing.T) {
	for _, v := range []string{
		"12345", "external-id", "my-external-id", "my_external_id", "testExternalId1", "foobar", "EXAMPLE", "some-external-id", "123456789012",
		"abc123", "00000000-0000-0000-0000-000000000000", "unique-id", "xxxxxxxx", "example-corp-44813", "aaaa1111",
	} {
		t.Run(v, func(t *testing.T) {
			assert.Equal(t, finding.Sample, one(t, `{"sts:ExternalId": "`+v+`"}`).Class)
		})
	}
}

func TestConstantsOfServicesArePublished(t *testing.T) {
	for _, v := range []string{"vmimport", "elasticbeanstalk"} {
		assert.Equal(t, finding.Vendor, one(t, `{"sts:ExternalId": "`+v+`"}`).Class)
	}
}

// Without a word of AWS near by, an external ID is weak at most; with one, the
// spelling and the distance of the context decide.
func TestConfidenceFollowsTheContext(t *testing.T) {
	value := expand("‹uuid›")
	last := 1.0
	for _, text := range []string{
		`"sts:ExternalId": "` + value + `"`,
		`aws_external_id = "` + value + `"`,
		`role_arn = x` + "\n" + `external_id = "` + value + `"`,
		`role_arn = x` + strings.Repeat("\n", 900) + `external_id = "` + value + `"`,
		`# aws` + "\n" + `external_id = "` + value + `"`,
		`external_id = "` + value + `"`,
	} {
		c := one(t, text).Confidence
		assert.Less(t, c, last, text)
		last = c
	}
	assert.Less(t, last, detect.Report)
}

func TestEscapesAreRead(t *testing.T) {
	h := one(t, `{"x":"{\"sts:ExternalId\":\"team\/blue-8x\"}"}`)
	assert.Equal(t, "team/blue-8x", h.Value)
	h = one(t, `?templateURL=x&param_ExternalId=team%2Fblue-8x&y=z`)
	assert.Equal(t, "team/blue-8x", h.Value)
}

func TestListsAreBounded(t *testing.T) {
	items := strings.Repeat(`"`+expand("‹uuid›")+`", `, 500)
	assert.LessOrEqual(t, len(scan([]byte(`"sts:ExternalId": [`+items+`]`))), 50)
}

func FuzzDetect(f *testing.F) {
	detecttest.Fuzz(f, externalid.Shapes, func(t *testing.T, h detect.Hit) {
		// The bounds of AWS: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
		if len(h.Value) < 2 || len(h.Value) > 1224 {
			t.Fatalf("%q has %d bytes", h.Value, len(h.Value))
		}
	}, externalid.New())
}

func BenchmarkNoTriggers(b *testing.B) {
	bench(b, strings.Repeat("func main() { fmt.Println(\"nothing to see here\", 42) }\n", 20000))
}

func BenchmarkDenseWithValues(b *testing.B) {
	bench(b, strings.Repeat(expand("\"sts:ExternalId\": \"‹uuid›\",\n"), 10000))
}

func BenchmarkDenseWithTriggersOnly(b *testing.B) {
	bench(b, strings.Repeat("external_id role_arn externalId: string, ", 10000))
}

func bench(b *testing.B, text string) {
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		set.Scan([]byte(text), detect.Text{}, func(detect.Hit) {})
	}
}
