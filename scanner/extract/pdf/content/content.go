// Package content runs the content streams of pages for what they show: text
// with where it stands, the rules between cells, and pictures. Nothing is left
// out for being white, invisible, clipped, covered or on a hidden layer.
package content

import (
	"bytes"
	"math"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/font"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Span is text that was shown in one go: glyph after glyph without a gap.
type Span struct {
	Text   string
	X0, Y0 float64 // where the pen was before it, in the page's units
	X1, Y1 float64 // and behind it
	Size   float64 // an em, in the page's units
	Angle  float64 // of the line it stands on, in radians
	Op     int     // spans of one number were shown without moving the pen by coordinates
	Onward bool    // the pen came here by a move from where its line began, not by a place on the page
	Object int     // of the text object (BT to ET)
	Mark   int     // of the marked content sequence
	// Replaced spans have another text that the file says is the actual one;
	// Actual spans are these texts.
	Replaced, Actual bool
}

// Rule is a vertical line or the side of a rectangle.
type Rule struct{ X, Y0, Y1 float64 }

// Page is what the content of a page shows.
type Page struct {
	Spans  []Span
	Rules  []Rule
	Images []*object.Stream
	// Unknown counts the glyphs of which nobody knows what they mean.
	Unknown, Known int
}

// ErrBudget says that the operators were too many.
var ErrBudget error = finding.OverBudget.Because("over budget: too much drawing")

// Runner runs content streams of one file.
type Runner struct {
	File *object.File
	// Steps is how many more operators and glyphs there may be in the file.
	Steps int
	// Stop is asked now and then whether to stop.
	Stop func() error
	// Ran is called for every form that was run.
	Ran func(*object.Stream)

	loader  *font.Loader
	fonts   map[*object.Entry]*font.Font // by the first entry of their dictionary
	decoded map[*object.Stream][]byte    // of forms, which are often shown on every page
	held    int                          // bytes in decoded
}

// matrix maps (x, y) to (a x + c y + e, b x + d y + f).
type matrix struct{ a, b, c, d, e, f float64 }

var identity = matrix{a: 1, d: 1}

// times returns the matrix that applies m first and n then.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m.a*n.a + m.b*n.c, m.a*n.b + m.b*n.d,
		m.c*n.a + m.d*n.c, m.c*n.b + m.d*n.d,
		m.e*n.a + m.f*n.c + n.e, m.e*n.b + m.f*n.d + n.f,
	}
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f
}

func matrixOf(v []float64) matrix {
	if len(v) != 6 {
		return identity
	}
	return matrix{v[0], v[1], v[2], v[3], v[4], v[5]}
}

// state is what q saves and Q restores.
type state struct {
	ctm                                 matrix
	font                                *font.Font
	size, charSpace, wordSpace, leading float64
	scale, rise                         float64
	resources                           object.Dict // changes with forms, not with q
}

// run is one page, or one form of it.
type run struct {
	*Runner
	page      *Page
	p         *object.Parser
	operands  []operand
	array     int // where the operands of the array begin that is open or was closed last
	state     state
	saved     []state
	tm, lm    matrix // text matrix, text line matrix
	moved     bool   // the pen was put somewhere since text was shown
	placed    bool   // by a place on the page
	onward    bool   // the operator that shows came by moves only
	op        int
	object    int
	marks     []mark
	mark      int // of the innermost sequence
	markCount int
	x, y      float64 // of the path
	text      []byte  // of the span that is being made
	span      Span
	depth     int
	inside    map[*object.Stream]bool // forms that are being run
}

// operand is a number, a string or name, or an object.
type operand struct {
	kind  object.Kind
	num   float64
	bytes []byte
	dict  object.Dict
}

// mark is a marked content sequence.
type mark struct {
	number    int
	actual    string
	hasActual bool
	begin     int // in the page's spans
}

// maxDepth bounds forms in forms.
const maxDepth = 16

