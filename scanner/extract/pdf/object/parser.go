package object

import "bytes"

// maxDepth bounds arrays and dictionaries in each other.
const maxDepth = 64

// Parser puts tokens together to objects.
type Parser struct {
	Lexer
	// Budget is how many more objects may be made: a file of brackets would
	// take a dozen times its size in memory.
	Budget int
	names  map[string]Object
	ended  bool // a keyword that ends every object was met

	noEndstream, noEndobj bool // none from here on
}

// NewParser returns a parser of data that may make so many objects.
func NewParser(data []byte, budget int) *Parser {
	return &Parser{Lexer: Lexer{Data: data}, Budget: budget, names: map[string]Object{}}
}

// Object reads the next object. A keyword that is none yields nil and ok false;
// the parser then stands behind it.
func (p *Parser) Object() (o Object, ok bool) {
	p.ended = false
	return p.object(p.Next(), 0)
}

func (p *Parser) object(t Token, depth int) (Object, bool) {
	p.Budget--
	if p.Budget < 0 || depth > maxDepth {
		p.ended = true
		return nil, false
	}
	switch t.Kind {
	case Number:
		if t.Int {
			if num, ok := p.reference(t.Num); ok {
				return Ref{num}, true
			}
		}
		return number(t.Num), true
	case NameToken:
		return p.intern(t.Bytes), true
	case StringToken:
		return String(t.Bytes), true
	case ArrayOpen:
		return p.array(depth), true
	case DictOpen:
		return p.dict(depth), true
	case Keyword:
		return p.constant(t.Bytes)
	}
	return nil, false
}

// small holds the numbers that files are full of, so that they cost nothing.
var small = func() (t [1024]Object) {
	for i := range t {
		t[i] = float64(i)
	}
	return
}()

func number(n float64) Object {
	if i := int(n); i >= 0 && i < len(small) && float64(i) == n {
		return small[i]
	}
	return n
}

func (p *Parser) intern(name []byte) Object {
	if o, ok := p.names[string(name)]; ok {
		return o
	}
	o := Object(Name(name))
	if len(p.names) < 10_000 {
		p.names[string(name)] = o
	}
	return o
}

func (p *Parser) constant(word []byte) (Object, bool) {
	switch string(word) {
	case "true":
		return true, true
	case "false":
		return false, true
	case "null":
		return nil, true
	case "endobj", "stream", "endstream", "obj", "xref", "trailer", "startxref":
		p.ended = true
		p.Pos -= len(word)
	}
	return nil, false
}

// reference reads the rest of "12 0 R", if that is what follows a number.
func (p *Parser) reference(num float64) (int, bool) {
	if num < 0 || num > 1<<31 {
		return 0, false
	}
	d, i := p.Data, p.Pos
	i = skip(d, i)
	start := i
	for i < len(d) && i < start+6 && d[i] >= '0' && d[i] <= '9' {
		i++
	}
	if i == start {
		return 0, false
	}
	after := skip(d, i)
	if after == i || after >= len(d) || d[after] != 'R' || after+1 < len(d) && class[d[after+1]] == 0 {
		return 0, false
	}
	p.Pos = after + 1
	return int(num), true
}

func skip(d []byte, i int) int {
	for i < len(d) && class[d[i]] == space {
		i++
	}
	return i
}

func (p *Parser) array(depth int) Array {
	out := Array{}
	for !p.ended {
		before := p.Pos
		t := p.Next()
		if t.Kind == ArrayClose || t.Kind == End {
			break
		}
		if t.Kind == DictClose && depth > 0 { // the array was not closed, but what it lies in is
			p.Pos = before
			break
		}
		if o, ok := p.object(t, depth+1); ok {
			out = append(out, o)
		}
	}
	return out
}

func (p *Parser) dict(depth int) Dict {
	out := Dict{}
	for !p.ended {
		t := p.Next()
		if t.Kind == DictClose || t.Kind == End {
			break
		}
		if t.Kind == Keyword {
			p.constant(t.Bytes)
		}
		if t.Kind != NameToken {
			continue
		}
		key, _ := p.intern(t.Bytes).(Name)
		t = p.Next()
		if t.Kind == DictClose || t.Kind == End {
			break
		}
		if o, ok := p.object(t, depth+1); ok {
			out = append(out, Entry{key, o})
		}
	}
	return out
}

var (
	endstream = []byte("endstream")
	endobj    = []byte("endobj")
)

// streamData returns the bytes of the stream whose keyword stands next, and
// goes behind them. Its length is believed only if endstream follows there;
// else the stream ends where the next endstream begins.
func (p *Parser) streamData(length Object) []byte {
	p.Pos += len("stream")
	if p.at(0) == '\r' {
		p.Pos++
	}
	if p.at(0) == '\n' {
		p.Pos++
	}
	start := p.Pos
	if n, ok := length.(float64); ok && n >= 0 && n <= float64(len(p.Data)-start) {
		end := start + int(n)
		if next := skip(p.Data, end); next-end < 8 && bytes.HasPrefix(p.Data[next:], endstream) {
			p.Pos = next + len(endstream)
			return p.Data[start:end:end]
		}
	}
	end, ok := p.find(endstream, start, &p.noEndstream)
	if ok {
		p.Pos = end + len(endstream)
	} else {
		end, _ = p.find(endobj, start, &p.noEndobj)
		p.Pos = end
	}
	return trimLineEnd(p.Data[start:end:end])
}

// find returns where word stands next, or the end of the data. That there is
// none any more is remembered, or a file of a million beginnings would be
// searched a million times.
func (p *Parser) find(word []byte, from int, none *bool) (int, bool) {
	if !*none {
		if i := bytes.Index(p.Data[from:], word); i >= 0 {
			return from + i, true
		}
		*none = true
	}
	return len(p.Data), false
}

func trimLineEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}
