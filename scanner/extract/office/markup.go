package office

import (
	"bytes"
	"strconv"
	"strings"
)

// markup writes the text of a part in WordprocessingML, DrawingML or any other
// XML.
//
// Inside a paragraph only what the table inline names is text. Outside of
// paragraphs every text counts, behind the name of its element: that is how
// properties and custom XML come out as "Account: 1234…".
func (p *pack) markup(data []byte, place, kind string) error {
	w := &writer{pack: p, place: place, counted: kind == "document", pages: bytes.Contains(data, []byte("lastRenderedPageBreak"))}
	if fixed := roots[kind]; fixed != "" && place == "" {
		w.place = fixed
	}
	if w.place != "" {
		p.out.Place(w.place)
	}
	t := newTokens(data)
	for t.next() && w.err == nil {
		switch t.kind {
		case startTag:
			w.start(t)
			if t.empty {
				w.end(string(t.name))
			}
		case endTag:
			w.end(string(t.name))
		case characters:
			w.text(t.text)
		}
	}
	for len(w.open) > 0 && w.err == nil { // cut off in the middle
		w.closeParagraph()
	}
	w.writeAside()
	if w.err != nil {
		return w.err
	}
	return p.out.Err()
}

// roots say what a part is by its outermost element, for parts that nothing
// gives a place to.
var roots = map[string]string{
	"hdr": "header", "ftr": "footer", "comments": "comment", "footnotes": "footnote", "endnotes": "endnote",
	"coreProperties": "document properties", "Properties": "document properties",
	"connections": "data connection", "pivotCacheDefinition": "pivot cache", "pivotCacheRecords": "pivot cache",
	"externalLink": "external link", "settings": "document settings", "datastoreItem": "custom XML",
}

// inline are the elements of which the characters belong to a paragraph.
var inline = map[string]bool{"t": true, "delText": true, "instrText": true, "delInstrText": true, "text": true}

// writer writes a part's text.
type writer struct {
	*pack
	place   string
	counted bool // paragraphs have places of their own: pages, or their number
	pages   bool // the last editor noted where pages end
	page, n int

	open    []*paragraph // paragraphs around us: a text box stands in one
	path    []string     // the open elements, as far as maxPath
	element string       // the innermost of them
	label   string       // of a property, from its name attribute
	cells   int          // table cells around us
	deleted int          // tracked deletions around us
	added   int          // tracked insertions around us
	aside   bytes.Buffer // attributes worth reading
	err     error
}

// paragraph collects what is written in one. Runs are transparent.
type paragraph struct {
	now, former []byte // as it is, and as it was before the tracked changes
	changed     bool
	fields      []byte // codes of fields
}

func (w *writer) start(t *tokens) {
	name := string(t.name)
	w.enter(name)
	switch name {
	case "p", "text", "Text": // of comments, and Visio's
		w.open = append(w.open, &paragraph{})
	case "tab":
		w.inParagraph("\t")
	case "br", "cr":
		w.inParagraph("\n")
		if t.attr("type") == "page" && !w.pages {
			w.page++
		}
	case "lastRenderedPageBreak":
		w.page++
	case "noBreakHyphen":
		w.inParagraph("-")
	case "sym":
		w.symbol(t.attr("char"))
	case "tc":
		w.cells++
	case "del", "moveFrom":
		w.deleted++
	case "ins", "moveTo":
		w.added++
	case "comment":
		w.comment(t.attr("ref"))
	case "threadedComment":
		w.comment(t.attr("ref"))
	case "property":
		w.label = t.attr("name")
	case "definedName":
		w.label = t.attr("name")
	}
	w.attributes(t)
}

func (w *writer) end(name string) {
	defer w.leave(name)
	switch name {
	case "p", "text", "Text":
		w.closeParagraph()
	case "tc":
		w.cells = max(0, w.cells-1)
		w.write("\t")
	case "tr":
		w.write("\n")
	case "del", "moveFrom":
		w.deleted = max(0, w.deleted-1)
	case "ins", "moveTo":
		w.added = max(0, w.added-1)
	case "ser", "cat", "val", "tx", "pt":
		if len(w.open) == 0 {
			w.write("\n")
		}
	case "property", "definedName":
		w.label = ""
	case "t":
		if len(w.open) == 0 {
			w.write("\n")
		}
	}
}

// maxPath bounds how many open elements are remembered.
const maxPath = 1000

func (w *writer) enter(name string) {
	if len(w.path) < maxPath {
		w.path = append(w.path, name)
	}
	w.element = name
}

// leave closes the innermost element of a name, with those in it that were never
// closed.
func (w *writer) leave(name string) {
	for i := len(w.path) - 1; i >= 0; i-- {
		if w.path[i] == name {
			w.path = w.path[:i]
			break
		}
	}
	w.element = ""
	if n := len(w.path); n > 0 {
		w.element = w.path[n-1]
	}
}