// Run runs the content of a page, or of anything that has resources of its own,
// and adds what it shows to page. The matrix is nil or six numbers.
func (r *Runner) Run(page *Page, data []byte, resources object.Dict, ctm []float64) error {
	c := &run{Runner: r, page: page, inside: map[*object.Stream]bool{}}
	if n := len(page.Spans); n > 0 {
		last := page.Spans[n-1]
		c.op, c.object, c.markCount = last.Op+1, last.Object+1, last.Mark+1
	}
	c.state = state{ctm: matrixOf(ctm), scale: 1, resources: resources}
	return c.exec(data)
}

// exec runs a stream in the state that is.
func (c *run) exec(data []byte) error {
	outer := c.p
	c.p = object.NewParser(data, 1<<20)
	defer func() { c.p = outer }()
	c.operands = c.operands[:0]
	for {
		t := c.p.Next()
		switch t.Kind {
		case object.End:
			c.flush()
			return nil
		case object.Keyword:
			if err := c.operator(string(t.Bytes)); err != nil {
				c.flush()
				return err
			}
			c.operands = c.operands[:0]
			c.p.Release()
		default:
			c.operand(t)
		}
	}
}

// maxOperands bounds what waits for an operator; an array may be long.
const maxOperands = 1 << 16

func (c *run) operand(t object.Token) {
	if len(c.operands) >= maxOperands {
		c.operands = c.operands[:0]
	}
	switch t.Kind {
	case object.ArrayOpen:
		c.array = len(c.operands)
	case object.ArrayClose:
	case object.DictOpen:
		c.p.Pos -= 2
		o, _ := c.p.Object()
		d, _ := o.(object.Dict)
		c.operands = append(c.operands, operand{kind: object.DictOpen, dict: d})
	default:
		c.operands = append(c.operands, operand{kind: t.Kind, num: t.Num, bytes: t.Bytes})
	}
}

// num returns the operand so many before the last one.
func (c *run) num(fromEnd int) float64 {
	if i := len(c.operands) - 1 - fromEnd; i >= 0 {
		return c.operands[i].num
	}
	return 0
}

func (c *run) name(fromEnd int) object.Name {
	if i := len(c.operands) - 1 - fromEnd; i >= 0 && c.operands[i].kind == object.NameToken {
		return object.Name(c.operands[i].bytes)
	}
	return ""
}

func (c *run) bytes() []byte {
	if i := len(c.operands) - 1; i >= 0 && c.operands[i].kind == object.StringToken {
		return c.operands[i].bytes
	}
	return nil
}

// charge counts steps and asks now and then whether to stop.
func (c *run) charge(n int) error {
	before := c.Steps
	c.Steps -= n
	if c.Steps < 0 {
		return ErrBudget
	}
	if before>>12 != c.Steps>>12 && c.Stop != nil {
		return c.Stop()
	}
	return nil
}

// operators are what changes where text stands or what it is.
var operators map[string]func(*run) error

