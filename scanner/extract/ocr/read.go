package ocr

import (
	"context"
	"image"
	"regexp"
	"strings"
	"unicode"
)

// Read returns the text of a picture, line by line from top to bottom; "" if the
// picture does not look as if it held any. Lines that look like an ID or a key
// are read twice; where the readings differ, both are there, one under the other.
func Read(ctx context.Context, m image.Image) (string, error) {
	g := readable(m)
	if g == nil {
		return "", nil
	}
	best, err := read(ctx, g)
	if err != nil {
		return "", err
	}
	for _, quarters := range []int{1, 3} {
		if best.sound() {
			break
		}
		turned, err := read(ctx, turn(g, quarters))
		if err != nil {
			return "", err
		}
		if turned.sure > best.sure {
			best = turned
		}
	}
	again, err := readAgain(ctx, best)
	if err != nil {
		return "", err
	}
	return both(best.lines, again), nil
}

// HoldsText reports whether Read would have a look at a picture.
func HoldsText(m image.Image) bool { return readable(m) != nil }

// readable returns a picture in shades of grey, or nil if there are no letters in
// it. What is transparent is laid on white, and on black if that shows nothing.
func readable(m image.Image) *image.Gray {
	if g := grayscale(m, 255); holdsLetters(g) {
		return g
	}
	if !opaque(m) {
		if g := grayscale(m, 0); holdsLetters(g) {
			return g
		}
	}
	return nil
}

// reading is what was read off a picture in one go.
type reading struct {
	prepared  *image.Gray
	lines     []line
	sure, all int // letters and digits, in words that are not in doubt and in all
}

// doubt is the confidence, in percent, below which a word is likely none.
const doubt = 60

func read(ctx context.Context, g *image.Gray) (*reading, error) {
	r := &reading{prepared: prepare(g)}
	var err error
	if r.lines, err = run(ctx, r.prepared); err != nil {
		return nil, err
	}
	for _, l := range r.lines {
		for _, w := range l {
			n := alphanumerics(w.text)
			r.all += n
			if n >= 3 && w.confidence >= doubt {
				r.sure += n
			}
		}
	}
	return r, nil
}

// sound reports whether what was read looks like text: what lies on its side or
// is no text gives odd letters here and there.
func (r *reading) sound() bool { return r.sure > 0 && 4*r.sure >= r.all }

func alphanumerics(s string) int {
	n := 0
	for _, c := range s {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			n++
		}
	}
	return n
}

// both puts the second reading of a line under the first, where it is another.
func both(lines []line, again map[int]string) string {
	var b strings.Builder
	for i, l := range lines {
		first := l.String()
		b.WriteString(first)
		b.WriteByte('\n')
		if second := again[i]; second != "" && second != first {
			b.WriteString(second)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// worth is what a line has to hold to be read a second time.
var worth = regexp.MustCompile(`(?i)(?:[0-9][^0-9]{0,2}){4}|arn|key|account|akia`)

// Figures of the second reading, in pixels of the scaled picture.
const (
	around    = 4   // what a crop has of the surroundings of its line
	between   = 12  // white space between crops
	highest   = 200 // a line; what is higher is none
	largerNum = 3   // crops are scaled by three
	largerDen = 2   // halves
)

// strip is the crop of a line in the picture of crops.
type strip struct {
	line, top int
	crop      *image.Gray
}

// readAgain reads the lines that are worth it a second time, larger, all of them
// in one picture. It returns the readings by the number of the line.
func readAgain(ctx context.Context, r *reading) (map[int]string, error) {
	var strips []strip
	width, height := 0, between
	for i, l := range r.lines {
		at := l.bounds().Inset(-around).Intersect(r.prepared.Rect)
		if at.Empty() || at.Dy() > highest || !worth.MatchString(l.String()) {
			continue
		}
		crop := grayscale(r.prepared.SubImage(at), 255)
		crop = resize(crop, at.Dx()*largerNum/largerDen, at.Dy()*largerNum/largerDen)
		strips = append(strips, strip{i, height, crop})
		width = max(width, crop.Rect.Dx()+2*between)
		height += crop.Rect.Dy() + between
		if width*height > maxScaled {
			break
		}
	}
	if len(strips) == 0 {
		return nil, nil
	}
	lines, err := run(ctx, stack(strips, width, height))
	if err != nil {
		return nil, err
	}
	again := map[int]string{}
	for _, l := range lines {
		b := l.bounds()
		middle := (b.Min.Y + b.Max.Y) / 2
		for _, s := range strips {
			if middle >= s.top && middle < s.top+s.crop.Rect.Dy() {
				again[s.line] = strings.TrimSpace(again[s.line] + " " + l.String())
			}
		}
	}
	return again, nil
}

// stack puts crops under each other on white.
func stack(strips []strip, width, height int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, width, height))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for _, s := range strips {
		w := s.crop.Rect.Dx()
		for y := range s.crop.Rect.Dy() {
			copy(g.Pix[(s.top+y)*g.Stride+between:], s.crop.Pix[y*s.crop.Stride:][:w])
		}
	}
	return g
}
