package exact

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/deputy-sec/deputy/internal/ascii"
	"github.com/deputy-sec/deputy/internal/literal"
	"github.com/deputy-sec/deputy/scanner/detect"
	"github.com/deputy-sec/deputy/scanner/finding"
)

// Detector looks for values. It holds them as they are, and prints none.
type Detector struct {
	values   []Value
	triggers []detect.Trigger
	rows     []row // of the trigger at the same place

	mu        sync.Mutex
	spellings map[Spelling]bool
}

// Spelling is how a value was written somewhere.
type Spelling struct {
	Value int    // of the detector's
	Text  string // as it stands
}

// maxSpellings bounds the spellings that are kept.
const maxSpellings = 100_000

// row is a way to write a value, and what decides whether it is written there.
type row struct {
	value int
	how   string
	read  func(w *view) (start, end int, ok bool)
}

// view is the text around a trigger.
type view struct {
	text       []byte
	start, end int // of the trigger
}

// New returns a detector of values.
func New(values []Value) *Detector {
	d := &Detector{values: values, spellings: map[Spelling]bool{}}
	for i, v := range values {
		d.add(i, v)
	}
	return d
}

// Values returns what is looked for.
func (d *Detector) Values() []Value { return d.values }

// Rules implements detect.Detector.
func (d *Detector) Rules() []*finding.Rule {
	var out []*finding.Rule
	for _, k := range Kinds() {
		out = append(out, rules[k])
	}
	return out
}

// Triggers implements detect.Detector.
func (d *Detector) Triggers() []detect.Trigger { return d.triggers }

// Spellings returns how the values were written where they were found.
func (d *Detector) Spellings() []Spelling {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]Spelling, 0, len(d.spellings))
	for s := range d.spellings {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b Spelling) int { return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Text, b.Text)) })
	return out
}

// What is handed out around a trigger: enough for a value of usual length with every character
// escaped.
const (
	lookBefore = 256
	lookAfter  = detect.After
)

// Detect implements detect.Detector.
func (d *Detector) Detect(w *detect.Window, report func(detect.Match)) {
	r := &d.rows[w.Trigger]
	v := d.values[r.value]
	w.Look(lookBefore, min(lookAfter, 12*len(v.text)+64))
	start, end, ok := r.read(&view{w.Text, w.Start, w.End})
	if !ok {
		return
	}
	d.mu.Lock()
	if len(d.spellings) < maxSpellings {
		d.spellings[Spelling{r.value, string(w.Text[start:end])}] = true
	}
	d.mu.Unlock()
	report(detect.Match{
		Rule: rules[v.Kind], Start: start, End: end, Value: v.text, Confidence: 0.99, Anywhere: true, Always: true,
		Evidence: []string{"it is the customer's, written " + r.how},
	})
}

// add enters all ways to write a value.
func (d *Detector) add(i int, v Value) {
	d.plain(i, v)
	if v.Kind == Account {
		d.number(i, v)
	}
	for _, text := range cases(v.text) {
		d.encoded(i, v, []byte(text), "in UTF-8")
		d.encoded(i, v, wide(text), "in UTF-16")
	}
	d.wide(i, v)
}

func (d *Detector) enter(t detect.Trigger, r row) {
	for at, known := range d.triggers {
		if known == t && d.rows[at].value == r.value && d.rows[at].how == r.how {
			return
		}
	}
	if !literal.Fits(t.Literal) {
		return
	}
	d.triggers, d.rows = append(d.triggers, t), append(d.rows, r)
}

// cases returns a value as it is, and in small letters and capitals, as an encoding that tells
// them apart has it.
func cases(text string) []string {
	return slices.Compact(slices.Sorted(slices.Values([]string{text, strings.ToLower(text), strings.ToUpper(text)})))
}

// maxHead is how much of a value calls the detector.
const maxHead = 12

