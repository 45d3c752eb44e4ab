package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/deputy-sec/deputy/scanner/extract"
)

func TestPicturesOfACommitHaveLittleTime(t *testing.T) {
	for name, c := range map[string]struct {
		staged bool
		ocr    extract.OCR
		want   time.Duration
	}{
		"before a commit":            {true, extract.OCRAuto, 2 * time.Second},
		"before a commit, all of it": {true, extract.OCRRequire, 0},
		"the whole repository":       {false, extract.OCRAuto, 0},
	} {
		config := Config{Target: Target{Staged: c.staged}, Documents: Documents{Limits: extract.Limits{OCR: c.ocr}}}
		assert.Equal(t, c.want, config.documents().Limits.Pictures, name)
	}
}
