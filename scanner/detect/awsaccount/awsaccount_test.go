package awsaccount

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/detect/detecttest"
	"github.com/deputy-sec/deputy/scanner/finding"
)

func TestAccept(t *testing.T) { detecttest.Accept(t, New(), nil) }

func TestVendorTableIsWellFormed(t *testing.T) {
	assert.Greater(t, len(vendors()), 900)
	last := ""
	for line := range strings.Lines(vendorTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		require.Len(t, f, 4, line)
		assert.Regexp(t, `^\d{12}$`, f[0])
		assert.Less(t, last, f[0], "sorted and without doubles")
		assert.NotEmpty(t, f[1])
		assert.NotEmpty(t, f[2])
		assert.Regexp(t, `^https?://`, f[3])
		last = f[0]
	}
}

func TestClasses(t *testing.T) {
	classOf := func(id string) finding.Class {
		var c finding.Class
		detect.NewSet(New()).Scan([]byte("arn:aws:iam::"+id+":root"), detect.Text{}, func(h detect.Hit) { c = h.Class })
		return c
	}
	assert.Equal(t, finding.Sample, classOf("123456789012"))
	assert.Equal(t, finding.Vendor, classOf("127311923021"))
	assert.Equal(t, finding.Unknown, classOf("8361"+"94027518"))
}

// TestOwnFilesAreClean scans this folder and the corpus as they are committed.
func TestOwnFilesAreClean(t *testing.T) {
	set := detect.NewSet(New())
	for _, pattern := range []string{"*.go", "*.tsv", "../quality/*.go", "../../../testdata/quality/account/*"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names, pattern)
		for _, name := range names {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			set.Scan(text, detect.Text{}, func(h detect.Hit) {
				if h.Class == finding.Unknown && h.Confidence >= detect.Report {
					t.Errorf("%s:%d: %s (%.2f, %v)", name, h.Line, h.Value, h.Confidence, h.Evidence)
				}
			})
		}
	}
}

func TestAccountsOfAPIModelsAreSamples(t *testing.T) {
	assert.Greater(t, len(documented()), 30)
	for id, service := range documented() {
		assert.Len(t, id, 12)
		assert.Regexp(t, `^[a-z0-9-]+$`, service)
		_, known := vendors()[id]
		assert.False(t, known, "%s is a vendor's, too", id)
		class, evidence := publicity(id)
		assert.Equal(t, finding.Sample, class)
		assert.Contains(t, evidence[0], service)
	}
}
