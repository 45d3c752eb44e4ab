package ocr

import "image"

// Figures of the search for ink, in pixels of the level.
const (
	reachX, reachY = 15, 7 // what a pixel's ground is looked for in: wider than a letter, lower than a button
	block          = 16    // of the map of contrasts
	faintest       = 24    // contrast; what differs less from its ground is noise
	share          = 0.3   // of the contrast around, for a pixel to belong to a letter
	seam           = 6     // times weaker than the letters are the seams that loss makes beside them
	ruleLength     = 40    // no letter of a level is as wide,
	ruleHeight     = 44    // or as high
)

// noInk is what a pixel of ink has that is as its ground. Half the difference is
// added where it is brighter, and subtracted where it is darker.
const noInk = 128

// brightness returns by how much a pixel of ink is brighter than its ground.
func brightness(v uint8) int { return 2 * (int(v) - noInk) }

// inkOf returns how much every pixel differs from the ground that it stands on,
// and which of them are marks. Lines of tables, borders and underlines are gone.
func inkOf(g, ground *image.Gray) (ink *image.Gray, marks []bool) {
	ink = subtractGround(g, ground)
	marks = marksIn(ink)
	eraseRules(ink, marks)
	return ink, marks
}

// subtractGround returns how much every pixel differs from its ground. At an edge
// between two grounds, whichever is nearer counts, so that buttons and rows of
// tables have no outline.
func subtractGround(g, ground *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	for y := range h {
		here := y * ground.Stride
		upper, lower := ground.Pix[max(0, y-2)*ground.Stride:][:w], ground.Pix[min(h-1, y+2)*ground.Stride:][:w]
		row, under, to := g.Pix[y*g.Stride:][:w], ground.Pix[here:][:w], out.Pix[y*out.Stride:][:w]
		for x, v := range row {
			least := int(v) - int(under[x])
			if least == 0 { // as most of it
				to[x] = noInk
				continue
			}
			for _, at := range [...]uint8{under[max(0, x-2)], under[min(w-1, x+2)], upper[x], lower[x]} {
				if d := int(v) - int(at); abs(d) < abs(least) {
					least = d
				}
			}
			to[x] = uint8(noInk + least/2)
		}
	}
	return out
}

// medians returns the ground of every pixel: the median of what is around it, by
// the histogram of a window that slides along the row (T. Huang, "A fast
// two-dimensional median filtering algorithm", 1979). Where nothing around differs by as
// much as a letter does from its ground, a pixel is its own ground: that is most of a
// screen, and costs nothing.
func medians(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	columns, uneven := unevenIn(g)
	for y := range h {
		copy(out.Pix[y*out.Stride:][:w], g.Pix[y*g.Stride:][:w])
		blocks := uneven[y/block*columns:][:columns]
		for from := 0; from < columns; from++ {
			if !blocks[from] {
				continue
			}
			to := from
			for to < columns && blocks[to] {
				to++
			}
			mediansOf(g, out, y, from*block, min(w, to*block))
			from = to
		}
	}
	return out
}

// mediansOf writes the medians around the pixels of a row from one on to another.
func mediansOf(g, out *image.Gray, y, from, to int) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	around := g.Pix[max(0, y-reachY)*g.Stride : min(h-1, y+reachY)*g.Stride+w]
	window := slidingMedian{value: g.Pix[y*g.Stride+from]}
	for x := max(0, from-reachX); x < min(from+reachX, w); x++ {
		for at := x; at < len(around); at += g.Stride {
			window.add(around[at])
		}
	}
	for x := from; x < to; x++ {
		enters, leaves := x+reachX, x-reachX-1
		switch {
		case enters < w && leaves >= 0 && x > from:
			window.slide(around[leaves:], around[enters:], g.Stride)
		case enters < w:
			for at := enters; at < len(around); at += g.Stride {
				window.add(around[at])
			}
		case leaves >= 0 && x > from:
			for at := leaves; at < len(around); at += g.Stride {
				window.remove(around[at])
			}
		}
		out.Pix[y*out.Stride+x] = window.median()
	}
}

// unevenIn returns how many blocks there are in a row, and around which of them something
// differs as much as a letter may from its ground. A window is no larger than a block to
// each side.
func unevenIn(g *image.Gray) (columns int, uneven []bool) {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	columns = (w + block - 1) / block
	rows := (h + block - 1) / block
	darkest, brightest := make([]uint8, columns*rows), make([]uint8, columns*rows)
	for i := range darkest {
		darkest[i] = 255
	}
	for y := range h {
		row := g.Pix[y*g.Stride:][:w]
		for bx := range columns {
			low, high := uint8(255), uint8(0)
			for _, v := range row[bx*block : min(w, (bx+1)*block)] {
				low, high = min(low, v), max(high, v)
			}
			at := y/block*columns + bx
			darkest[at], brightest[at] = min(darkest[at], low), max(brightest[at], high)
		}
	}
	uneven = make([]bool, columns*rows)
	for by := range rows {
		for bx := range columns {
			low, high := uint8(255), uint8(0)
			for y := max(0, by-1); y <= min(rows-1, by+1); y++ {
				for x := max(0, bx-1); x <= min(columns-1, bx+1); x++ {
					low, high = min(low, darkest[y*columns+x]), max(high, brightest[y*columns+x])
				}
			}
			uneven[by*columns+bx] = int(high)-int(low) >= faintest
		}
	}
	return columns, uneven
}

