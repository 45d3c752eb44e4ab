package ocr

import (
	"cmp"
	"image"
	"slices"
)

// Figures of the crops.
const (
	levels    = 5        // the picture itself, half of it, a quarter …
	maxGrowth = 5        // times
	margin    = 2        // pixels of the level around a segment
	between   = 14       // white pixels around crops on a sheet
	sheetSize = 12 << 20 // pixels
	sheetSide = 32_000   // pixels; the program takes no more than 32,767
)

// crop is a segment cut out of a level of a picture.
type crop struct {
	at     image.Rectangle // in the picture
	ink    *image.Gray     // a part of the level's
	level  int
	height int  // of its letters, in pixels of the level
	spots  int  // as of segment
	alike  int  // as of segment
	text   bool // as of segment
	likely bool // as of segment
}

// letters is about how many letters a crop takes as long to read as.
func (c crop) letters() int { return 2 + c.ink.Rect.Dx()/max(1, c.height) }

// cropsOf finds the pieces of lines in a picture. What a letter stands on is reported
// by what is around, which has to be more than the letter itself and less than the
// button that it stands on. So small letters are looked for with the ground that
// their own level shows, larger ones with that of the next level, and the largest
// at the next levels.
func cropsOf(g *image.Gray) []crop { return viewOf(g).crops }

// view is a picture with the crops that were found in it.
type view struct {
	g                 *image.Gray
	crops             []crop
	upright, sideways int // letters of words as it stands, and turned by a quarter
}

func viewOf(g *image.Gray) *view {
	v := &view{g: g}
	if g.Rect.Empty() {
		return v
	}
	v.find(g, medians(g), 0, lowestLetter, smallLetter)
	for level := range levels {
		w, h := g.Rect.Dx(), g.Rect.Dy()
		if w < 2*minHeight || h < 2*minHeight {
			break
		}
		next := halved(g)
		v.find(g, doubled(medians(next), w, h), level, smallLetter, highestLetter)
		g = next
	}
	return v
}

// find adds the crops with letters of a height, in pixels of the level, to those
// that are known.
func (v *view) find(g, ground *image.Gray, level, lowest, highest int) {
	ink, marks := inkOf(g, ground)
	spots := spotsIn(marks, g.Rect.Dx())
	inside := func(s segment) bool { return s.height >= lowest && s.height <= highest }
	for _, s := range segmentsOf(spots) {
		if !inside(s) {
			continue
		}
		part := ink.SubImage(s.at.Inset(-margin).Intersect(ink.Rect)).(*image.Gray)
		at := image.Rect(s.at.Min.X<<level, s.at.Min.Y<<level, s.at.Max.X<<level, s.at.Max.Y<<level)
		v.upright += s.letters()
		v.crops = include(v.crops, crop{at, part, level, s.height, s.spots, s.alike, s.text(), s.likely})
	}
	for _, s := range sidewaysIn(spots) {
		if inside(s) {
			v.sideways += s.letters()
		}
	}
}

// lying reports whether letters stand rather below than beside each other.
func (v *view) lying() bool { return v.sideways >= 2*max(1, v.upright) }

// flipped returns the crops of the picture turned by half.
func (v *view) flipped() []crop {
	var out []crop
	for _, c := range v.crops {
		out = append(out, c.upsideDown(v.g.Rect.Max))
	}
	return out
}

// upsideDown returns a crop as it is in the picture turned by half, the far corner
// of which is given.
func (c crop) upsideDown(corner image.Point) crop {
	c.at = image.Rectangle{corner.Sub(c.at.Max), corner.Sub(c.at.Min)}
	c.ink = turn(c.ink, 2)
	return c
}

// include adds a crop. Where there are some, those that are much lower were parts
// of its letters, unless they were many more: then it is a box that text stands in.
func include(known []crop, c crop) []crop {
	spots, lower := 0, true
	under := func(k crop) bool { return half(k.at, c.at) }
	for _, k := range known {
		if under(k) {
			spots += k.spots
			lower = lower && 4*k.height<<k.level <= 3*c.height<<c.level
		}
	}
	switch {
	case spots == 0:
		return append(known, c)
	case lower && spots <= c.spots<<max(1, c.level): // large letters have more parts
		return append(slices.DeleteFunc(known, under), c)
	}
	return known
}

// half reports whether half of the smaller of two rectangles lies in the other.
func half(a, b image.Rectangle) bool {
	i := a.Intersect(b)
	return 2*i.Dx()*i.Dy() >= min(a.Dx()*a.Dy(), b.Dx()*b.Dy())
}

// look is how crops are shown to the recogniser.
type look struct {
	height int // of high letters and digits, in pixels
	blur   int // times that neighbours are mixed
}

