package ocr

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
)

// Why pictures cannot be read.
var (
	ErrMissing  = errors.New("tesseract is not installed (apt install tesseract-ocr, brew install tesseract)")
	ErrLanguage = errors.New("tesseract is installed without its data for English")
)

// Available returns nil if pictures can be read on this machine, else an error
// that says what is missing. The program is looked for once, on the search path
// and never in the current directory.
func Available() error {
	_, err := program()
	return err
}

var program = sync.OnceValues(find)

func find() (string, error) {
	path, err := exec.LookPath("tesseract")
	if err != nil { // not there, or there only by a relative path
		return "", ErrMissing
	}
	return path, nil
}

// Ready is Available for those who want to know before there is a picture: it asks the
// program for its languages, too, which takes as long as to read a hundred letters.
func Ready() error {
	path, err := program()
	if err != nil {
		return err
	}
	return languageOf(path)
}

func languageOf(path string) error {
	listed, err := exec.Command(path, "--list-langs").Output()
	if err != nil {
		return fmt.Errorf("tesseract is installed but does not run: %w", err)
	}
	if !slices.Contains(strings.Fields(string(listed)), language) {
		return ErrLanguage
	}
	return nil
}

const (
	language = "eng"
	// maxOutput bounds what one run may tell: a screen full of the smallest
	// letters is a hundredth of it.
	maxOutput = 8 << 20
)

// run has tesseract read sheets, each as one block of text, under options of its command
// line.
func run(ctx context.Context, sheets []sheet, options ...string) ([]line, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	options = append([]string{
		"stdin", "stdout", "--psm", "6", "-l", language,
		"-c", "tessedit_create_tsv=1", // by name of its variable: "tsv" could be a file
		"-c", "tessedit_do_invert=0", // it is dark on white
	}, options...)
	lines, err := runSheets(ctx, path, sheets, options)
	if err != nil && ctx.Err() == nil {
		return nil, failure(path, err)
	}
	return lines, err
}

// asked is what a program that failed said of its languages: it is asked once.
var asked sync.Map // of errors, by path

// failure says why the program failed: it may have no data for the language.
func failure(path string, err error) error {
	missing, ok := asked.Load(path)
	if !ok {
		missing, _ = asked.LoadOrStore(path, languageOf(path))
	}
	if missing, ok := missing.(error); ok {
		return missing
	}
	return fmt.Errorf("tesseract failed: %w", err)
}

// runOnce has tesseract started for some sheets. To start it costs a fifth of a second,
// so it gets all of them at once, and through a pipe: nothing is written to disk.
func runOnce(ctx context.Context, path string, sheets []sheet, options []string) ([]line, error) {
	cmd := command(exec.CommandContext(ctx, path, options...))
	cmd.Stdin = bytes.NewReader(tiffOf(sheets))
	cmd.WaitDelay = time.Second // for what it may have started in its turn
	told := &bounded{}
	cmd.Stdout = told
	if err := runToEnd(cmd); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	if told.full() {
		return nil, errTooMuch
	}
	return parse(told.Bytes()), nil
}

// command sets where the program runs, and that it runs on one thread.
func command(cmd *exec.Cmd) *exec.Cmd {
	cmd.Dir = filepath.Dir(cmd.Path) // whatever it looks for beside itself, it is not in what is scanned
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	return cmd
}

// tiffOf returns sheets as the pages of one file: uncompressed, in shades of grey, each in
// one strip (TIFF 6.0, sections 2 and 4). Pages are short of what 32 bits can
// address: what is read is bounded, see mostLetters.
func tiffOf(sheets []sheet) []byte {
	const header, entry, entries = 8, 12, 9
	const directory = 2 + entries*entry + 4
	const short, long = 3, 4 // types of fields
	size := header
	for _, s := range sheets {
		size += directory + len(s.picture.Pix)
	}
	le := binary.LittleEndian
	out := append(make([]byte, 0, size), "II*\x00"...)
	out = le.AppendUint32(out, header)
	for i, s := range sheets {
		w, h := uint32(s.picture.Rect.Dx()), uint32(s.picture.Rect.Dy())
		pixels := uint32(len(out) + directory)
		out = le.AppendUint16(out, entries)
		for _, field := range [entries]struct {
			tag, kind uint16
			value     uint32
		}{
			{256, long, w}, {257, long, h}, {258, short, 8}, // width, height, bits of a sample
			{259, short, 1}, {262, short, 1}, // no compression; 0 is black
			{273, long, pixels}, {277, short, 1}, {278, long, h}, {279, long, w * h}, // the strip
		} {
			out = le.AppendUint16(out, field.tag)
			out = le.AppendUint16(out, field.kind)
			out = le.AppendUint32(out, 1)
			out = le.AppendUint32(out, field.value)
		}
		next := uint32(0)
		if i+1 < len(sheets) {
			next = pixels + w*h
		}
		out = le.AppendUint32(out, next)
		out = append(out, s.picture.Pix...) // its rows lie one behind the other
	}
	return out
}

