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
		up, down := max(0, y-2)*ground.Stride, min(h-1, y+2)*ground.Stride
		here := y * ground.Stride
		for x := range w {
			v := int(g.Pix[y*g.Stride+x])
			left, right := max(0, x-2), min(w-1, x+2)
			least := v - int(ground.Pix[here+x])
			for _, at := range [...]int{here + left, here + right, up + x, down + x} {
				if d := v - int(ground.Pix[at]); abs(d) < abs(least) {
					least = d
				}
			}
			out.Pix[here+x] = uint8(noInk + least/2)
		}
	}
	return out
}

// medians returns the ground of every pixel: the median of what is around it, by
// the histogram of a window that slides along the row (T. Huang, "A fast
// two-dimensional median filtering algorithm", 1979).
func medians(g *image.Gray) *image.Gray {
	w, h := g.Rect.Dx(), g.Rect.Dy()
	out := image.NewGray(g.Rect)
	for y := range h {
		around := g.Pix[max(0, y-reachY)*g.Stride : min(h-1, y+reachY)*g.Stride+w]
		window := slidingMedian{}
		for x := range min(reachX, w) {
			for at := x; at < len(around); at += g.Stride {
				window.add(around[at])
			}
		}
		for x := range w {
			enters, leaves := x+reachX, x-reachX-1
			switch {
			case enters < w && leaves >= 0:
				window.slide(around[leaves:], around[enters:], g.Stride)
			case enters < w:
				for at := enters; at < len(around); at += g.Stride {
					window.add(around[at])
				}
			case leaves >= 0:
				for at := leaves; at < len(around); at += g.Stride {
					window.remove(around[at])
				}
			}
			out.Pix[y*out.Stride+x] = window.median()
		}
	}
	return out
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
		for x, v := range ink.Pix[y*ink.Stride:][:w] {
			if v != noInk {
				at := y/block*columns + x/block
				blocks[at] = blocks[at].and(energyOf(v))
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
	for x := range w {
		stretches(marks, rules, x, w, h, ruleHeight)
	}
	for i, isRule := range rules {
		if isRule {
			ink.Pix[i], marks[i] = noInk, false
		}
	}
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
