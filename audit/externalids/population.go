package externalids

import (
	"math"
	"slices"
	"strings"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/internal/strength"
)

// form is the values of one length that have their signs at the same places, without what
// stands beside them: mostly what one generator makes.
type form struct {
	rows   int64
	sample []sampled // of different values, those with the least hashes, in order of these
	view   view
}

// sampled is a value, or what is left of it, in a sample.
type sampled struct {
	hash uint64
	text string
	time int64 // when the row was made, in milliseconds; 0 if that is not known
}

const (
	maxSample = 512
	maxForms  = 4096
)

// wants reports whether a value with a hash belongs into the sample: the least hashes do, so
// that which they are depends on no order, and every value is in it once.
func (f *form) wants(hash uint64) bool {
	return len(f.sample) < maxSample || hash < f.sample[maxSample-1].hash
}

func (f *form) take(s sampled) {
	at, known := slices.BinarySearchFunc(f.sample, s.hash, func(e sampled, hash uint64) int {
		switch {
		case e.hash < hash:
			return -1
		case e.hash > hash:
			return 1
		}
		return 0
	})
	if known {
		return
	}
	if len(f.sample) == maxSample {
		f.sample = f.sample[:maxSample-1]
	}
	f.sample = slices.Insert(f.sample, at, s)
}

// lookTogether judges forms of one length together that have too few values to be judged
// alone: the signs of base64 stand anywhere. What they say counts if it is even.
func lookTogether(forms []form) {
	byLength := map[int]*form{}
	for i := range forms {
		f := &forms[i]
		if f.view.known || len(f.sample) == 0 {
			continue
		}
		all := byLength[len(f.sample[0].text)]
		if all == nil {
			all = &form{}
			byLength[len(f.sample[0].text)] = all
		}
		for _, s := range f.sample {
			if all.wants(s.hash) {
				all.take(s)
			}
		}
	}
	for _, all := range byLength {
		if all.look(); !all.view.uniform {
			all.view = view{}
		}
	}
	for i := range forms {
		if f := &forms[i]; !f.view.known && len(f.sample) > 0 {
			f.view = byLength[len(f.sample[0].text)].view
			f.view.together = true
		}
	}
}

// view is what a population says of its values.
type view struct {
	known    bool    // there are enough to say anything
	together bool    // with other forms of the same length
	uniform  bool    // they are drawn evenly from an alphabet
	bits     float64 // of what differs and follows no order
	flags    flags   // constant, ordered
	worded   bool    // what differs is made of words
	counted  bool    // most look as if they were typed, which nobody does so often
	length   int
	fixed    int // characters that are the same in all
}

// leastValues is how many different values make a population.
const leastValues = 8

// look judges the sample.
func (f *form) look() {
	values := f.sample
	if len(values) < leastValues {
		return
	}
	p := newColumns(values)
	v := view{known: true, length: len(p.column)}
	p.findConstant()
	p.alphabet = strength.AlphabetOf(&p.seen)
	v.uniform = p.uniform()
	from := p.inOrder(values)
	for i := range p.column {
		c := &p.column[i]
		switch {
		case c.constant:
			v.fixed++
			if c.sign == 0 {
				v.flags |= constant
			}
		case i < from:
			v.flags |= ordered
		default:
			v.bits += p.bits(c)
		}
	}
	v.worded, v.counted = p.worded(values), counted(values)
	f.view = v
}

// column is one place in the values of a form.
type column struct {
	count    [256]int32
	distinct int
	constant bool
	sign     byte // of every value, if it is no letter or digit
}

type columns struct {
	column   []column
	n        int       // values
	seen     [256]bool // in what differs
	alphabet int
}

func newColumns(values []sampled) *columns {
	p := &columns{column: make([]column, len(values[0].text)), n: len(values)}
	for _, v := range values {
		for i := range len(v.text) {
			c := &p.column[i]
			if c.count[v.text[i]]++; c.count[v.text[i]] == 1 {
				c.distinct++
			}
		}
	}
	for i := range p.column {
		if b := values[0].text[i]; p.column[i].distinct == 1 && !ascii.IsAlnum(b) {
			p.column[i].sign = b
		}
	}
	return p
}