// plain enters the ways in which each character stands by itself or escaped: what begins with
// characters that need no escape is found by these, and all else by its first characters in
// each way to escape them.
func (d *Detector) plain(i int, v Value) {
	read := func(w *view) (int, int, bool) {
		end, ok := follow(w.text, w.start, v)
		return w.start, end, ok && v.bounded(w.text, w.start, end)
	}
	head := v.text
	if at := strings.IndexFunc(head, func(r rune) bool { return r >= 0x80 || !ascii.IsAlnum(byte(r)) }); at >= 0 {
		head = head[:at]
	}
	switch {
	case v.Kind == Account:
		d.enter(detect.Trigger{Literal: v.text[:4], Raw: true}, row{i, "as it is", read})
		for _, joint := range []string{",", ".", " ", "'", "_", "-"} {
			d.enter(detect.Trigger{Literal: v.text[:3] + joint + v.text[3:4]}, row{i, "in groups of digits", read})
		}
	case len(head) >= literal.MinLength:
		d.enter(detect.Trigger{Literal: head[:min(len(head), maxHead)], Fold: true, Raw: true}, row{i, "as it is", read})
	default:
		d.enter(detect.Trigger{Literal: v.text[:min(len(v.text), maxHead)], Fold: true, Raw: true}, row{i, "as it is", read})
		for _, escape := range escapes {
			d.enter(detect.Trigger{Literal: clip(escaped(v.text, escape, false)), Fold: true}, row{i, "with escapes", read})
		}
	}
	for _, escape := range escapes {
		d.enter(detect.Trigger{Literal: clip(escaped(v.text, escape, true)), Fold: true}, row{i, "with escapes", read})
	}
}

func clip(s string) string { return s[:min(len(s), 14)] }

// number enters an account ID as a number: without leading zeros, and with an exponent.
func (d *Detector) number(i int, v Value) {
	digits := strings.TrimLeft(v.text, "0")
	if len(digits) < 9 {
		return
	}
	if len(digits) < len(v.text) {
		short := Value{Account, digits}
		d.enter(detect.Trigger{Literal: digits[:4]}, row{i, "as a number", func(w *view) (int, int, bool) {
			end, ok := follow(w.text, w.start, short)
			return w.start, end, ok && short.bounded(w.text, w.start, end) && (w.start == 0 || w.text[w.start-1] != '0')
		}})
	}
	want, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return
	}
	d.enter(detect.Trigger{Literal: digits[:1] + "." + digits[1:8]}, row{i, "as a number with an exponent", func(w *view) (int, int, bool) {
		end := w.end
		for end < len(w.text) && (ascii.IsDigit(w.text[end]) || bytes.IndexByte([]byte("eE+"), w.text[end]) >= 0) {
			end++
		}
		got, err := strconv.ParseFloat(string(w.text[w.start:end]), 64)
		return w.start, end, err == nil && got == want && (w.start == 0 || !ascii.IsDigit(w.text[w.start-1]))
	}})
}

// wide enters UTF-16 in either order, for what does not say so at its beginning.
func (d *Detector) wide(i int, v Value) {
	text := wide(v.text)
	if len(text) > 2*maxHead {
		text = text[:2*maxHead]
	}
	text = text[:len(text)-1] // up to the zero that one order has behind it and the other in front
	whole := wide(v.text)
	whole = whole[:len(whole)-1]
	d.enter(detect.Trigger{Literal: string(text), Fold: true, Raw: true}, row{i, "in UTF-16", func(w *view) (int, int, bool) {
		end := w.start + len(whole)
		if end > len(w.text) || !bytes.EqualFold(w.text[w.start:end], whole) {
			return 0, 0, false
		}
		var around []byte // the characters on either side, as bytes
		before, after := byte(0), byte(0)
		if w.start >= 2 {
			before = w.text[w.start-2]
		}
		if end+1 < len(w.text) {
			after = w.text[end+1]
		}
		around = append(around, before)
		around = append(around, v.text...)
		around = append(around, after)
		return w.start, end, v.bounded(around, 1, 1+len(v.text))
	}})
}

// wide returns a text in UTF-16, little end first.
func wide(text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return out
}

// encoded enters hexadecimal digits and base64.
func (d *Detector) encoded(i int, v Value, raw []byte, charset string) {
	step := len(raw) / max(1, len(v.text))
	digits := hex.EncodeToString(raw)
	d.enter(detect.Trigger{Literal: digits, Fold: true}, row{i, "in hexadecimal digits, " + charset, func(w *view) (int, int, bool) {
		before, after := byte(0), unhex(w.text[w.end:])
		if w.start >= 2*step {
			before = unhex(w.text[w.start-2*step:])
		}
		around := append(append([]byte{before}, v.text...), after)
		return w.start, w.end, v.bounded(around, 1, 1+len(v.text))
	}})
	for lead := range 3 {
		d.base64(i, v, raw, step, lead, "in base64, "+charset)
	}
}

