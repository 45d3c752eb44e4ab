package ocr

import (
	"cmp"
	"context"
	"fmt"
	"image"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/deputy-sec/deputy/internal/lazyregexp"
	"github.com/deputy-sec/deputy/scanner/extract"
)

// Read returns the text of a picture, line by line from top to bottom, what stands
// apart in a line with a tab between; "" if the picture does not look as if it
// held any. What looks like an ID or a key is read again; where the readings
// differ, all are there, one under the other.
//
// Reading costs about a millisecond a letter, so what may be an ID, a key or the label
// of one by its shape is read first, and the rest only if something of that kind came out;
// see [candidate]. A photograph is full of what may be letters: of what looks most like
// text a sample is read before the rest. left says what was not read though it may have
// been an ID, nil if nothing.
func Read(ctx context.Context, m image.Image) (text string, left, err error) {
	v, err := onBestGround(ctx, readable(m))
	if v == nil || err != nil {
		return "", nil, err
	}
	r, err := readFirst(ctx, v)
	if err != nil {
		return "", nil, err
	}
	if !r.sound() {
		if r, err = r.orTurned(ctx, v); err != nil {
			return "", nil, err
		}
	}
	if r.promises() {
		if err := r.readAgain(ctx); err != nil {
			return "", nil, err
		}
	}
	r.correct()
	return r.text(), r.leftOut(), nil
}

// HoldsText reports whether Read would have a look at a picture.
func HoldsText(m image.Image) bool { return len(readable(m)) > 0 }

// What pictures are scaled down to, in pixels. The letters of a photograph are
// large; on a screen with many pixels, they may be small.
const (
	maxPixels      = 16 << 20
	maxPhotoPixels = 3 << 20
)

// readable returns a picture in shades of grey, or none if there are no letters in
// it. What is transparent is laid on white or on black, whichever shows more, or on both:
// the labels of a diagram may be white, and what stands in its boxes black.
func readable(m image.Image) []*view {
	white := onGround(m, 255)
	if opaque(m) {
		return viewsOf(white)
	}
	black := onGround(m, 0)
	if white == nil || black == nil || slices.Equal(white.Pix, black.Pix) {
		return viewsOf(cmp.Or(white, black))
	}
	views := viewsOf(white, black)
	switch a, b := letters(views[0].crops), letters(views[1].crops); {
	case a >= 2*b:
		return views[:1]
	case b >= 2*a:
		return views[1:]
	}
	return views
}

func viewsOf(pictures ...*image.Gray) []*view {
	var out []*view
	for _, g := range pictures {
		if g != nil {
			out = append(out, viewOf(g))
		}
	}
	return out
}

// onBestGround returns the view that reads best, nil if there is none. A picture of which
// one colour was made transparent has a seam of that colour around every letter, so on
// the wrong ground there are as many letters, which read like none.
func onBestGround(ctx context.Context, views []*view) (*view, error) {
	switch len(views) {
	case 0:
		return nil, nil //nolint:nilnil // there is nothing to read
	case 1:
		return views[0], nil
	}
	var ways [][]crop
	for _, v := range views {
		ways = append(ways, v.crops)
	}
	best, _, err := bestOf(ctx, ways)
	if err != nil {
		return nil, err
	}
	return views[best], nil
}

// bestOf reads a sample of several ways to see a picture, and returns the number of the
// one with most words that are not in doubt, with what was read of it.
func bestOf(ctx context.Context, ways [][]crop) (int, *reading, error) {
	var crops []crop
	var numbers []int
	for _, way := range ways {
		some, _ := split(way, byLikelihood(way), sample/2)
		for _, i := range some {
			numbers = append(numbers, i+len(crops))
		}
		crops = append(crops, way...)
	}
	tried := readingOf(crops)
	if err := tried.read(ctx, 0, numbers); err != nil {
		return 0, nil, err
	}
	best, from := 0, 0
	var reads *reading
	for n, way := range ways {
		part := tried.part(from, from+len(way))
		from += len(way)
		if reads == nil || reads.better(part) == part {
			best, reads = n, part
		}
	}
	return best, reads, nil
}

