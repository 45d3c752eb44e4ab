package extract

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"time"

	"github.com/deputy-sec/deputy/scanner/finding"
)

// Limits bounds what one document may cost, with everything that lies in it.
type Limits struct {
	Text   int64         `yaml:"-"`                                                                                                                       // bytes of text that come out of it
	Whole  int64         `yaml:"-"`                                                                                                                       // bytes of a part that has to be held in memory at once
	Parts  int           `yaml:"-"`                                                                                                                       // parts that are opened
	Depth  int           `yaml:"-"`                                                                                                                       // parts in parts
	Pixels int64         `yaml:"-"`                                                                                                                       // of one picture
	Time   time.Duration `yaml:"max-document-time" jsonschema:"type=string,description=How much processor time one document may take; such as 30s or 2m"` // of the processor; on the clock eight times as long
	Memory int64         `yaml:"-"`                                                                                                                       // bytes, of the process that reads it
	// Pictures is how long all pictures of a target may take together, on the clock, from its
	// first document on; 0 for no bound. A person waits for a commit.
	Pictures   time.Duration `yaml:"-"`
	PicturesBy int64         `yaml:"-"` // when that is over, in nanoseconds since 1970; who reads several documents sets it
	OCR        OCR           `yaml:"ocr" jsonschema:"type=string,enum=auto,enum=off,enum=require,description=Whether pictures are read"`
}

// OCR reports whether pictures are read.
type OCR uint8

// The choices: if the program for it is there; never; and as an error if not.
const (
	OCRAuto OCR = iota
	OCROff
	OCRRequire
)

var ocrWords = map[OCR]string{OCRAuto: "auto", OCROff: "off", OCRRequire: "require"}

// MarshalText returns the word for a choice, as configurations have it.
func (o OCR) MarshalText() ([]byte, error) { return []byte(ocrWords[o]), nil }

// UnmarshalText takes the word for a choice.
func (o *OCR) UnmarshalText(text []byte) error {
	for choice, word := range ocrWords {
		if word == string(text) {
			*o = choice
			return nil
		}
	}
	return fmt.Errorf("%q is none of auto, off and require", text)
}

// ErrOCROff is why a picture is not read if there is to be no OCR.
var ErrOCROff error = finding.OCROff.Because("needs OCR, which is switched off")

// LatePicture says that pictures have used up their time.
func (l Limits) LatePicture() error {
	return finding.OverTime.Because("not read: pictures may take %v together", l.Pictures)
}

// Late reports whether pictures have used up their time.
func (l Limits) Late() bool { return l.PicturesBy != 0 && time.Now().UnixNano() >= l.PicturesBy }

// Defaults are generous for what people make and small for what is made to
// hurt.
func Defaults() Limits {
	return Limits{
		Text:   1 << 30,
		Whole:  256 << 20,
		Parts:  100_000,
		Depth:  12,
		Pixels: 40_000_000,
		Time:   2 * time.Minute,
		Memory: 1 << 30,
	}
}

// budget is what is left of the limits. Once spent, it stays so: every part of
// the document ends.
type budget struct {
	Limits
	text  int64
	parts int
	spent error

	// the least depth at which a document was read, by its hash under a seed that nobody
	// can foresee
	read map[uint64]int
	seed maphash.Seed
}

// OverBudget says which limit a document reached.
type OverBudget struct {
	Limit string
	code  finding.Code // "" for a limit that the document reaches on every machine
}

func (e *OverBudget) Error() string { return "over budget: " + e.Limit }

// ReasonCode reports whether it was time, memory or the document itself.
func (e *OverBudget) ReasonCode() finding.Code { return cmp.Or(e.code, finding.OverBudget) }

// OverTime says that a document took longer than it may.
func OverTime(limit time.Duration) error {
	return &OverBudget{"it takes more than " + limit.String(), finding.OverTime}
}

// OverMemory says that reading a document took more memory than it may, in bytes.
func OverMemory(limit int64) error {
	return &OverBudget{fmt.Sprintf("more than %d MiB of memory", limit>>20), finding.OverMemory}
}

func (b *budget) takeText(n int) error {
	b.text += int64(n)
	if b.text > b.Text {
		return b.spend("more than %s of text", bytesOf(b.Text))
	}
	return b.spent
}

func (b *budget) takePart() error {
	b.parts++
	if b.parts > b.Parts {
		return b.spend("more than %d parts", b.Parts)
	}
	return b.spent
}

func (b *budget) spend(format string, args ...any) error {
	if b.spent == nil {
		b.spent = &OverBudget{Limit: fmt.Sprintf(format, args...)}
	}
	return b.spent
}

func bytesOf(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