// unhex returns the byte that two hexadecimal digits stand for; 0 for what are none.
func unhex(text []byte) byte {
	if len(text) < 2 || !ascii.IsHex(text[0]) || !ascii.IsHex(text[1]) {
		return 0
	}
	n, err := strconv.ParseUint(string(text[:2]), 16, 8)
	if err != nil {
		return 0
	}
	return byte(n)
}

// leastBase64 is how many characters of base64 must be the value's alone.
const leastBase64 = 8

// base64 enters a value that begins behind so many bytes of a group of three. The characters
// that hold nothing but its bits call the detector: at its beginning and, since lines of
// base64 are broken, further on.
func (d *Detector) base64(i int, v Value, raw []byte, step, lead int, how string) {
	padded := append(make([]byte, lead), raw...)
	whole := len(padded) / 3 * 4 // characters that depend on no byte behind the value
	if rest := len(padded) % 3; rest > 0 {
		whole += rest
	}
	skip := []int{0, 2, 3}[lead]
	if whole-skip < leastBase64 {
		return
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		text := encoding.EncodeToString(padded)[:whole]
		for from := skip; from+leastBase64 <= len(text); from += 16 {
			at := from
			d.enter(detect.Trigger{Literal: text[at:min(len(text), at+12)]}, row{i, how, func(w *view) (int, int, bool) {
				return readBase64(w, v, raw, step, lead, at)
			}})
			if from > 2*16 {
				break
			}
		}
	}
}

// readBase64 decodes what stands around a trigger that is at characters behind the beginning of
// the group in which the value begins.
func readBase64(w *view, v Value, raw []byte, step, lead, at int) (start, end int, ok bool) {
	// One group more in front shows the byte ahead of the value.
	start = w.start
	for n := at; n > 0; n-- {
		if start = backBase64(w.text, start); start < 0 {
			return 0, 0, false
		}
	}
	first, extra := start, 0
	for range 4 {
		back := backBase64(w.text, first)
		if back < 0 {
			break
		}
		first = back
		extra++
	}
	if extra < 4 {
		first, extra = start, 0
	}
	want := extra + (lead+len(raw)+step+2)/3*4 + 4
	var chars []byte
	at2 := first
	for at2 < len(w.text) && len(chars) < want {
		c := w.text[at2]
		switch {
		case ascii.IsAlnum(c):
			chars = append(chars, c)
		case c == '+' || c == '-':
			chars = append(chars, '+')
		case c == '/' || c == '_':
			chars = append(chars, '/')
		case c == '\r' || c == '\n':
		default:
			want = len(chars)
			continue
		}
		at2++
	}
	if len(chars)%4 == 1 {
		chars = chars[:len(chars)-1]
	}
	data, err := base64.RawStdEncoding.DecodeString(string(chars))
	if err != nil && len(chars)%4 != 0 {
		data, err = base64.RawStdEncoding.DecodeString(string(chars[:len(chars)/4*4]))
	}
	from := extra/4*3 + lead
	if err != nil || from+len(raw) > len(data) || !bytes.Equal(data[from:from+len(raw)], raw) {
		return 0, 0, false
	}
	before, after := byte(0), byte(0)
	if from >= step {
		before = data[from-step]
	}
	if from+len(raw) < len(data) {
		after = data[from+len(raw)]
	}
	around := append(append([]byte{before}, v.text...), after)
	return start, at2, v.bounded(around, 1, 1+len(v.text))
}

// backBase64 returns where the character of base64 in front of a place stands, over a line
// break; -1 if there is none.
func backBase64(text []byte, at int) int {
	for at--; at >= 0; at-- {
		switch c := text[at]; {
		case ascii.IsAlnum(c) || bytes.IndexByte([]byte("+/-_"), c) >= 0:
			return at
		case c != '\r' && c != '\n':
			return -1
		}
	}
	return -1
}