// onGround returns a picture laid on a background, scaled down if it is too large,
// or nil if there are no letters in it.
func onGround(m image.Image, background uint8) *image.Gray {
	g := grayscale(m, background)
	if !holdsLetters(g) {
		return nil
	}
	most := maxPixels
	if !even(g) {
		most = maxPhotoPixels
	}
	for g.Rect.Dx()*g.Rect.Dy() >= 3*most { // cheap, and near
		g = halved(g)
	}
	if w, h := g.Rect.Dx(), g.Rect.Dy(); w*h > most {
		by := math.Sqrt(float64(most) / float64(w*h))
		g = resize(g, max(1, int(float64(w)*by)), max(1, int(float64(h)*by)))
	}
	return g
}

// reading is what was read off a picture.
type reading struct {
	crops     []crop
	texts     [readings + 1][]string // of the first and later readings and the correction, by the number of the crop
	least     []float64              // confidence of a crop's words with digits, at the first reading
	sure, all []int                  // letters and digits of a crop, in words that are not in doubt and in all
	left      int                    // crops that are not read
}

func readingOf(crops []crop) *reading {
	return &reading{
		crops: crops,
		least: slices.Repeat([]float64{100}, len(crops)),
		sure:  make([]int, len(crops)),
		all:   make([]int, len(crops)),
	}
}

// characters returns how many letters and digits there are in words that are not
// in doubt, and in all.
func (r *reading) characters() (sure, all int) {
	for i := range r.crops {
		sure, all = sure+r.sure[i], all+r.all[i]
	}
	return sure, all
}

// readings is how often a crop is read at most: twice, and if it looks like that
// as nothing but a number or one of the forms.
const readings = 3 + len(forms)

// The looks of the readings. What blurs the stairs of a lossy picture blurs the
// thin strokes of small letters, too, so that each reads what another does not.
var looks = [readings]look{{24, 4}, {36, 8}, {30, 5}, {24, 3}, {24, 3}}

// How many letters are read; see [crop.letters].
const (
	sample      = 300    // of what looks most like text, to report whether it is any
	mostLetters = 12_000 // a screen full of the smallest has 10,000
)

func readFirst(ctx context.Context, v *view) (*reading, error) {
	return readCrops(ctx, v.crops)
}

// readCrops reads crops for the first time: those that may hold an identifier, and if one
// did, the others.
func readCrops(ctx context.Context, crops []crop) (*reading, error) {
	r := readingOf(crops)
	if !slices.ContainsFunc(crops, func(c crop) bool { return c.text }) {
		return r, nil
	}
	order := byLikelihood(crops)
	likely := len(order)
	if lettersOf(crops, order) > fewLetters {
		likely, _ = slices.BinarySearchFunc(order, false, func(i int, _ bool) int {
			if crops[i].likely {
				return -1
			}
			return 1
		})
	}
	if err := r.readMost(ctx, order[:likely]); err != nil || r.left > 0 || !r.promises() {
		return r, err
	}
	return r, r.readMost(ctx, order[likely:])
}

// readMost reads crops: all, or if they are many a sample of them, and the others if that
// reads like text.
func (r *reading) readMost(ctx context.Context, rest []int) error {
	if lettersOf(r.crops, rest) > 2*sample {
		var first []int
		first, rest = split(r.crops, rest, sample)
		if err := r.read(ctx, 0, first); err != nil {
			return err
		}
		if !r.hopeful() {
			r.left += len(rest)
			return nil
		}
	}
	most, left := split(r.crops, rest, mostLetters)
	r.left += len(left)
	return r.read(ctx, 0, most)
}

// promises reports whether an identifier may stand in what was read.
func (r *reading) promises() bool { return slices.ContainsFunc(r.texts[0], promising) }

