package pdf

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/deputy-sec/deputy/scanner/extract/pdf/content"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/font"
	"github.com/deputy-sec/deputy/scanner/extract/pdf/object"
)

// showStreams writes what streams hold that no page has shown: metadata, scripts
// and form data, and drawings of earlier revisions or that nothing refers to.
func (r *reader) showStreams() error {
	for i := range r.file.Definitions {
		d := &r.file.Definitions[i]
		s, ok := d.Object.(*object.Stream)
		if !ok || r.used[s] || r.marks.data[d.Num] && r.marks.place[d.Num] == "" || r.noText(s) {
			continue
		}
		if err := r.showStream(s, i); err != nil {
			return err
		}
	}
	return nil
}

// noText tells the streams that hold no text, or are looked at elsewhere.
func (r *reader) noText(s *object.Stream) bool {
	switch r.file.Name(s.Get("Type")) {
	case "XRef", "ObjStm", "EmbeddedFile", "CMap":
		return true
	}
	switch r.file.Name(s.Get("Subtype")) {
	case "Image", "Type1C", "CIDFontType0C", "OpenType":
		return true
	}
	for _, key := range []object.Name{"FunctionType", "ShadingType", "Alternate", "Length1", "CMapName", "HalftoneType"} {
		if s.Get(key) != nil {
			return true
		}
	}
	return false
}

func (r *reader) showStream(s *object.Stream, at int) error {
	d := &r.file.Definitions[at]
	place := r.marks.place[d.Num]
	data, left, err := r.file.Decode(s)
	if len(left) > 0 {
		return nil
	}
	switch {
	case drawsText(data):
		return r.showDrawing(s, data, at)
	case place == "" && r.file.Name(s.Get("Type")) == "Metadata":
		place = "XMP metadata"
	case place == "" && !isText(data):
		return nil
	case place == "":
		place = "hidden stream"
	}
	r.undecoded(place, err)
	r.out.Begin("")
	if !r.file.Latest(at) {
		place += ", earlier revision"
	}
	return r.write(piece{place, lines(data)})
}

// drawsText tells a content stream that shows text.
func drawsText(data []byte) bool {
	return bytes.Contains(data, []byte("BT")) && bytes.Contains(data, []byte("ET")) && bytes.Contains(data, []byte("Tf")) &&
		(bytes.Contains(data, []byte("Tj")) || bytes.Contains(data, []byte("TJ")) || bytes.Contains(data, []byte(") '")))
}

// isText looks at the beginning of a content.
func isText(data []byte) bool {
	const enough = 4 << 10
	if len(data) == 0 {
		return false
	}
	head := data[:min(len(data), enough)]
	odd := 0
	for _, c := range head {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			odd++
		}
	}
	return odd*50 <= len(head) && (odd == 0 || !bytes.Contains(head, []byte{0}))
}

// lines makes text of the bytes of a stream.
func lines(data []byte) string {
	if len(data) > 1 && (data[0] == 0xfe && data[1] == 0xff || data[0] == 0xff && data[1] == 0xfe) {
		return font.PDFDoc(data)
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(data), "\ufffd"), "\x00", "") + "\n"
}

// showDrawing shows a content stream that no page has shown, with the resources
// of its own, of the page that it once belonged to, or of all pages.
func (r *reader) showDrawing(s *object.Stream, data []byte, at int) error {
	r.used[s] = true
	num := r.file.Definitions[at].Num
	place := "drawing that no page shows"
	resources := r.file.Dict(s.Get("Resources"))
	if p := r.marks.pageOf[num]; p != nil {
		place = p.place + ", earlier revision"
		if resources == nil {
			resources = r.file.Dict(p.resources)
		}
	} else if !r.file.Latest(at) {
		place = "drawing of an earlier revision"
	}
	if resources == nil {
		resources = r.allResources()
	}
	shown := &content.Page{}
	err := r.runner.Run(shown, data, resources, nil)
	if stop := r.out.Err(); stop != nil {
		return stop
	}
	r.undecoded(place, err)
	r.addImages(place, shown.Images)
	r.out.Begin("")
	if err := r.writeShown(shown, place); err != nil {
		return err
	}
	return r.showSecond()
}

// allResources joins the fonts and forms of all pages: of one name, the first.
func (r *reader) allResources() object.Dict {
	if r.merged != nil {
		return r.merged
	}
	const most = 1000 // a dictionary is looked through
	kinds := []object.Name{"Font", "XObject", "ExtGState"}
	joined := make([]object.Dict, len(kinds))
	have := map[string]bool{}
	for _, p := range r.pages {
		own := r.file.Dict(p.resources)
		for i, kind := range kinds {
			for _, e := range r.file.Dict(own.Get(kind)) {
				if key := fmt.Sprintf("%d %s", i, e.Key); !have[key] && len(joined[i]) < most {
					have[key] = true
					joined[i] = append(joined[i], e)
				}
			}
		}
	}
	r.merged = object.Dict{}
	for i, kind := range kinds {
		r.merged = append(r.merged, object.Entry{Key: kind, Value: joined[i]})
	}
	return r.merged
}

// embedFiles hands over the files that are attached.
func (r *reader) embedFiles() error {
	for i := range r.file.Definitions {
		d := &r.file.Definitions[i]
		s, ok := d.Object.(*object.Stream)
		name, named := r.marks.names[d.Num]
		if !ok || !named && r.file.Name(s.Get("Type")) != "EmbeddedFile" {
			continue
		}
		place := "attachment"
		if !r.file.Latest(i) {
			place += ", earlier revision"
		}
		data, left, err := r.file.Decode(s)
		if len(left) > 0 {
			err = nil // the file is a picture, as it is
		}
		r.undecoded(strings.TrimSpace(place+" "+name), err)
		if err := r.out.EmbedBytes(name, place, data); err != nil {
			return err
		}
	}
	return nil
}