func init() {
	plain := func(f func(*run)) func(*run) error {
		return func(c *run) error { f(c); return nil }
	}
	operators = map[string]func(*run) error{
		"q": plain((*run).save), "Q": plain((*run).restore),
		"cm": plain(func(c *run) {
			c.state.ctm = matrix{c.num(5), c.num(4), c.num(3), c.num(2), c.num(1), c.num(0)}.times(c.state.ctm)
			c.placed = true
		}),
		"BT": plain(func(c *run) { c.tm, c.lm, c.placed = identity, identity, true; c.object++ }),
		"ET": plain(func(c *run) { c.flush(); c.placed = true }),
		"Tc": plain(func(c *run) { c.state.charSpace = c.num(0) }),
		"Tw": plain(func(c *run) { c.state.wordSpace = c.num(0) }),
		"Tz": plain(func(c *run) { c.state.scale = c.num(0) / 100 }),
		"TL": plain(func(c *run) { c.state.leading = c.num(0) }),
		"Ts": plain(func(c *run) { c.state.rise = c.num(0) }),
		"Tf": plain(func(c *run) { c.setFont(c.name(1), c.num(0)) }),
		"gs": plain((*run).graphicsState),
		"Td": plain(func(c *run) { c.move(c.num(1), c.num(0)) }),
		"TD": plain(func(c *run) { c.state.leading = -c.num(0); c.move(c.num(1), c.num(0)) }),
		"T*": plain((*run).nextLine),
		"Tm": plain(func(c *run) {
			c.tm = matrix{c.num(5), c.num(4), c.num(3), c.num(2), c.num(1), c.num(0)}
			c.lm, c.placed = c.tm, true
		}),
		"Tj": func(c *run) error { return c.show(c.bytes()) },
		"'":  func(c *run) error { c.nextLine(); return c.show(c.bytes()) },
		"\"": func(c *run) error {
			c.state.wordSpace, c.state.charSpace = c.num(2), c.num(1)
			c.nextLine()
			return c.show(c.bytes())
		},
		"TJ":  (*run).showArray,
		"Do":  (*run).xobject,
		"BI":  plain((*run).skipInlineImage),
		"BMC": plain(func(c *run) { c.begin(nil) }),
		"BDC": plain((*run).beginWithProperties),
		"EMC": plain((*run).endMark),
		"re":  plain((*run).rectangle),
		"m":   plain(func(c *run) { c.x, c.y = c.num(1), c.num(0) }),
		"l":   plain((*run).line),
	}
}

func (c *run) operator(word string) error {
	f, ok := operators[word]
	if !ok {
		return c.charge(1)
	}
	if err := c.charge(1); err != nil {
		return err
	}
	return f(c)
}

// maxSaved bounds the stack of q: more than a page needs, less than what hurts.
const maxSaved = 1 << 12

func (c *run) save() {
	if len(c.saved) < maxSaved {
		c.saved = append(c.saved, c.state)
	}
}

func (c *run) restore() {
	if n := len(c.saved); n > 0 {
		c.state, c.saved = c.saved[n-1], c.saved[:n-1]
		c.placed = true
	}
}

func (c *run) resource(kind, name object.Name) object.Object {
	return c.File.Dict(c.state.resources.Get(kind)).Get(name)
}

func (c *run) setFont(name object.Name, size float64) {
	c.flush()
	c.state.font, c.state.size = c.load(c.File.Dict(c.resource("Font", name))), size
}

func (c *run) graphicsState() {
	if a := c.File.Array(c.File.Dict(c.resource("ExtGState", c.name(0))).Get("Font")); len(a) == 2 {
		c.flush()
		c.state.font, c.state.size = c.load(c.File.Dict(a[0])), c.File.Number(a[1], 1)
	}
}

// stepsOfFont is what reading a font costs, in operators.
const stepsOfFont = 5000

// load returns a font by its dictionary, which is read once.
func (r *Runner) load(d object.Dict) *font.Font {
	if len(d) == 0 {
		return font.Default()
	}
	if r.fonts == nil {
		r.fonts, r.loader = map[*object.Entry]*font.Font{}, font.NewLoader(r.File)
	}
	f, ok := r.fonts[&d[0]]
	if !ok {
		r.Steps -= stepsOfFont
		f = r.loader.Load(d)
		r.fonts[&d[0]] = f
	}
	return f
}

func (c *run) move(x, y float64) {
	c.lm = matrix{1, 0, 0, 1, x, y}.times(c.lm)
	c.tm, c.moved = c.lm, true
}

func (c *run) nextLine() { c.move(0, -c.state.leading) }

// rectangle notes the sides of a rectangle, drawn, filled or clipped to: all
// of them part cells.
func (c *run) rectangle() {
	x, y, w, h := c.num(3), c.num(2), c.num(1), c.num(0)
	c.x, c.y = x, y
	c.rule(x, y, x, y+h)
	c.rule(x+w, y, x+w, y+h)
}