// byLikelihood returns the numbers of crops, first those that may hold an identifier, and
// of these and the others first those that look most like text.
func byLikelihood(crops []crop) []int {
	numbers := make([]int, len(crops))
	for i := range numbers {
		numbers[i] = i
	}
	slices.SortStableFunc(numbers, func(i, j int) int {
		a, b := crops[i], crops[j]
		return cmp.Or(trueFirst(a.likely, b.likely), trueFirst(a.text, b.text), cmp.Compare(b.alike, a.alike))
	})
	return numbers
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// lettersOf returns how many letters there are in the crops of the given numbers.
func lettersOf(crops []crop, numbers []int) int {
	n := 0
	for _, i := range numbers {
		n += crops[i].letters()
	}
	return n
}

// split returns the first of numbers, in the order of the crops, with no more than
// most letters unless the first crop alone has more, and the others.
func split(crops []crop, numbers []int, most int) (first, others []int) {
	n, letters := 0, 0
	for n < len(numbers) && (n == 0 || letters+crops[numbers[n]].letters() <= most) {
		letters += crops[numbers[n]].letters()
		n++
	}
	first = slices.Clone(numbers[:n])
	slices.Sort(first)
	return first, numbers[n:]
}

// leftOut says what was not read.
func (r *reading) leftOut() error {
	if r.left == 0 {
		return nil
	}
	return &extract.OverBudget{Limit: fmt.Sprintf("%d of %d places that may hold text", r.left, len(r.crops))}
}

// doubt is the confidence, in percent, below which a word is likely none.
const doubt = 60

// sound reports whether what was read looks like text: what lies on its side or
// is no text gives odd letters here and there.
func (r *reading) sound() bool {
	sure, all := r.characters()
	return sure > 0 && 4*sure >= all
}

// hopeful reports whether there is text among what was read, or an ID for which
// the rest is wanted however badly it reads. The texture of a photograph gives
// hardly a word in a hundred.
func (r *reading) hopeful() bool {
	sure, all := r.characters()
	return sure > 0 && 10*sure >= all || slices.ContainsFunc(r.texts[0], settled)
}

// orTurned returns what is read off the picture turned by half, or to either side if its
// letters stand rather below than beside each other, and it reads better so. Which way
// that is, a sample of each tells.
func (r *reading) orTurned(ctx context.Context, v *view) (*reading, error) {
	var ways [][]crop
	if _, all := r.characters(); all > 0 {
		ways = append(ways, v.flipped())
	}
	if v.lying() {
		turned := viewOf(turn(v.g, 1))
		ways = append(ways, turned.crops, turned.flipped())
	}
	if len(ways) == 0 {
		return r, nil
	}
	best, tried, err := bestOf(ctx, ways)
	if err != nil || !tried.hopeful() {
		return r, err
	}
	side, err := readCrops(ctx, ways[best])
	if err != nil {
		return nil, err
	}
	return r.better(side), nil
}

// part returns what was read for the first time of a part of the crops.
func (r *reading) part(from, to int) *reading {
	p := &reading{crops: r.crops[from:to], least: r.least[from:to], sure: r.sure[from:to], all: r.all[from:to]}
	p.texts[0] = r.texts[0][from:to]
	return p
}

// better returns the reading with more words that are not in doubt.
func (r *reading) better(other *reading) *reading {
	a, _ := r.characters()
	if b, _ := other.characters(); b > a {
		return other
	}
	return r
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
var worth = lazyregexp.New(`[0-9](?:[^0-9]{0,2}[0-9]){3}|A[KS][I1l]A`)

// onlyNumbers makes tesseract know nothing but account IDs.
var onlyNumbers = []string{"-c", "tessedit_char_whitelist=0123456789-"}

// certain is the confidence, in percent, above which digits are hardly ever wrong.
const certain = 93

// whole is what is settled when it was read with certainty.
var whole = lazyregexp.New(`(?:^|[^0-9-])(?:[0-9]{12}|[0-9]{4}-[0-9]{4}-[0-9]{4})(?:[^0-9-]|$)`)

// settled reports whether an account ID stands in a text and no other number.
func settled(text string) bool { return whole.MatchString(text) }

// readAgain reads what is worth it and not settled a second time, and numbers that
// came out different a third time. Of what does not look like text, no more than a
// sample is.
func (r *reading) readAgain(ctx context.Context) error {
	var again, differ []int
	for i, text := range r.texts[0] {
		if worth.MatchString(text) && (r.least[i] < certain || !settled(text)) {
			again = append(again, i)
		}
	}
	if !r.hopeful() {
		again, _ = split(r.crops, again, sample/2)
	}
	if err := r.read(ctx, 1, again); err != nil {
		return err
	}
	for _, i := range again {
		if a, b := r.texts[0][i], r.texts[1][i]; a != b && (number(a) || number(b)) {
			differ = append(differ, i)
		}
	}
	if err := r.read(ctx, 2, differ, onlyNumbers...); err != nil {
		return err
	}
	for n, f := range forms {
		if err := r.readAs(ctx, 3+n, f); err != nil {
			return err
		}
	}
	return nil
}

// form is a kind of values of which every character is one of few.
type form struct {
	like       *regexp.Regexp // as the program may read it
	whole      *regexp.Regexp
	characters string
}

// The forms: UUIDs, which External IDs often are, and long numbers of base 16; and
// the IDs of access keys, which are of base 32 (RFC 4648, section 6).
var forms = [...]form{
	{
		regexp.MustCompile(`[0-9A-Za-z@€]{3,}(?: ?[-—] ?[0-9A-Za-z@€]{3,}){3}|[0-9a-fA-FOolISB]{30}`),
		regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,}`),
		"0123456789abcdef-",
	},
	{
		regexp.MustCompile(`A[KS][I1l]A ?[0-9A-Za-z]{8}`),
		regexp.MustCompile(`A[KS]IA[A-Z2-7]{16}`),
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	},
}

// readAs reads the crops that may hold values of a form for the nth time, as
// nothing else. Of the texts the values are left. Words with dashes are none.
func (r *reading) readAs(ctx context.Context, n int, f form) error {
	var numbers []int
	for i, text := range r.texts[0] {
		if digitsIn(text) > 0 && (f.like.MatchString(text) || r.texts[1] != nil && f.like.MatchString(r.texts[1][i])) {
			numbers = append(numbers, i)
		}
	}
	if !r.hopeful() {
		numbers, _ = split(r.crops, numbers, sample/2)
	}
	if err := r.read(ctx, n, numbers, "-c", "tessedit_char_whitelist="+f.characters); err != nil {
		return err
	}
	for _, i := range numbers {
		text := r.texts[n][i]
		values := f.whole.FindAllString(text, -1)
		if values == nil { // torn
			values = f.whole.FindAllString(strings.ReplaceAll(text, " ", ""), -1)
		}
		r.texts[n][i] = strings.Join(values, " ")
	}
	return nil
}

// almost is twelve characters that may all be digits.
var almost = lazyregexp.New(`(?:^|[^0-9A-Za-z$])[` + likeDigits + `]{12}(?:[^0-9A-Za-z$]|$)`)

// correct adds a reading where twelve characters are digits but for three at most
// that look like some.
func (r *reading) correct() {
	corrections := make([]string, len(r.crops))
	for i := range r.crops {
		for _, texts := range r.texts[:readings] {
			if texts != nil && corrections[i] == "" {
				corrections[i] = corrected(texts[i])
			}
		}
	}
	r.texts[readings] = corrections
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
	out = dashes.ReplaceAllString(out, "$1$4-$2$5-$3$6")
	if out == text {
		return ""
	}
	return out
}

// dashes is an account ID of which a dash was read as a dot or as nothing. The groups
// stand in one piece of a line, no further apart than digits do.
var dashes = lazyregexp.New(`\b([0-9]{4})(?:-|[. ]{1,2})([0-9]{4})-([0-9]{4})\b|\b([0-9]{4})-([0-9]{4})(?:-|[. ]{1,2})([0-9]{4})\b`)

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

// read reads crops for the nth time, with one run of the program.
func (r *reading) read(ctx context.Context, n int, numbers []int, options ...string) error {
	if r.texts[n] == nil {
		r.texts[n] = make([]string, len(r.crops))
	}
	sheets := sheetsOf(r.crops, numbers, looks[n])
	if len(sheets) == 0 {
		return nil
	}
	lines, err := run(ctx, sheets, options...)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.page() >= len(sheets) {
			continue
		}
		at, ok := sheets[l.page()].cropAt(l.bounds())
		if !ok {
			continue
		}
		r.texts[n][at] = strings.TrimSpace(r.texts[n][at] + " " + l.text(looks[n].height))
		if n == 0 {
			r.count(at, l)
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
		r.all[at] += n
		if n >= 3 && w.confidence >= doubt {
			r.sure[at] += n
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
	return slices.ContainsFunc(r.texts[:n], func(texts []string) bool { return texts != nil && texts[i] == r.texts[n][i] })
}
