package notation_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect/notation"
)

func TestValueOfFindsTheValueInEveryNotation(t *testing.T) {
	for name, text := range map[string]string{
		"json":               `{"tenant_id": "VALUE"}`,
		"json-minified":      `{"tenant_id":"VALUE"}`,
		"json-in-json":       `{\"tenant_id\":\"VALUE\"}`,
		"json-in-json-twice": `{\\\"tenant_id\\\":\\\"VALUE\\\"}`,
		"html":               `{&quot;tenant_id&quot;:&quot;VALUE&quot;}`,
		"url-encoded":        `%22tenant_id%22%3A%22VALUE%22`,
		"query":              `?tenant_id=VALUE&x=y`,
		"query-encoded":      `tenant_id%3DVALUE`,
		"yaml":               `tenant_id: VALUE`,
		"yaml-tagged":        `tenant_id: !!str "VALUE"`,
		"hcl":                `  tenant_id       = "VALUE"`,
		"hcl-variable":       "variable \"tenant_id\" {\n  type = string\n  default = \"VALUE\"\n}",
		"arm-parameter":      `"tenant_id": { "value": "VALUE" }`,
		"env":                `export AZURE_tenant_id=VALUE`,
		"make":               `tenant_id ?= VALUE`,
		"ini":                `tenant_id = VALUE`,
		"kubernetes":         "- name: tenant_id\n  value: VALUE",
		"kubernetes-quoted":  "- name: \"tenant_id\"\n  value: \"VALUE\"",
		"app-settings":       `<add key="tenant_id" value="VALUE" />`,
		"xml":                `<tenant_id>VALUE</tenant_id>`,
		"go":                 `const tenant_id = "VALUE"`,
		"go-typed":           `var tenant_id string = "VALUE"`,
		"go-struct":          "cfg{tenant_id:   \"VALUE\"}",
		"go-pointer":         `tenant_id: to.StringPtr("VALUE"),`,
		"typescript":         `tenant_id: string = 'VALUE';`,
		"python-default":     `os.environ.setdefault("tenant_id", "VALUE")`,
		"python-index":       `os.environ["tenant_id"] = "VALUE"`,
		"ruby":               `:tenant_id => 'VALUE'`,
		"flag":               `az login --tenant_id VALUE`,
		"flag-equals":        `az login --tenant_id=VALUE`,
		"flag-quoted":        `az login --tenant_id "VALUE"`,
		"js-or":              `process.env.tenant_id || 'VALUE'`,
		"js-nullish":         `tenantId: process.env.tenant_id ?? "VALUE",`,
		"js-of-another-name": `const tenant_id = process.env.AZURE_TENANT || 'VALUE';`,
		"js-index":           `const tenant_id = process.env["AZURE_TENANT"] ?? 'VALUE'`,
		"python-getenv":      `tenant_id = os.getenv("AZURE_TENANT", "VALUE")`,
		"python-getenv-name": `x = os.getenv("tenant_id", "VALUE")`,
		"python-environ-get": `x = os.environ.get('tenant_id', 'VALUE')`,
		"python-or":          `tenant_id = os.environ.get('AZURE_TENANT') or 'VALUE'`,
		"python-or-name":     `x = os.environ.get('tenant_id') or 'VALUE'`,
		"ruby-fetch":         `tenant_id = ENV.fetch('AZURE_TENANT', 'VALUE')`,
		"ruby-or":            `tenant_id = ENV['AZURE_TENANT'] || 'VALUE'`,
		"php-elvis":          `$tenant_id = getenv('AZURE_TENANT') ?: 'VALUE';`,
		"csharp":             `var tenant_id = Environment.GetEnvironmentVariable("AZURE_TENANT") ?? "VALUE";`,
		"kotlin":             `val tenant_id = System.getenv("AZURE_TENANT") ?: "VALUE"`,
		"java-property":      `String tenant_id = System.getProperty("azure.tenant", "VALUE");`,
		"rust":               `env::var("tenant_id").unwrap_or("VALUE".into())`,
		"shell-default":      `tenant_id="${AZURE_TENANT:-VALUE}"`,
		"shell-default-own":  `export X=${tenant_id:-VALUE}`,
		"compose-default":    `      tenant_id: ${AZURE_TENANT:-VALUE}`,
		"spring-value":       `@Value("${tenant_id:VALUE}")`,
		"spring-property":    `String tenant_id = "${azure.tenant:VALUE}";`,
		"spring-yaml":        `  tenant_id: ${AZURE_TENANT:VALUE}`,
		"helm-default":       `{{ .Values.tenant_id | default "VALUE" }}`,
		"go-helper":          `tenant_id := getEnv("AZURE_TENANT", "VALUE")`,
		"markdown-table":     "| `tenant_id` | `VALUE` |",
		"markdown-bold":      "**tenant_id**: `VALUE`",
	} {
		t.Run(name, func(t *testing.T) {
			end := strings.Index(text, "tenant_id") + len("tenant_id")
			v, ok := notation.ValueOf([]byte(text), end)
			require.True(t, ok, "%s", text)
			assert.True(t, strings.HasPrefix(text[v.Start:], "VALUE"), "value begins at %q", text[v.Start:])
		})
	}
}

