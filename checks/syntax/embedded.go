package syntax

import (
	"errors"
	"strconv"
	"strings"

	"github.com/deputy-sec/deputy/checks/policy"
)

// A text that is itself JSON or YAML may have holes: "arn:aws:iam::${AccountId}:root". It
// is parsed with a rune of the private use area in place of each hole, and what comes out
// has its places in the file that the text stands in.

const (
	firstMark = 0xf0000 // supplementary private use area A
	maxMarks  = 0xfff0
	maxText   = 4 << 20
)

// Text is a text with holes, made ready to be parsed.
type Text struct {
	source string
	holes  []policy.Part
	spans  []span
	file   *policy.File
}

// span says that text from an offset on stands at a part's place.
type span struct {
	at   int
	part policy.Part
}

var errNoText = errors.New("no text")

// NewText returns the text of a value. Where one is expected outside of quotes, a hole
// is quoted, so that JSON stays JSON.
func NewText(v *policy.Value) (*Text, error) {
	if v == nil || v.Kind != policy.Text {
		return nil, errNoText
	}
	t := &Text{file: v.Place.File}
	var b strings.Builder
	quoted, escaped := false, false
	for _, p := range v.Parts {
		t.spans = append(t.spans, span{b.Len(), p})
		if p.Hole != nil {
			if len(t.holes) >= maxMarks {
				return nil, errors.New("too many holes")
			}
			mark := string(rune(firstMark + len(t.holes)))
			if !quoted {
				mark = `"` + mark + `"`
			}
			t.holes = append(t.holes, p)
			b.WriteString(mark)
			continue
		}
		if strings.ContainsFunc(p.Text, isMark) {
			return nil, errors.New("holds private characters")
		}
		if p.Place.File != nil && t.file == nil {
			t.file = p.Place.File
		}
		for i := range len(p.Text) {
			switch c := p.Text[i]; {
			case escaped:
				escaped = false
			case c == '\\' && quoted:
				escaped = true
			case c == '"':
				quoted = !quoted
			}
		}
		b.WriteString(p.Text)
		if b.Len() > maxText {
			return nil, errors.New("too large")
		}
	}
	t.source = b.String()
	return t, nil
}

// JSON parses the text as JSON.
func (t *Text) JSON() (*Node, error) {
	scratch := &policy.File{Text: []byte(t.source)}
	n, err := JSON(scratch, scratch.Text, 0)
	if err != nil {
		return nil, err
	}
	t.relocate(n, map[*Node]bool{})
	return n, nil
}

// YAML parses the text as one document of YAML.
func (t *Text) YAML() (*Node, error) {
	scratch := &policy.File{Text: []byte(t.source)}
	docs, err := YAML(scratch, scratch.Text, 0)
	if err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return nil, errNoText
	}
	t.relocate(docs[0], map[*Node]bool{})
	return docs[0], nil
}

// Parse parses the text as JSON if it begins as such, else as YAML.
func (t *Text) Parse() (*Node, error) {
	if t.likeJSON() {
		if n, err := t.JSON(); err == nil {
			return n, nil
		}
	}
	return t.YAML()
}

// likeJSON reports whether the text begins as an object or an array does.
func (t *Text) likeJSON() bool {
	s := strings.TrimLeft(t.source, " \t\r\n")
	return strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")
}

