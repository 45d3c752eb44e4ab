package html_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/report"
	"github.com/deputy-sec/deputy/scanner/report/html"
	"github.com/deputy-sec/deputy/scanner/report/reporttest"
)

func TestAccept(t *testing.T) { reporttest.Accept(t, html.Writer{}, "sample.html.golden") }

// elements are those of the template: nothing from a target makes another.
var elements = map[string]bool{}

func init() {
	for _, name := range strings.Fields("html head meta title style body header h1 h2 h3 p span a strong main article code dl dt dd ul li details summary") {
		elements[name] = true
	}
}

func TestNothingBreaksOut(t *testing.T) {
	for seed := range uint64(200) {
		out := reporttest.Write(t, html.Writer{}, reporttest.Random(seed))
		d := xml.NewDecoder(bytes.NewReader([]byte(out)))
		d.Strict = false
		d.AutoClose = xml.HTMLAutoClose
		d.Entity = xml.HTMLEntity
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err, "seed %d", seed)
			if e, ok := token.(xml.StartElement); ok {
				require.True(t, elements[e.Name.Local], "seed %d: <%s>", seed, e.Name.Local)
				for _, a := range e.Attr {
					require.NotContains(t, []string{"onload", "onclick", "onerror", "src"}, a.Name.Local)
				}
			}
		}
	}
}

func TestLinksLead(t *testing.T) {
	out := reporttest.Write(t, html.Writer{}, reporttest.Sample())
	for _, f := range reporttest.Sample().Findings {
		for _, rel := range f.Related {
			id := rel.Rule + "-" + rel.Fingerprint
			assert.Contains(t, out, `href="#`+id+`"`)
			assert.Contains(t, out, `id="`+id+`"`)
		}
	}
}

func TestShownSecretsAreSaidToBe(t *testing.T) {
	r := reporttest.Sample()
	assert.NotContains(t, reporttest.Write(t, html.Writer{}, r), "keep it as safe")
	r.ShowSecrets = true
	out := reporttest.Write(t, html.Writer{}, r)
	assert.Contains(t, out, "keep it as safe")
	assert.Contains(t, out, r.Findings[0].Secret.Reveal())
}

func TestNothingFound(t *testing.T) {
	assert.Contains(t, reporttest.Write(t, html.Writer{}, &report.Result{}), "<h1>No findings</h1>")
}
