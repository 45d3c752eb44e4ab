package pdf

import (
	"strings"
	"unicode"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/font"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// placeOf says where a person finds the string under a key. Strings under other
// keys are written with their key, since nothing else says what they are.
var placeOf = map[object.Name]string{
	"Contents": "annotation", "RC": "annotation", "Subj": "annotation", "URI": "link", "JS": "JavaScript",
	"Title": "outline", "T": "", "TU": "form field", "TM": "form field", "V": "form field", "DV": "form field",
	"RV": "form field", "Opt": "form field", "CA": "form field", "AC": "form field", "RCap": "form field",
	"Alt": "alternate text", "ActualText": "alternate text", "E": "alternate text",
	"F": "file name", "UF": "file name", "Desc": "file name", "Names": "names", "Dests": "names",
}

// silent are the keys of strings that speak to programs, or in bytes.
var silent = map[object.Name]bool{
	"ID": true, "Registry": true, "Ordering": true, "O": true, "U": true, "OE": true, "UE": true, "Perms": true,
	"CharSet": true, "Panose": true, "Style": true, "Lang": true, "DA": true, "CheckSum": true, "Lookup": true,
	"ColorSpace": true, "CS": true, "D": true, "FontFamily": true, "Limits": true, "Cert": true, "IDTree": true,
}

// text decodes a string of the document to one or more lines.
func text(s object.String) string {
	t := strings.ReplaceAll(font.PDFDoc(s), "\r\n", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\r':
			return '\n'
		case c != '\n' && c != '\t' && unicode.IsControl(c):
			return -1
		}
		return c
	}, t)
}

// showHidden writes every string of every object, of every revision: what
// annotations, forms, the outline, scripts and the document's properties say.
func (r *reader) showHidden() error {
	r.out.Begin("")
	w := &stringWalk{r: r, seen: map[string]bool{}}
	if info := r.file.Dict(r.file.Trailer.Get("Info")); len(info) > 0 {
		w.info = &info[0]
	}
	for i := range r.file.Definitions {
		d := &r.file.Definitions[i]
		w.page, w.old = r.marks.pageOf[d.Num], !r.file.Latest(i)
		w.object(d.Object, "", "")
		if w.err != nil {
			return w.err
		}
	}
	w.object(r.file.Trailer, "", "")
	return w.err
}

// stringWalk is a walk over the strings of one definition after the other.
type stringWalk struct {
	r    *reader
	info *object.Entry // the first of the document information dictionary
	page *page         // that the definition belongs to, or nil
	old  bool          // it is of an earlier revision
	seen map[string]bool
	err  error
}

// object writes the strings of an object that stands under a key of a
// dictionary, at a place ("" if nothing tells).
func (w *stringWalk) object(o object.Object, key object.Name, place string) {
	switch v := o.(type) {
	case object.String:
		w.string(v, key, place)
	case object.Array:
		if len(v) > 0 && v[0] == object.Name("Indexed") {
			return // the string is a palette
		}
		for _, e := range v {
			w.object(e, key, place)
		}
	case *object.Stream:
		w.object(v.Dict, key, place)
	case object.Dict:
		if len(v) == 0 || w.r.file.Name(v.Get("Type")) == "XRef" || v.Get("Filter") == object.Name("Standard") || v.Get("ByteRange") != nil {
			if v.Get("ByteRange") != nil { // a signature: names and reasons, and much DER
				w.named(v, "Name", "Reason", "Location", "ContactInfo")
			}
			return
		}
		place = w.dictPlace(v, place)
		for _, e := range v {
			if !silent[e.Key] || place == informationPlace {
				w.object(e.Value, e.Key, place)
			}
		}
	}
}

func (w *stringWalk) named(d object.Dict, keys ...object.Name) {
	for _, k := range keys {
		w.object(d.Get(k), k, "signature")
	}
}

const informationPlace = "document information"

// dictPlace says where a person finds what a dictionary says.
func (w *stringWalk) dictPlace(d object.Dict, around string) string {
	f := w.r.file
	switch {
	case &d[0] == w.info, d.Get("Producer") != nil && d.Get("Type") == nil:
		return informationPlace
	case d.Get("FT") != nil, f.Name(d.Get("Subtype")) == "Widget", d.Get("T") != nil && (d.Get("V") != nil || d.Get("Kids") != nil):
		return strings.TrimSpace("form field " + w.fieldName(d))
	case f.Name(d.Get("Subtype")) == "Link":
		return "link"
	case d.Get("Rect") != nil:
		return "annotation"
	}
	return around
}

// fieldName joins the names of a field and those above it.
func (w *stringWalk) fieldName(d object.Dict) string {
	const long = 200
	name := ""
	for range maxTreeDepth {
		if s, ok := w.r.file.String(d.Get("T")); ok {
			name = strings.TrimSuffix(text(s)+"."+name, ".")
		}
		if d = w.r.file.Dict(d.Get("Parent")); d == nil || len(name) > long {
			break
		}
	}
	return name
}

// string writes a string on a line of its own.
func (w *stringWalk) string(s object.String, key object.Name, place string) {
	t := strings.TrimSpace(text(s))
	if t == "" || !readable(t, s) || w.err != nil {
		return
	}
	byKey, known := placeOf[key]
	switch {
	case place == informationPlace || !known && key != "":
		t = strings.ReplaceAll(strings.ToValidUTF8(string(key), "\ufffd"), "\x00", "") + ": " + t
	case key == "V" && strings.HasPrefix(place, "form field "):
		t = strings.TrimPrefix(place, "form field ") + ": " + t
	}
	if place == "" || key == "JS" || key == "URI" {
		place = byKey
	}
	if place == "" {
		place = "hidden entry"
	}
	if w.page != nil {
		place = w.page.place + ", " + place
	}
	if w.seen[t] && w.old {
		return
	}
	if w.old {
		place += ", earlier revision"
	}
	entry := place + "\n" + t
	if w.seen[entry] {
		return
	}
	if len(w.seen) < maxSeen {
		w.seen[entry], w.seen[t] = true, true
	}
	w.err = w.r.write(piece{place, t + "\n"})
}

// maxSeen bounds what is remembered to be written once.
const maxSeen = 1 << 18

// readable tells text from bytes.
func readable(t string, s object.String) bool {
	good, all := 0, 0
	for _, c := range t {
		all++
		if unicode.IsPrint(c) || c == '\n' || c == '\t' {
			good++
		}
	}
	high := 0
	for _, c := range s {
		if c >= 0x7f || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			high++
		}
	}
	marked := len(s) >= 2 && (s[0] == 0xfe && s[1] == 0xff || s[0] == 0xff && s[1] == 0xfe || s[0] == 0xef && s[1] == 0xbb)
	return good*10 >= all*9 && (marked || high*3 <= len(s))
}
