package ocr

import (
	"context"
	"image"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Read returns the text of a picture, line by line from top to bottom, what stands
// apart in a line with a tab between; "" if the picture does not look as if it
// held any. What looks like an ID or a key is read again; where the readings
// differ, all are there, one under the other.
func Read(ctx context.Context, m image.Image) (string, error) {
	g := readable(m)
	if g == nil {
		return "", nil
	}
	r, err := readFirst(ctx, g)
	if err != nil {
		return "", err
	}
	if !r.sound() {
		if r, err = r.orTurned(ctx, g); err != nil {
			return "", err
		}
	}
	if err := r.readAgain(ctx); err != nil {
		return "", err
	}
	r.correct()
	return r.text(), nil
}

// HoldsText reports whether Read would have a look at a picture.
func HoldsText(m image.Image) bool { return readable(m) != nil }

// maxPixels is what a picture is scaled down to: letters of a scan or photograph
// are large.
const maxPixels = 16 << 20

// readable returns a picture in shades of grey, or nil if there are no letters in
// it. What is transparent is laid on white, and on black if that shows nothing.
func readable(m image.Image) *image.Gray {
	g := grayscale(m, 255)
	if !holdsLetters(g) {
		if opaque(m) {
			return nil
		}
		if g = grayscale(m, 0); !holdsLetters(g) {
			return nil
		}
	}
	if w, h := g.Rect.Dx(), g.Rect.Dy(); w*h > maxPixels {
		by := math.Sqrt(float64(maxPixels) / float64(w*h))
		g = resize(g, max(1, int(float64(w)*by)), max(1, int(float64(h)*by)))
	}
	return g
}

// reading is what was read off a picture.
type reading struct {
	crops     []crop
	texts     [4][]string // of the first and later readings and the correction, by the number of the crop
	least     []float64   // confidence of a crop's words with digits, at the first reading
	sure, all int         // letters and digits, in words that are not in doubt and in all
}

// The looks of the readings. What blurs the stairs of a lossy picture blurs the
// thin strokes of small letters, too, so that each reads what another does not.
var looks = [3]look{{24, 4}, {36, 8}, {30, 5}}

func readFirst(ctx context.Context, g *image.Gray) (*reading, error) {
	r := &reading{crops: cropsOf(g)}
	if !slices.ContainsFunc(r.crops, func(c crop) bool { return c.text }) {
		return r, nil
	}
	r.least = slices.Repeat([]float64{100}, len(r.crops))
	all := make([]int, min(len(r.crops), mostCrops))
	for i := range all {
		all[i] = i
	}
	return r, r.read(ctx, 0, all)
}

// doubt is the confidence, in percent, below which a word is likely none.
const doubt = 60

// sound reports whether what was read looks like text: what lies on its side or
// is no text gives odd letters here and there.
func (r *reading) sound() bool { return r.sure > 0 && 4*r.sure >= r.all }

// orTurned returns what is read off the picture turned to either side, if its
// letters stand rather below than beside each other, and it reads better so.
func (r *reading) orTurned(ctx context.Context, g *image.Gray) (*reading, error) {
	best := r
	for _, quarters := range []int{1, 3} {
		turned := turn(g, quarters)
		if quarters == 1 && letters(cropsOf(turned)) < 2*letters(r.crops) {
			break
		}
		other, err := readFirst(ctx, turned)
		if err != nil {
			return nil, err
		}
		if other.sure > best.sure {
			best = other
		}
	}
	return best, nil
}

// letters counts those of the crops that are long enough to be words.
func letters(crops []crop) int {
	n := 0
	for _, c := range crops {
		if c.text {
			n += c.at.Dx() / max(1, c.at.Dy())
		}
	}
	return n
}

// worth is what has to stand in a crop for it to be read a second time.
var worth = regexp.MustCompile(`[0-9](?:[^0-9]{0,2}[0-9]){3}|A[KS][I1l]A`)

// onlyNumbers makes tesseract know nothing but account IDs.
var onlyNumbers = []string{"-c", "tessedit_char_whitelist=0123456789-"}

// certain is the confidence, in percent, above which digits are hardly ever wrong.
const certain = 93

// whole is what is settled when it was read with certainty.
var whole = regexp.MustCompile(`(?:^|[^0-9-])(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?:[^0-9-]|$)`)

// settled reports whether an account ID stands in a text and no other number.
func settled(text string) bool { return whole.MatchString(text) }

// readAgain reads what is worth it and not settled a second time, and numbers that came out
// different a third time.
func (r *reading) readAgain(ctx context.Context) error {
	var again, differ []int
	for i, text := range r.texts[0] {
		if worth.MatchString(text) && (r.least[i] < certain || !settled(text)) {
			again = append(again, i)
		}
	}
	if err := r.read(ctx, 1, again); err != nil {
		return err
	}
	for _, i := range again {
		if a, b := r.texts[0][i], r.texts[1][i]; a != b && (number(a) || number(b)) {
			differ = append(differ, i)
		}
	}
	return r.read(ctx, 2, differ, onlyNumbers...)
}

// almost is twelve characters that may all be digits.
var almost = regexp.MustCompile(`(?:^|[^0-9A-Za-z$])[` + likeDigits + `]{12}(?:[^0-9A-Za-z$]|$)`)

// correct adds a reading where twelve characters are digits but for three at most
// that look like some.
func (r *reading) correct() {
	r.texts[3] = make([]string, len(r.crops))
	for i := range r.crops {
		for _, texts := range r.texts[:3] {
			if texts != nil && r.texts[3][i] == "" {
				r.texts[3][i] = corrected(texts[i])
			}
		}
	}
}

// corrected returns a text with the letters that are meant as digits made digits,
// "" if there are none.
func corrected(text string) string {
	out := almost.ReplaceAllStringFunc(text, func(s string) string {
		if n := strings.IndexFunc(s, func(c rune) bool { return strings.ContainsRune(likeDigits, c) }); digitsIn(s) >= accountDigits-3 && n >= 0 {
			return s[:n] + strings.Map(func(c rune) rune {
				if at := strings.IndexRune(likeDigits, c); at >= 0 {
					return rune(meantDigits[at])
				}
				return c
			}, s[n:])
		}
		return s
	})
	if out == text {
		return ""
	}
	return out
}

func digitsIn(s string) int {
	n := 0
	for _, c := range s {
		if c >= '0' && c <= '9' {
			n++
		}
	}
	return n
}

// number reports whether a text may be an account ID and nothing else.
func number(text string) bool {
	all := alphanumerics(text)
	return all >= accountDigits-1 && all <= accountDigits+2 && 2*digitsIn(text) >= all
}

func alphanumerics(s string) int {
	n := 0
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			n++
		}
	}
	return n
}