// slidingMedian is a histogram that knows how much of it lies below a value, which
// follows the median.
type slidingMedian struct {
	counts     [256]int32
	all, below int32
	value      uint8
}

func (s *slidingMedian) add(v uint8) {
	s.counts[v]++
	s.all++
	if v < s.value {
		s.below++
	}
}

func (s *slidingMedian) remove(v uint8) {
	s.counts[v]--
	s.all--
	if v < s.value {
		s.below--
	}
}

// slide exchanges the column that leaves for the one that enters. Most of a
// picture of text is one colour, where there is nothing to do.
func (s *slidingMedian) slide(leaves, enters []uint8, stride int) {
	for at := 0; at < len(enters); at += stride {
		if old, v := leaves[at], enters[at]; old != v {
			s.remove(old)
			s.add(v)
		}
	}
}

func (s *slidingMedian) median() uint8 {
	for 2*s.below > s.all {
		s.value--
		s.below -= s.counts[s.value]
	}
	for 2*(s.below+s.counts[s.value]) <= s.all && s.value < 255 {
		s.below += s.counts[s.value]
		s.value++
	}
	return s.value
}

// energy is how much a block of pixels differs from its ground.
type energy struct {
	strongest        int // difference
	brighter, darker int // sums of squares
}

func (e energy) and(o energy) energy {
	return energy{max(e.strongest, o.strongest), e.brighter + o.brighter, e.darker + o.darker}
}

// letters returns whether letters may be brighter than their ground, and whether
// they may be darker. Beside the edges of dark letters, lossy pictures have a
// brighter seam, and the other way round; that is much less.
func (e energy) letters() (brighter, darker bool) {
	return seam*e.brighter >= e.darker, seam*e.darker >= e.brighter
}

// marksIn tells which pixels belong to marks: those that differ from their ground
// about as much as the strongest around do.
func marksIn(ink *image.Gray) []bool {
	w, h := ink.Rect.Dx(), ink.Rect.Dy()
	columns, rows := (w+block-1)/block, (h+block-1)/block
	blocks := make([]energy, columns*rows)
	for y := range h {
		row := ink.Pix[y*ink.Stride:][:w]
		for bx := range columns {
			e := &blocks[y/block*columns+bx]
			for _, v := range row[bx*block : min(w, (bx+1)*block)] {
				if v != noInk {
					*e = e.and(energyOf(v))
				}
			}
		}
	}
	marks := make([]bool, w*h)
	for by := range rows {
		for bx := range columns {
			var around energy
			for y := max(0, by-1); y <= min(rows-1, by+1); y++ {
				for x := max(0, bx-1); x <= min(columns-1, bx+1); x++ {
					around = around.and(blocks[y*columns+x])
				}
			}
			if around.strongest < faintest {
				continue
			}
			brighter, darker := around.letters()
			least := max(faintest, int(share*float64(around.strongest)))
			for y := by * block; y < min(h, (by+1)*block); y++ {
				for x := bx * block; x < min(w, (bx+1)*block); x++ {
					d := brightness(ink.Pix[y*ink.Stride+x])
					marks[y*w+x] = brighter && d >= least || darker && -d >= least
				}
			}
		}
	}
	return marks
}

func energyOf(v uint8) energy {
	d := brightness(v)
	if d > 0 {
		return energy{strongest: d, brighter: d * d}
	}
	return energy{strongest: -d, darker: d * d}
}

// eraseRules takes away stretches that are longer than any letter and nearly
// without a gap: lossy pictures have some.
func eraseRules(ink *image.Gray, marks []bool) {
	w, h := ink.Rect.Dx(), ink.Rect.Dy()
	rules := make([]bool, len(marks))
	for y := range h {
		stretches(marks, rules, y*w, 1, w, ruleLength)
	}
	columns := columnsWith(marks, w, ruleHeight)
	for x := range w {
		if columns[x] {
			stretches(marks, rules, x, w, h, ruleHeight)
		}
	}
	for i, isRule := range rules {
		if isRule {
			ink.Pix[i], marks[i] = noInk, false
		}
	}
}

// columnsWith tells which columns have so many marks that a stretch of a length may be
// among them. To go along a column costs a miss of the cache for every pixel.
func columnsWith(marks []bool, width, length int) []bool {
	counts := make([]int32, width)
	for from := 0; from+width <= len(marks); from += width {
		for x, marked := range marks[from:][:width] {
			if marked {
				counts[x]++
			}
		}
	}
	out := make([]bool, width)
	for x, n := range counts {
		out[x] = 10*int(n) >= 9*length
	}
	return out
}

// stretches tells which of n pixels, step from one to the next, lie in a stretch
// of a length that is marked but for a tenth.
func stretches(marks, rules []bool, from, step, n, length int) {
	marked, done := 0, 0 // those below done are reported
	for i := range n {
		if marks[from+i*step] {
			marked++
		}
		if i < length {
			continue
		}
		if marks[from+(i-length)*step] {
			marked--
		}
		if 10*marked >= 9*length {
			for k := max(done, i-length+1); k <= i; k++ {
				rules[from+k*step] = true
			}
			done = i + 1
		}
	}
}