// place returns where an offset of the text stands in the file.
func (t *Text) place(offset int) policy.Place {
	low, high := 0, len(t.spans)
	for high-low > 1 {
		if mid := (low + high) / 2; t.spans[mid].at <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	if len(t.spans) == 0 {
		return policy.Place{File: t.file}
	}
	s := t.spans[low]
	if s.part.Hole != nil {
		return s.part.Place
	}
	return s.part.Sub(offset-s.at, offset-s.at)
}

// relocate moves the places of nodes into the file.
func (t *Text) relocate(n *Node, seen map[*Node]bool) {
	if n == nil || seen[n] {
		return
	}
	seen[n] = true
	if at := n.At; at != nil {
		n.At = func(offset int) int { return t.place(at(offset)).Start }
	} else if n.Kind == Scalar {
		start := n.Place.Start
		n.At = func(offset int) int { return t.place(start + offset).Start }
	}
	from, to := t.place(n.Place.Start), t.place(n.Place.End)
	n.Place = from
	if to.File == from.File {
		n.Place.End = max(from.Start, to.Start)
	}
	for _, x := range n.Items {
		t.relocate(x, seen)
	}
	for _, e := range n.Entries {
		t.relocate(e.Key, seen)
		t.relocate(e.Value, seen)
	}
}

// Scalar returns a scalar of the parsed text as a value, with its holes.
func (t *Text) Scalar(n *Node) *policy.Value {
	if t == nil || !strings.ContainsFunc(n.Text, isMark) {
		if n.Null {
			return policy.Nothing(n.Place)
		}
		v := policy.Literal(n.Text, n.Place)
		v.Parts[0].At = n.At
		v.Bare = !n.Quoted
		return v
	}
	out := &policy.Value{Kind: policy.Text, Place: n.Place}
	rest, base := n.Text, 0
	for rest != "" {
		i := strings.IndexFunc(rest, isMark)
		if i != 0 {
			end := len(rest)
			if i > 0 {
				end = i
			}
			out.Parts = append(out.Parts, policy.Part{Text: rest[:end], Place: n.Sub(base, base+end)})
			rest, base = rest[end:], base+end
			continue
		}
		mark := []rune(rest[:4])[0]
		out.Parts = append(out.Parts, t.holes[int(mark-firstMark)])
		rest, base = rest[4:], base+4
	}
	if len(out.Parts) == 1 {
		out.Kind, out.Hole = policy.Hole, out.Parts[0].Hole
	}
	return out
}

func isMark(r rune) bool { return r >= firstMark && r < firstMark+maxMarks }

// Value returns a parsed text as a value, with its holes.
func (t *Text) Value(n *Node) *policy.Value {
	budget := 1 << 20
	return t.value(n, 0, &budget)
}

func (t *Text) value(n *Node, depth int, budget *int) *policy.Value {
	if *budget--; *budget < 0 || depth > maxDepth {
		return policy.Unknown(&policy.Reference{Name: "a value", Why: "is too large", Place: n.Place}, n.Place)
	}
	switch n.Kind {
	case List:
		v := &policy.Value{Kind: policy.List, Place: n.Place}
		for _, x := range n.Items {
			v.Items = append(v.Items, t.value(x, depth+1, budget))
		}
		return v
	case Map:
		v := &policy.Value{Kind: policy.Map, Place: n.Place}
		for _, e := range n.Entries {
			entry := policy.Entry{Key: e.Key.Text, KeyPlace: e.Key.Place, Value: t.value(e.Value, depth+1, budget)}
			if t != nil && strings.ContainsFunc(e.Key.Text, isMark) {
				entry.Key, entry.KeyValue = "", t.Scalar(e.Key)
			}
			v.Entries = append(v.Entries, entry)
		}
		return v
	}
	return t.Scalar(n)
}

// Embedded returns the value that a text holds as JSON, or ok false if it is none. Values
// that are no text stay what they are.
func Embedded(v *policy.Value) (*policy.Value, bool) {
	t, err := NewText(v)
	if err != nil || !t.likeJSON() {
		return v, false
	}
	n, err := t.JSON()
	if err != nil {
		return v, false
	}
	out := t.Value(n)
	out.Via = append(append([]policy.Step{}, v.Via...), out.Via...)
	return out, true
}

// Encode returns a value as the JSON text that it is in a text, with its holes.
func Encode(v *policy.Value) *policy.Value {
	var pieces []*policy.Value
	encode(v, &pieces, 0)
	return policy.Concat(v.Place, pieces...)
}

func encode(v *policy.Value, pieces *[]*policy.Value, depth int) {
	write := func(text string) {
		*pieces = append(*pieces, policy.Literal(text, policy.Place{File: v.Place.File, Start: v.Place.Start, End: v.Place.Start}))
	}
	switch {
	case v == nil:
		return
	case depth > maxDepth, v.Kind == policy.Null:
		write("null")
	case v.Kind == policy.List:
		write("[")
		for i, x := range v.Items {
			if i > 0 {
				write(",")
			}
			encode(x, pieces, depth+1)
		}
		write("]")
	case v.Kind == policy.Map:
		write("{")
		for i, e := range v.Entries {
			if i > 0 {
				write(",")
			}
			write(strconv.Quote(e.Key) + ":")
			encode(e.Value, pieces, depth+1)
		}
		write("}")
	case v.Bare || v.Kind == policy.Hole:
		*pieces = append(*pieces, v)
	default:
		write("\"")
		*pieces = append(*pieces, v)
		write("\"")
	}
}