// findConstant finds what is the same in all values, and not by chance: of eight random digits
// in a row of values all are the same once in ten million forms.
func (p *columns) findConstant() {
	for i := range p.column {
		p.column[i].constant = p.column[i].distinct == 1
	}
	for i := range p.column {
		for b, n := range p.column[i].count {
			if n > 0 && !p.column[i].constant {
				p.seen[b] = true
			}
		}
	}
}

// manyValues is how many values show how often each symbol comes.
const manyValues = 100

// bits is what has to be guessed of a place. One with clearly fewer symbols than the others
// has those that it has.
func (p *columns) bits(c *column) float64 {
	expected := float64(p.alphabet) * (1 - math.Pow(1-1/float64(p.alphabet), float64(p.n)))
	if float64(c.distinct) < 0.6*expected || p.n >= manyValues && !p.uniform() {
		return min(c.entropy(p.n), math.Log2(float64(p.alphabet)))
	}
	return math.Log2(float64(p.alphabet))
}

// entropy is that of the symbols counted, with what a small sample hides of it.
func (c *column) entropy(n int) float64 {
	h := 0.0
	for _, k := range c.count {
		if k > 0 {
			q := float64(k) / float64(n)
			h -= q * math.Log2(q)
		}
	}
	return h + float64(c.distinct-1)/(2*float64(n)*math.Ln2)
}

// uniform reports whether what differs is drawn evenly from the alphabet: then equal symbols
// meet at a place as often as chance has it. In words they meet twice as often.
func (p *columns) uniform() bool {
	met, pairs := 0.0, 0.0
	for i := range p.column {
		c := &p.column[i]
		if c.constant {
			continue
		}
		full := float64(c.distinct) >= 0.6*float64(p.alphabet)*(1-math.Pow(1-1/float64(p.alphabet), float64(p.n)))
		if !full {
			continue
		}
		for b, k := range c.count {
			if !ascii.IsAlnum(byte(b)) && k > 0 {
				continue
			}
			met += float64(k) * float64(k-1) / 2
		}
		pairs += float64(p.n) * float64(p.n-1) / 2
	}
	expected := pairs / float64(max(1, p.alphabet))
	return pairs > 0 && met <= expected*1.15+4*math.Sqrt(expected)
}

// inOrder returns from which place on values follow no order of time: 0 if they follow none at
// all. It asks of the rest behind each place whether it grows, or falls, from value to value.
func (p *columns) inOrder(values []sampled) int {
	var timed []sampled
	for _, v := range values {
		if v.time != 0 {
			timed = append(timed, v)
		}
	}
	if len(timed) < 12 || len(timed)*2 < len(values) {
		return 0
	}
	slices.SortFunc(timed, func(a, b sampled) int {
		if a.time != b.time {
			return int(min(1, max(-1, a.time-b.time)))
		}
		return strings.Compare(a.text, b.text)
	})
	for from := range p.column {
		if p.column[from].constant {
			continue
		}
		up, steps := 0, 0
		for i := 1; i < len(timed); i++ {
			if timed[i].time == timed[i-1].time {
				continue
			}
			steps++
			if timed[i].text[from:] > timed[i-1].text[from:] {
				up++
			}
		}
		if steps < 11 || up*10 < steps*9 && up*10 > steps {
			return from
		}
	}
	return len(p.column)
}

// worded reports whether what differs in the values is made of words.
func (p *columns) worded(values []sampled) bool {
	n := 0
	for _, v := range values {
		var rest []byte
		for i := range len(v.text) {
			if !p.column[i].constant || p.column[i].sign != 0 {
				rest = append(rest, v.text[i])
			}
		}
		if strength.Of(string(rest)).Guess().Words {
			n++
		}
	}
	return n*5 > len(values)
}

// counted reports whether most of the values look typed.
func counted(values []sampled) bool {
	n := 0
	for _, v := range values {
		if strength.Of(v.text).Guess().Typed {
			n++
		}
	}
	return 2*n > len(values)
}

// shapeOf returns what makes values of one form: their length, and where their signs stand.
func shapeOf(v string) uint64 {
	const prime = 1099511628211 // FNV-1a
	h := uint64(14695981039346656037) ^ uint64(len(v))
	h *= prime
	for i := range len(v) {
		if !ascii.IsAlnum(v[i]) {
			h = (h ^ uint64(i)) * prime
			h = (h ^ uint64(v[i])) * prime
		}
	}
	return h
}