func TestValueOfFindsNothingWhereNothingIsGiven(t *testing.T) {
	for name, text := range map[string]string{
		"comparison":    `if tenant_id == other {`,
		"end-of-text":   `tenant_id`,
		"end-of-line":   "tenant_id \nVALUE",
		"declaration":   "variable \"tenant_id\" {\n  type = string\n}\nother { default = \"VALUE\" }",
		"next-argument": `f(tenant_id, "VALUE")`,
		"next-key":      `{"tenant_id": tenantID, "VALUE": x}`,
		"place":         `tenant_id: ${env:VALUE}`,
		"policy":        `tenant_id: "${aws:VALUE}"`,
		"or-a-name":     `tenant_id = a || b; x = "VALUE"`,
		"next-string":   `tenant_id = "a"; b || "VALUE"`,
		"no-default":    `x = ${tenant_id:?VALUE}`,
	} {
		t.Run(name, func(t *testing.T) {
			end := strings.Index(text, "tenant_id") + len("tenant_id")
			v, ok := notation.ValueOf([]byte(text), end)
			assert.False(t, ok && strings.HasPrefix(text[v.Start:], "VALUE"), "%q", text)
		})
	}
}

func TestNameIsCutAtEscapes(t *testing.T) {
	for text, want := range map[string]string{
		`x ARM_TENANT_ID=1`:   "ARM_TENANT_ID",
		`x\nARM_TENANT_ID=1`:  "ARM_TENANT_ID",
		`%26tenant_id.`:       "tenant_id",
		`"--my-tenant_id-x" `: "--my-tenant_id-x",
	} {
		i := strings.Index(strings.ToLower(text), "tenant_id")
		start, end := notation.Name([]byte(text), i, i+len("tenant_id"))
		assert.Equal(t, want, text[start:end])
	}
}

func TestWords(t *testing.T) {
	for name, want := range map[string][]string{
		"awsExternalID2":        {"aws", "external", "id", "2"},
		"AWS_SECRET-key.prod":   {"aws", "secret", "key", "prod"},
		"--external-id":         {"external", "id"},
		"sha256:secret key é x": {"sha", "256", "secret", "key", "x"},
		"":                      nil,
	} {
		assert.Equal(t, want, notation.Words([]byte(name)), name)
	}
}

func TestNearTakesShortWordsWhereTheyBegin(t *testing.T) {
	for text, want := range map[string]string{
		"use entra here": "entra", "EntraID": "entra", "my_entra": "entra", "useEntra": "entra", `x\nentra`: "entra",
		"northcentralus": "", "aentra": "", "useentra": "", "about Microsoft": "microsoft", "onmicrosoft.com": "microsoft",
	} {
		assert.Equal(t, want, notation.Near([]byte(text), 0, len(text), 0, "entra", "microsoft"), text)
	}
}

func FuzzValueOf(f *testing.F) {
	f.Add([]byte(`"tenant_id": { "default": \"x\" }`), uint16(10))
	f.Add([]byte("x string = f'"), uint16(1))
	f.Fuzz(func(t *testing.T, text []byte, at uint16) {
		i := min(int(at), len(text))
		if v, ok := notation.ValueOf(text, i); ok && (v.Start < i || v.Start >= len(text)) {
			t.Fatalf("value at %d of a name that ends at %d in %d bytes", v.Start, i, len(text))
		}
		start, end := notation.Name(text, i, i)
		if start < 0 || start > end || end > len(text) {
			t.Fatalf("name %d to %d", start, end)
		}
	})
}

func TestLiteralsAreReadHoweverTheyAreWritten(t *testing.T) {
	for text, want := range map[string][]string{
		` "blue-lake"`:                               {"blue-lake"},
		` \"blue-lake\"`:                             {"blue-lake"},
		" “blue-lake”":                               {"blue-lake"},
		` &quot;blue-lake&quot;`:                     {"blue-lake"},
		` blue-lake # ours`:                          {"blue-lake"},
		` blue%2Flake`:                               {"blue/lake"},
		` ["blue", 'lake']`:                          {"blue", "lake"},
		` [ 'type' => 'string' ]`:                    nil,
		` [ "type": "string" ]`:                      nil,
		"\n  - blue\n  - \"lake\"\n":                 {"blue", "lake"},
		"\n  \"blue-lake\"":                          {"blue-lake"},
		` aws.String("blue-lake")`:                   {"blue-lake"},
		` List.of("blue", "lake")`:                   {"blue"},
		"\n    Type: String\n    Default: blue-lake": {"blue-lake"},
		` { type = string, default = "blue-lake" }`:  {"blue-lake"},
		` "blue-" + name`:                            nil,
		` lookup(name)`:                              nil,
		` "blue-lake`:                                nil,
	} {
		var got []string
		for _, l := range notation.NewReader([]byte(text), 0, len(text)).Literals() {
			got = append(got, l.Text)
		}
		assert.Equal(t, want, got, text)
	}
}

// Whatever stands there, a literal lies in the text that was to be read, and is not empty.
func FuzzLiterals(f *testing.F) {
	f.Add([]byte(`{"name": "X", "value": ["a", "b"]}`), uint8(8))
	f.Add([]byte("x:\n  - a\n  - “b”\n"), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, at uint8) {
		from := min(int(at), len(text))
		for _, l := range slices.Concat(notation.NewReader(text, from, len(text)).Literals(), notation.Siblings(text, from, from)) {
			if l.Start < 0 || l.End <= l.Start || l.End > len(text) {
				t.Fatalf("%d to %d of %d bytes", l.Start, l.End, len(text))
			}
		}
	})
}