// errTooMuch says that the program says more than there can be on a sheet.
var errTooMuch = errors.New("it says too much")

// bounded keeps the first maxOutput bytes.
type bounded struct{ bytes.Buffer }

// full reports whether there may have been more.
func (b *bounded) full() bool { return b.Len() == maxOutput }

func (b *bounded) Write(p []byte) (int, error) {
	if room := maxOutput - b.Len(); room > 0 {
		b.Buffer.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

// word is a word, where it stands and how sure the program is of it, in percent.
type word struct {
	text       string
	page       int // from 0
	at         image.Rectangle
	confidence float64
}

type line []word

// text joins the words of a line with letters of a height. The program takes the
// narrow 1 for the end of a word, and a colon or dash, so a gap has to be as wide as
// a space is; where digits come together to the twelve of an account ID, wider.
func (l line) text(height int) string {
	var b strings.Builder
	for i, w := range l {
		if i > 0 && !l.torn(i, height) {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

// torn reports whether there is no space in front of a word.
func (l line) torn(i, height int) bool {
	left, right := l[i-1], l[i]
	gap := right.at.Min.X - left.at.Max.X
	switch {
	case seamInID(left.text, right.text):
		return 10*gap < 7*height
	case trailing(left.text, digits) != "" && leading(right.text, digits) != "":
		return 10*gap < 4*height
	}
	return 10*gap < 2*height
}

// What digits look like to the program, and the digits in the same order.
const (
	digits        = "0123456789"
	likeDigits    = digits + "OoQlISBZ$"
	meantDigits   = digits + "000115825"
	accountDigits = 12 // of an account ID
)

// oneID is an account ID, with dashes or without, in which letters may stand for
// digits.
var oneID = lazyregexp.New(`(?:[` + likeDigits + `]{12}|[` + likeDigits + `]{4}-[` + likeDigits + `]{4}-[` + likeDigits + `]{4})`)

// seamInID reports whether two words make an account ID where they meet, and
// nothing longer.
func seamInID(left, right string) bool {
	if left = trailing(left, likeDigits+"-"); left == "" {
		return false
	}
	if right = leading(right, likeDigits+"-"); right == "" {
		return false
	}
	return oneID.FindString(left+right) == left+right
}

func leading(s, of string) string { return s[:len(s)-len(strings.TrimLeft(s, of))] }

func trailing(s, of string) string { return s[len(strings.TrimRight(s, of)):] }

// page is the number of the sheet that a line stands on.
func (l line) page() int { return l[0].page }

func (l line) bounds() image.Rectangle {
	var r image.Rectangle
	for _, w := range l {
		r = r.Union(w.at)
	}
	return r
}

// The columns of tesseract's TSV; see its man page, "TSV".
const (
	tsvLevel = iota
	tsvPage
	tsvBlock
	tsvParagraph
	tsvLine
	tsvWord
	tsvLeft
	tsvTop
	tsvWidth
	tsvHeight
	tsvConfidence
	tsvText
	tsvColumns
)

// parse reads tesseract's TSV. Rows that are none are left out.
func parse(tsv []byte) []line {
	var lines []line
	last := ""
	for row := range bytes.Lines(tsv) {
		f := strings.SplitN(strings.TrimRight(string(row), "\r\n"), "\t", tsvColumns)
		if len(f) < tsvColumns || f[tsvLevel] != "5" || strings.TrimSpace(f[tsvText]) == "" {
			continue
		}
		var at [4]int
		for i := range at {
			at[i], _ = strconv.Atoi(f[tsvLeft+i]) // 0 if it is no number, which leaves the word
		}
		page, _ := strconv.Atoi(f[tsvPage])
		confidence, _ := strconv.ParseFloat(f[tsvConfidence], 64)
		w := word{
			text:       strings.ToValidUTF8(f[tsvText], "\ufffd"),
			page:       max(0, page-1),
			at:         image.Rect(at[0], at[1], at[0]+at[2], at[1]+at[3]),
			confidence: confidence,
		}
		if of := strings.Join(f[tsvPage:tsvWord], " "); of != last || len(lines) == 0 {
			lines, last = append(lines, nil), of
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], w)
	}
	return lines
}