// as returns a crop dark on white, with a look.
func (c crop) as(l look) *image.Gray {
	out := c.darkOnWhite()
	sharp := isSharp(out)
	w, h := float64(out.Rect.Dx()), float64(out.Rect.Dy())
	by := min(maxGrowth, float64(l.height)/float64(c.height), (sheetSide-2*between)/w)
	out = resize(out, max(1, int(w*by+0.5)), max(1, int(h*by+0.5)))
	if sharp {
		for range l.blur {
			out = blurred(out)
		}
	}
	return out
}

// sharpest is the least difference between neighbours, of 255, that a picture which is
// not blurred has at the edges of its letters.
const sharpest = 120

// isSharp reports whether letters, dark on white, have edges. What has none needs no
// further blur: it would lose its thin strokes.
func isSharp(g *image.Gray) bool {
	edges := 0
	for y := range g.Rect.Dy() {
		row := g.Pix[y*g.Stride:][:g.Rect.Dx()]
		for x := 1; x < len(row); x++ {
			if abs(int(row[x])-int(row[x-1])) >= sharpest {
				edges++
			}
		}
	}
	return 2*edges >= g.Rect.Dx()/max(1, g.Rect.Dy())
}

// darkOnWhite returns a crop with letters in black. If they are darker than their
// ground, what is brighter is none, and the other way round.
func (c crop) darkOnWhite() *image.Gray {
	w, h := c.ink.Rect.Dx(), c.ink.Rect.Dy()
	var all energy
	var counts [2][256]int // of differences: brighter, darker
	for y := range h {
		for _, v := range c.ink.Pix[y*c.ink.Stride:][:w] {
			all = all.and(energyOf(v))
			counts[0][max(0, min(255, brightness(v)))]++
			counts[1][max(0, min(255, -brightness(v)))]++
		}
	}
	sign, of := 1, &counts[0]
	if all.darker > all.brighter {
		sign, of = -1, &counts[1]
	}
	strongest, seen := 255, of[255]
	for strongest > faintest && seen < w*h/50 {
		strongest--
		seen += of[strongest]
	}
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x, v := range c.ink.Pix[y*c.ink.Stride:][:w] {
			d := max(0, sign*brightness(v))
			out.Pix[y*out.Stride+x] = uint8(255 - min(255, d*255/strongest))
		}
	}
	return out
}

// sheet is a picture of crops, one under the other on white.
type sheet struct {
	picture *image.Gray
	strips  []strip
}

// strip is where a crop stands on a sheet.
type strip struct{ crop, top, bottom int }

// cropAt returns the number of the crop that a line on the sheet belongs to.
func (s sheet) cropAt(line image.Rectangle) (int, bool) {
	middle := (line.Min.Y + line.Max.Y) / 2
	for _, strip := range s.strips {
		if middle >= strip.top && middle < strip.bottom {
			return strip.crop, true
		}
	}
	return 0, false
}

// sheetsOf sets the crops of the given numbers with a look.
func sheetsOf(crops []crop, numbers []int, l look) []sheet {
	var out []sheet
	for len(numbers) > 0 {
		var pictures []*image.Gray
		var s sheet
		w, h := 0, between
		for _, n := range numbers {
			p := crops[n].as(l)
			wider, higher := max(w, p.Rect.Dx()+2*between), h+p.Rect.Dy()+between
			if len(pictures) > 0 && (higher > sheetSide || wider*higher > sheetSize) {
				break
			}
			s.strips = append(s.strips, strip{n, h, h + p.Rect.Dy()})
			pictures = append(pictures, p)
			w, h = wider, higher
		}
		numbers = numbers[len(pictures):]
		s.picture = image.NewGray(image.Rect(0, 0, w, h))
		for i := range s.picture.Pix {
			s.picture.Pix[i] = 255
		}
		for i, p := range pictures {
			for y := range p.Rect.Dy() {
				copy(s.picture.Pix[(s.strips[i].top+y)*s.picture.Stride+between:], p.Pix[y*p.Stride:][:p.Rect.Dx()])
			}
		}
		out = append(out, s)
	}
	return out
}

// inReadingOrder returns the numbers of crops by the line of text that they stand
// in, from top to bottom, and in a line from left to right.
func inReadingOrder(crops []crop) [][]int {
	order := make([]int, len(crops))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := crops[i].at, crops[j].at
		return cmp.Or(cmp.Compare(a.Min.Y+a.Max.Y, b.Min.Y+b.Max.Y), cmp.Compare(a.Min.X, b.Min.X))
	})
	var rows [][]int
	bottom := 0 // of the half of a row that the middles of its crops lie in
	for _, n := range order {
		at := crops[n].at
		if middle := (at.Min.Y + at.Max.Y) / 2; len(rows) == 0 || middle > bottom {
			rows = append(rows, nil)
			bottom = middle + at.Dy()/2
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], n)
	}
	for _, row := range rows {
		slices.SortFunc(row, func(i, j int) int { return cmp.Compare(crops[i].at.Min.X, crops[j].at.Min.X) })
	}
	return rows
}
