package run

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/deputy-sec/deputy/internal/fileid"
	"github.com/deputy-sec/deputy/scanner/extract"
	"github.com/deputy-sec/deputy/scanner/extract/all"
	"github.com/deputy-sec/deputy/scanner/extract/isolate"
	"github.com/deputy-sec/deputy/scanner/extract/ocr"
)

// Reader returns what reads documents in at most jobs processes, and what ends it; a nil
// reader if documents are not to be read.
func (d Documents) Reader(jobs int) (extract.Reader, func(), error) {
	if d.Off {
		return nil, func() {}, nil
	}
	if d.Limits.OCR == extract.OCRRequire {
		if err := ocr.Ready(); err != nil {
			return nil, nil, fmt.Errorf("--ocr require: %w", err)
		}
	}
	pool := isolate.NewPool(all.Extractors(), d.Limits, jobs)
	return pool, pool.Close, nil
}

// picturesOfACommit is how long the pictures of a commit may take together: a person waits.
const picturesOfACommit = 2 * time.Second

// documents returns how documents are read: before a commit, pictures have little time, unless
// they have to be read.
func (c *Config) documents() Documents {
	d := c.Documents
	if c.Target.Staged && d.Limits.OCR == extract.OCRAuto {
		d.Limits.Pictures = picturesOfACommit
	}
	return d
}

// tesseract tells what reads pictures: the program and, where it is said to lie, the data
// for English.
func tesseract() []string {
	path, _ := exec.LookPath("tesseract") // if there is none, pictures are not read
	files := []string{path}
	data := os.Getenv("TESSDATA_PREFIX")
	if data != "" {
		files = append(files, filepath.Join(data, "eng.traineddata"), filepath.Join(data, "tessdata", "eng.traineddata"))
	}
	lines := []string{data}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			lines = append(lines, fileid.Line(file, file, info))
		}
	}
	return lines
}
