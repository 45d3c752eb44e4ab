package ocr

import (
	"cmp"
	"image"
	"slices"
)

// Figures of the search for words, in pixels of the level.
const (
	highestLetter = 30 // of a line, most letters of which may be as low as an x,
	tallestLetter = 40 // where others are as high
	smallLetter   = 14 // up to it, letters are small
	lowestLetter  = 5
	widestLetter  = 400    // what blurs into each other can be a word
	mostSpots     = 20_000 // a screen full of the smallest letters has 10,000
)

// segment is a piece of a line: what stands close together at one height, like
// the content of a table's cell.
type segment struct {
	at     image.Rectangle
	height int  // of its high letters and digits
	spots  int  // letters, and what else hangs together
	alike  int  // spots as high as letters of a line are, less the others
	likely bool // it may hold an identifier
}

// text reports whether a segment is long enough to be a word of some letters. A
// blur of letters counts by its length.
func (s segment) text() bool {
	return s.spots >= 4 && s.at.Dx() >= 2*s.at.Dy() || s.at.Dx() >= 4*s.height
}

// letters is about how many letters there are, if it is long enough to be a word.
func (s segment) letters() int {
	if !s.text() {
		return 0
	}
	return s.at.Dx() / max(1, s.at.Dy())
}

// segmentsIn returns the segments among marks in a picture of a width.
func segmentsIn(marks []bool, width int) []segment { return segmentsOf(spotsIn(marks, width)) }

// sidewaysIn returns the segments that the same spots make in the picture turned by a
// quarter. Where they come to stand does not matter.
func sidewaysIn(spots []image.Rectangle) []segment {
	turned := make([]image.Rectangle, len(spots))
	for i, r := range spots {
		turned[i] = image.Rect(r.Min.Y, r.Min.X, r.Max.Y, r.Max.X)
	}
	return segmentsOf(turned)
}

// segmentsOf returns the segments that spots make.
func segmentsOf(spots []image.Rectangle) []segment {
	spots = slices.DeleteFunc(slices.Clone(spots), func(r image.Rectangle) bool {
		return r.Dy() > tallestLetter || r.Dx() > widestLetter || r.Dx()*r.Dy() < 2
	})
	if len(spots) > mostSpots { // the noise of a photograph
		return nil
	}
	slices.SortFunc(spots, func(a, b image.Rectangle) int {
		return cmp.Or(cmp.Compare(a.Min.X, b.Min.X), cmp.Compare(a.Min.Y, b.Min.Y))
	})
	groups := newForest(len(spots))
	for i, a := range spots {
		for j := i + 1; j < len(spots) && spots[j].Min.X <= a.Max.X+highestLetter; j++ {
			if besideEachOther(a, spots[j]) {
				groups.join(i, j)
			}
		}
	}
	of := map[int][]image.Rectangle{}
	var order []int
	for i, s := range spots {
		root := groups.root(i)
		if of[root] == nil {
			order = append(order, root)
		}
		of[root] = append(of[root], s)
	}
	var out []segment
	for _, root := range order {
		if s := segmentOf(of[root]); s.height >= lowestLetter && s.at.Dx() >= s.at.Dy() {
			out = append(out, s)
		}
	}
	return out
}

func segmentOf(spots []image.Rectangle) segment {
	s := segment{spots: len(spots)}
	heights := make([]int, len(spots))
	for i, r := range spots {
		s.at = s.at.Union(r)
		heights[i] = r.Dy()
	}
	slices.Sort(heights)
	s.height = heights[len(heights)*3/4]
	for _, h := range heights {
		if 2*h >= s.height && 4*h <= 5*s.height {
			s.alike++
		} else {
			s.alike--
		}
	}
	s.likely = candidate(spots, s.height)
	return s
}

// besideEachOther reports whether a spot and one to its right stand on one line,
// no further apart than words do.
func besideEachOther(a, b image.Rectangle) bool {
	lower, higher := min(a.Dy(), b.Dy()), max(a.Dy(), b.Dy())
	if b.Min.X-a.Max.X > higher+higher/8 {
		return false
	}
	if overlap := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y); 2*overlap < lower {
		return false
	}
	return 5*lower >= 2*higher || lower < lowestLetter // a letter beside a letter, or a dot or dash
}

// spotsIn returns the bounds of what hangs together among marks, diagonals
// included.
func spotsIn(marks []bool, width int) []image.Rectangle {
	type run struct{ from, to, label int }
	var runs, above []run
	var bounds []image.Rectangle
	groups := newForest(0)
	for y := range len(marks) / max(1, width) {
		row := marks[y*width:][:width]
		runs, above = above[:0], runs
		next := 0 // of those above
		for x := 0; x < width; {
			if !row[x] {
				x++
				continue
			}
			r := run{from: x, label: -1}
			for x < width && row[x] {
				x++
			}
			r.to = x
			for next < len(above) && above[next].to < r.from {
				next++
			}
			for i := next; i < len(above) && above[i].from <= r.to; i++ {
				if r.label < 0 {
					r.label = above[i].label
				}
				groups.join(r.label, above[i].label)
			}
			if r.label < 0 {
				r.label = groups.add()
				bounds = append(bounds, image.Rectangle{})
			}
			bounds[r.label] = bounds[r.label].Union(image.Rect(r.from, y, r.to, y+1))
			runs = append(runs, r)
		}
	}
	whole := map[int]image.Rectangle{}
	for i, b := range bounds {
		root := groups.root(i)
		whole[root] = whole[root].Union(b)
	}
	out := make([]image.Rectangle, 0, len(whole))
	for i := range bounds {
		if b, ok := whole[i]; ok {
			out = append(out, b)
		}
	}
	return out
}

// forest holds disjoint sets of numbers; the smallest of a set stands for it.
type forest []int

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = i
	}
	return f
}

func (f *forest) add() int {
	*f = append(*f, len(*f))
	return len(*f) - 1
}

func (f forest) root(i int) int {
	for f[i] != i {
		f[i] = f[f[i]]
		i = f[i]
	}
	return i
}

func (f forest) join(i, j int) {
	i, j = f.root(i), f.root(j)
	f[max(i, j)] = min(i, j)
}