func (c *run) line() {
	c.rule(c.x, c.y, c.num(1), c.num(0))
	c.x, c.y = c.num(1), c.num(0)
}

// maxRules bounds what is kept of drawings, where rules mean nothing.
const maxRules = 20_000

func (c *run) rule(x0, y0, x1, y1 float64) {
	if len(c.page.Rules) >= maxRules {
		return
	}
	x0, y0 = c.state.ctm.apply(x0, y0)
	x1, y1 = c.state.ctm.apply(x1, y1)
	if math.Abs(x0-x1) < 0.5 && math.Abs(y0-y1) > 4 {
		c.page.Rules = append(c.page.Rules, Rule{x0, min(y0, y1), max(y0, y1)})
	}
}

// stepsOfForm is what beginning a form costs, in operators.
const stepsOfForm = 1000

// xobject runs a form or notes a picture.
func (c *run) xobject() error {
	s := c.File.Stream(c.resource("XObject", c.name(0)))
	if s == nil {
		return nil
	}
	if c.File.Name(s.Get("Subtype")) == "Image" {
		c.page.Images = append(c.page.Images, s)
		return nil
	}
	if c.depth >= maxDepth || c.inside[s] {
		return nil
	}
	c.flush()
	outer, saved, marks := c.state, c.saved, c.marks
	tm, lm := c.tm, c.lm
	c.inside[s] = true
	c.depth++
	c.saved, c.marks = nil, nil
	c.state.ctm = matrixOf(c.File.Numbers(s.Get("Matrix"))).times(c.state.ctm)
	if own := c.File.Dict(s.Get("Resources")); own != nil {
		c.state.resources = own
	}
	if c.Ran != nil {
		c.Ran(s)
	}
	data := c.form(s)
	err := c.charge(stepsOfForm + len(data)/16)
	if err == nil {
		err = c.exec(data)
	}
	for len(c.marks) > 0 {
		c.endMark()
	}
	c.depth--
	delete(c.inside, s)
	c.state, c.saved, c.marks, c.tm, c.lm = outer, saved, marks, tm, lm
	c.placed = true
	return err
}

// maxHeld bounds the decoded forms that are kept.
const maxHeld = 16 << 20

// form decodes a form. What is damaged of it is told by whoever looks at all
// streams.
func (r *Runner) form(s *object.Stream) []byte {
	if data, ok := r.decoded[s]; ok {
		return data
	}
	data, left, _ := r.File.Decode(s)
	if len(left) > 0 {
		return nil
	}
	if r.held+len(data) <= maxHeld {
		if r.decoded == nil {
			r.decoded = map[*object.Stream][]byte{}
		}
		r.decoded[s] = data
		r.held += len(data)
	}
	return data
}

// skipInlineImage goes behind the EI of an inline image: the first one that
// stands alone and is followed by something that looks like content.
func (c *run) skipInlineImage() {
	for {
		t := c.p.Next()
		if t.Kind == object.End {
			return
		}
		if t.Kind == object.Keyword && string(t.Bytes) == "ID" {
			break
		}
	}
	data := c.p.Data
	for at := c.p.Pos; ; {
		i := bytes.Index(data[min(at, len(data)):], []byte("EI"))
		if i < 0 {
			c.p.Pos = len(data)
			return
		}
		at += i + 2
		before, after := data[at-3], data[at:min(at+12, len(data))]
		if object.IsSpace(before) && looksLikeContent(after) {
			c.p.Pos = at
			return
		}
	}
}

func looksLikeContent(b []byte) bool {
	if len(b) > 0 && !object.IsSpace(b[0]) {
		return false
	}
	for _, c := range b {
		if c >= 0x7f || c < ' ' && !object.IsSpace(c) || c == 0 {
			return false
		}
	}
	return true
}
