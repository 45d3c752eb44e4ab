package pdf

import "github.com/deputy-sec/deputy/scanner/extract/pdf/object"

// marks are what references say of the objects that they lead to.
type marks struct {
	place  map[int]string // of streams that hold text, by number
	data   map[int]bool   // streams that hold no text of the document: fonts, profiles, masks
	pageOf map[int]*page  // the page that an object is, or is a part of
	names  map[int]string // what attached files are called
}

// textUnder are the keys under which a stream may stand instead of a string,
// with where a person finds it.
var textUnder = map[object.Name]string{
	"JS": "JavaScript", "XFA": "form data (XFA)", "Metadata": "XMP metadata", "RC": "annotation", "RV": "form field",
}

// dataUnder are the keys of streams that are no text.
var dataUnder = map[object.Name]bool{
	"FontFile": true, "FontFile2": true, "FontFile3": true, "ToUnicode": true, "CIDToGIDMap": true, "CIDSet": true,
	"Encoding": true, "UseCMap": true, "CharProcs": true, "SMask": true, "Mask": true, "Thumb": true,
	"DestOutputProfile": true, "JBIG2Globals": true, "TR": true, "TR2": true, "HT": true, "BG": true, "UCR": true,
	"Function": true, "Functions": true, "Shading": true, "ColorSpace": true, "CS": true,
}

// markAll looks at every dictionary once.
func markAll(f *object.File) marks {
	m := marks{place: map[int]string{}, data: map[int]bool{}, pageOf: map[int]*page{}, names: map[int]string{}}
	for i := range f.Definitions {
		m.look(f, f.Definitions[i].Object)
	}
	return m
}

func (m *marks) look(f *object.File, o object.Object) {
	switch v := o.(type) {
	case *object.Stream:
		m.look(f, v.Dict)
	case object.Array:
		if len(v) > 1 && (v[0] == object.Name("ICCBased") || v[0] == object.Name("Indexed") || v[0] == object.Name("Separation")) {
			m.markData(v)
			return
		}
		for _, e := range v {
			m.look(f, e)
		}
	case object.Dict:
		m.attachment(f, v)
		for _, e := range v {
			if place, ok := textUnder[e.Key]; ok {
				m.markText(f, e.Value, place)
			}
			if dataUnder[e.Key] {
				m.markData(f.Resolve(e.Value))
				m.markData(e.Value)
			}
			switch e.Value.(type) {
			case object.Array, object.Dict:
				m.look(f, e.Value)
			}
		}
	}
}

// markText marks a stream, or those in an array.
func (m *marks) markText(f *object.File, o object.Object, place string) {
	if a := f.Array(o); a != nil {
		for _, e := range a {
			if r, ok := e.(object.Ref); ok {
				m.place[r.Num] = place
			}
		}
	}
	if r, ok := o.(object.Ref); ok {
		m.place[r.Num] = place
	}
}

// markData marks a stream, or those in an array or dictionary.
func (m *marks) markData(o object.Object) {
	one := func(o object.Object) {
		if r, ok := o.(object.Ref); ok {
			m.data[r.Num] = true
		}
	}
	switch v := o.(type) {
	case object.Ref:
		one(v)
	case object.Array:
		for _, e := range v {
			one(e)
		}
	case object.Dict:
		for _, e := range v {
			one(e.Value)
		}
	}
}

// attachment notes the name of an attached file: EF stands in a file
// specification, which has it.
func (m *marks) attachment(f *object.File, d object.Dict) {
	ef := f.Dict(d.Get("EF"))
	if ef == nil {
		return
	}
	name := ""
	for _, key := range []object.Name{"Desc", "DOS", "Unix", "Mac", "F", "UF"} { // the best one last
		if s, ok := f.String(d.Get(key)); ok && (key != "Desc" || name == "") && len(s) > 0 {
			name = text(s)
		}
	}
	for _, e := range ef {
		if r, ok := e.Value.(object.Ref); ok {
			m.names[r.Num] = name
		}
	}
}

// own notes what belongs to a page: itself, its content and its annotations
// with the fields that they show.
func (m *marks) own(f *object.File, node object.Object, p *page) {
	one := func(o object.Object) {
		if r, ok := o.(object.Ref); ok && m.pageOf[r.Num] == nil {
			m.pageOf[r.Num] = p
		}
	}
	one(node)
	one(p.dict.Get("Contents"))
	for _, o := range f.Array(p.dict.Get("Contents")) {
		one(o)
	}
	one(p.dict.Get("Annots"))
	for _, o := range f.Array(p.dict.Get("Annots")) {
		one(o)
		a := f.Dict(o)
		one(a.Get("Popup"))
		one(a.Get("A"))
		if f.Dict(a.Get("Parent")).Get("FT") != nil || f.Dict(a.Get("Parent")).Get("T") != nil {
			one(a.Get("Parent"))
		}
	}
}