func (w *writer) text(text []byte) {
	if len(w.open) == 0 {
		w.loose(text)
		return
	}
	p := w.open[len(w.open)-1]
	switch {
	case !inline[w.element] && w.element != "Text":
	case w.element == "instrText" || w.element == "delInstrText":
		p.fields = append(p.fields, text...)
	case w.element == "delText" || w.deleted > 0:
		p.former = append(p.former, text...)
		p.changed = true
	default:
		p.now = append(p.now, text...)
		if w.added == 0 {
			p.former = append(p.former, text...)
		}
	}
}

// loose writes a text outside of paragraphs.
func (w *writer) loose(text []byte) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return
	}
	switch {
	case inline[w.element]:
		w.writeBytes(text)
	case w.element == "v":
		w.writeBytes(text)
		w.write("\t")
	default:
		label := w.label
		if label == "" {
			label = w.element
		}
		if label != "" {
			w.write(label + ": ")
		}
		w.writeBytes(text)
		w.write("\n")
	}
}

// inParagraph writes a separator into the paragraph around us.
func (w *writer) inParagraph(s string) {
	if len(w.open) == 0 {
		return
	}
	p := w.open[len(w.open)-1]
	p.now = append(p.now, s...)
	p.former = append(p.former, s...)
}

// symbol writes a character that is given by its code.
func (w *writer) symbol(code string) {
	if n, err := strconv.ParseUint(code, 16, 16); err == nil && n >= 0xf020 && n < 0xf07f {
		w.inParagraph(string(rune(n - 0xf000))) // the private area of symbol fonts
	}
}

// closeParagraph writes the innermost paragraph.
func (w *writer) closeParagraph() {
	if len(w.open) == 0 {
		return
	}
	p := w.open[len(w.open)-1]
	w.open = w.open[:len(w.open)-1]
	w.n++
	where := w.where()
	if w.counted {
		w.out.Place(where)
	}
	w.paragraph(p.now)
	if p.changed && !bytes.Equal(p.former, p.now) {
		w.out.Place(join(where, "deleted text"))
		w.paragraph(p.former)
		w.out.Place(where)
	}
	if len(p.fields) > 0 {
		w.out.Place(join(where, "field code"))
		w.paragraph(p.fields)
		w.out.Place(where)
	}
}

// paragraph writes a paragraph's text: on a line of its own, or in its cell.
func (w *writer) paragraph(text []byte) {
	if len(text) == 0 {
		return
	}
	w.writeBytes(text)
	if w.cells > 0 {
		w.write("  ") // two blanks part; one could be within a number
	} else {
		w.write("\n")
	}
}

func (w *writer) where() string {
	switch {
	case !w.counted:
		return w.place
	case w.pages || w.page > 0:
		return numbered("page", w.page+1)
	}
	return numbered("paragraph", w.n)
}

// comment gives a comment of a sheet the place of its cell.
func (w *writer) comment(cell string) {
	if cell != "" {
		w.out.Place(strings.TrimSuffix(w.place, ", comment") + " cell " + cell + ", comment")
	}
}

// attributes notes what attributes say to a person or may hold of interest:
// alternative texts, variables of the document, strings of pivots and
// connections.
func (w *writer) attributes(t *tokens) {
	const least = 12 // what is shorter is no identifier that we look for
	if len(t.attrs) < least {
		return
	}
	variable := string(t.name) == "docVar"
	t.eachAttr(func(key, value []byte) bool {
		if len(value) >= least && telling(value) || variable {
			w.aside.Write(key)
			w.aside.WriteString(": ")
			w.aside.Write(t.decode(value))
			w.aside.WriteByte('\n')
		}
		return true
	})
}

// telling leaves out what every office document is full of: names of schemas,
// and identifiers in braces.
func telling(value []byte) bool {
	switch {
	case value[0] == '{':
		return false
	case bytes.HasPrefix(value, []byte("http://schemas.")), bytes.HasPrefix(value, []byte("http://purl.oclc.org/")), bytes.HasPrefix(value, []byte("http://www.w3.org/")), bytes.HasPrefix(value, []byte("urn:schemas-")):
		return false
	}
	return true
}

// writeAside writes the attributes, as a text of their own at the part's place.
func (w *writer) writeAside() {
	if w.aside.Len() == 0 || w.err != nil {
		return
	}
	w.write("\n\n")
	w.out.Place(join(w.place, "attributes"))
	w.writeBytes(w.aside.Bytes())
}

func (w *writer) write(s string) { w.writeBytes([]byte(s)) }

func (w *writer) writeBytes(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}