// read reads crops for the nth time.
func (r *reading) read(ctx context.Context, n int, numbers []int, options ...string) error {
	r.texts[n] = make([]string, len(r.crops))
	for _, s := range sheetsOf(r.crops, numbers, looks[n]) {
		lines, err := run(ctx, s.picture, options...)
		if err != nil {
			return err
		}
		for _, l := range lines {
			at, ok := s.cropAt(l.bounds())
			if !ok {
				continue
			}
			r.texts[n][at] = strings.TrimSpace(r.texts[n][at] + " " + l.text(looks[n].height))
			if n == 0 {
				r.count(at, l)
			}
		}
	}
	return nil
}

// count notes how sure the program is of a line in a crop.
func (r *reading) count(at int, l line) {
	for _, w := range l {
		if digitsIn(w.text) > 0 {
			r.least[at] = min(r.least[at], w.confidence)
		}
		n := alphanumerics(w.text)
		r.all += n
		if n >= 3 && w.confidence >= doubt {
			r.sure += n
		}
	}
}

// text puts the crops into lines, and what was read otherwise later under the
// line.
func (r *reading) text() string {
	var b strings.Builder
	for _, row := range inReadingOrder(r.crops) {
		for n, texts := range r.texts {
			var line []string
			for _, i := range row {
				if texts != nil && texts[i] != "" && !r.known(n, i) {
					line = append(line, texts[i])
				}
			}
			if len(line) > 0 {
				b.WriteString(strings.Join(line, "\t") + "\n")
			}
		}
	}
	return b.String()
}

// known reports whether the nth reading of a crop says what one before said.
func (r *reading) known(n, i int) bool {
	return slices.ContainsFunc(r.texts[:n], func(texts []string) bool { return texts[i] == r.texts[n][i] })
}
